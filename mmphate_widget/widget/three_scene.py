"""The current view as pythreejs objects, to be put together with others: scene, camera, animation.

One number moves all points: the uniform ``epoch`` of their materials (see ``three_shaders.py``),
along a keyframe track each. Points that stand still, those of all epochs, are plain geometry.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Int64
from scipy.spatial.transform import Rotation

from mmphate_widget._types import AnyArray
from mmphate_widget.widget import three_shaders as shaders
from mmphate_widget.widget._pythreejs import three
from mmphate_widget.widget.interval import Interval, ends
from mmphate_widget.widget.lasso import shown_mask
from mmphate_widget.widget.mixture import between
from mmphate_widget.widget.moving import Moving, colors_of, make_moving, moving_columns
from mmphate_widget.widget.picture import (
    DARK_GROUND,
    DIMMED,
    LIGHT_GROUND,
    Drawing,
    line_strengths,
)
from mmphate_widget.widget.projection import View
from mmphate_widget.widget.ribbons import join_points
from mmphate_widget.widget.texels import pack_texels

# Points of all epochs that are sent to the page, at most: 16 bytes each, and a few times as much in
# the page and on the GPU.
MOST_POINTS = 2_000_000
# Farthest that the camera sees, in distances to what it looks at.
FAR = 100.0
# How strong lines through steps are.
LINE_STRENGTH = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class PythreejsView:
    """What ``MMPHATEWidget.to_pythreejs`` returns; the last line of a cell shows it.

    Attributes
    ----------
    renderer : pythreejs.Renderer
        Draws `scene` with `camera`; as large as the view.
    scene : pythreejs.Scene
        Holds `group` and `camera`, on a light or dark ground. Its origin is what the camera looks
        at, since pythreejs's controls turn the camera there.
    camera : pythreejs.PerspectiveCamera
        Where the widget's camera is.
    controls : pythreejs.OrbitControls
        Let the mouse turn the camera.
    group : pythreejs.Group
        All that is drawn, in embedding coordinates: ``group.add(mesh)`` puts something among the
        points, ``other_scene.add(group)`` puts the points into another scene. Its ``position``,
        minus what the camera looks at, may be changed.
    points : pythreejs.Points
        The points of the current epoch, the opaque ones; its geometry's "position" is where they
        stand at ``w.epoch``. Sizes are in pixels of the screen.
    faint : pythreejs.Points or None
        Those outside the selection, where there is one.
    lines : pythreejs.LineSegments or None
        Paths through steps, which move with the points (none where one step is shown), or through
        epochs, which stand still and fade as they do at ``w.epoch``; where these are shown.
    trail : pythreejs.Points or None
        The points of all epochs, where these are shown.
    clip : pythreejs.AnimationClip or None
        Plays all epochs, ``w.speed`` a second; None where there is only one.
    action : pythreejs.AnimationAction or None
        Plays `clip`: ``action.play()``, ``pause()``, ``stop()``, or its buttons.
    """

    renderer: Any
    scene: Any
    camera: Any
    controls: Any
    group: Any
    points: Any
    faint: Any
    lines: Any
    trail: Any
    clip: Any
    action: Any

    def _repr_mimebundle_(self, **options: Any) -> Any:
        from ipywidgets import VBox

        shown = [part for part in (self.renderer, self.action) if part is not None]
        return VBox(shown)._repr_mimebundle_(**options)


def make_pythreejs(drawing: Drawing, *, speed: float, dark: bool) -> PythreejsView:
    """The pythreejs objects that show this; raises ValueError where there are too many points."""
    window, view, shape = drawing.window, drawing.view, drawing.shape
    columns, _ = moving_columns(window, shape)
    check_count(shape[0], len(columns))
    past = _Past(drawing) if drawing.has_trail else None
    marks = drawing.marks(
        heads=len(columns),
        trail=0 if past is None else len(past.ids),
        selected=int((drawing.selected & shown_mask(window, shape)).sum()),
    )
    dimmed = min(DIMMED, marks.faint_opacity)
    moving = make_moving(drawing, faint=dimmed)
    size = marks.lit_head_size if drawing.is_selecting else marks.head_size
    sizes = {"size": size, "reference": view.distance}
    uniforms = {**_uniforms(moving, window.epoch), **sizes, "faint": dimmed}
    points = _moving_points(moving, window.epoch, {**uniforms, "lit": 1.0}, name="points")
    faint = lines = trail = None
    if drawing.is_selecting:
        faint = _moving_points(moving, window.epoch, {**uniforms, "lit": 0.0}, name="faint")
    if window.show == "steps":
        lines = _lines_through_steps(moving, shape, window.epoch, uniforms)
    playing = [part for part in (points, faint, lines) if part is not None]
    if past is not None:
        opacity = dimmed if drawing.is_selecting else marks.faint_opacity
        trail = past.trail(sizes | {"size": marks.trail_size}, faint=opacity)
        lines = past.lines(faint=dimmed) if window.show == "epochs" else None
    # What is faint is drawn before what is opaque is, and veils nothing.
    drawn = [part for part in (trail, lines, faint, points) if part is not None]
    # The front end's OrbitControls turn the camera to the origin when they are made, whatever their
    # target is; so what the camera looks at is there.
    shift = np.negative(view.target)
    group = three.Group(name="mmphate", children=drawn, position=shift.tolist())
    camera = _camera(view)
    scene = three.Scene(children=[group, camera], background=_hex(dark))
    controls = three.OrbitControls(controlling=camera)
    renderer = three.Renderer(
        scene=scene,
        camera=camera,
        controls=[controls],
        antialias=True,
        width=round(view.width),
        height=round(view.height),
    )
    clip = action = None
    if shape[0] > 1:
        within = ends(window.epoch_window, size=shape[0])
        clip = _clip([part.name for part in playing], within, speed)
        mixer = three.AnimationMixer(group)
        action = three.AnimationAction(mixer, clip, group, paused=True)
    return PythreejsView(
        renderer, scene, camera, controls, group, points, faint, lines, trail, clip, action
    )


def check_count(n_epochs: int, n_columns: int) -> None:
    """Raise ValueError unless epochs times points an epoch are more than none, and not too many."""
    if n_columns == 0:
        raise ValueError(
            "There must be a point to show; `filters`, `hidden_units`, `step` and the windows "
            "leave none."
        )
    if n_epochs * n_columns > MOST_POINTS:
        raise ValueError(
            f"pythreejs can carry {MOST_POINTS:,} points; this view has {n_epochs:,} epochs of "
            f"{n_columns:,} points, {n_epochs * n_columns:,}. Show fewer: set `step`, hide units "
            "with `hidden_units` or `filters`, or make a widget of every second epoch, "
            "mm.MMPHATEWidget(Y[::2])."
        )


def _uniforms(moving: Moving, epoch: float) -> dict[str, Any]:
    """The texture of all epochs, and where a texel is in it."""
    texels = pack_texels(moving.positions, moving.colors)
    n_epochs, n_columns = moving.positions.shape[:2]
    return {
        "points": three.DataTexture(
            data=texels,
            format="RGBAFormat",
            type="FloatType",
            minFilter="NearestFilter",
            magFilter="NearestFilter",
        ),
        "texels": (float(texels.shape[1]), float(texels.shape[0])),
        "count": float(n_columns),
        "last": float(n_epochs - 1),
        "epoch": float(epoch),
    }


def _moving_points(moving: Moving, epoch: float, uniforms: dict[str, Any], *, name: str) -> Any:
    columns = np.arange(len(moving.columns))
    is_lit = uniforms["lit"] == 1
    material = _material(
        shaders.MOVING_POINTS_VERTEX, shaders.POINTS_FRAGMENT, uniforms, is_opaque=is_lit
    )
    geometry = _geometry(between(moving.positions, epoch), column=columns.astype(np.float32))
    return three.Points(geometry, material, name=name, frustumCulled=False)


def _lines_through_steps(
    moving: Moving, shape: tuple[int, int, int], epoch: float, uniforms: dict[str, Any]
) -> Any:
    """A segment from each step of a unit to its next, both ends on the move; None without any."""
    shown = np.zeros((1, *shape[1:]), dtype=bool)
    shown.flat[moving.columns] = True
    lines = join_points(shown, "steps", epoch=0, step=0)
    if not len(lines.starts):
        return None
    ends = np.searchsorted(moving.columns, np.column_stack([lines.starts, lines.stops]))
    material = _material(
        shaders.MOVING_LINES_VERTEX,
        shaders.LINES_FRAGMENT,
        {**uniforms, "strength": LINE_STRENGTH},
        is_opaque=False,
    )
    geometry = _geometry(
        between(moving.positions, epoch)[ends.ravel()],
        column=ends.ravel().astype(np.float32),
        partner=ends[:, ::-1].ravel().astype(np.float32),
    )
    return three.LineSegments(geometry, material, name="lines", frustumCulled=False)


class _Past:
    """The points of all epochs, each at its own, and the paths between them: they stand still."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._shown = shown_mask(drawing.window, drawing.shape)
        self.ids: Int64[np.ndarray, " n"] = np.flatnonzero(self._shown)
        self._places = drawing.positions.reshape(-1, 3)[self.ids]

    def trail(self, sizes: dict[str, Any], *, faint: float) -> Any:
        """Points, the opaque ones last, so that no faint one lies over them."""
        dots = colors_of(self._drawing, self.ids, lit=False, faint=faint)
        order = np.argsort(dots[:, 3], kind="stable")
        material = _material(
            shaders.RESTING_VERTEX, shaders.POINTS_FRAGMENT, sizes, is_opaque=False
        )
        geometry = _geometry(self._places[order], shade=_shares(dots[order]))
        return three.Points(geometry, material, name="trail")

    def lines(self, *, faint: float) -> Any:
        """Segments from each epoch to the next, fading with their age; None without any."""
        drawing = self._drawing
        step = drawing.window.one_step(drawing.shape[1])
        assert step is not None
        lines = join_points(self._shown, "epochs", epoch=0, step=step)
        if not len(lines.starts):
            return None
        shades = _shares(colors_of(drawing, lines.stops, lit=True, faint=faint))
        shades[:, 3] *= line_strengths(drawing, lines.at + 1)
        ends = np.searchsorted(self.ids, np.column_stack([lines.starts, lines.stops]).ravel())
        material = _material(
            shaders.RESTING_VERTEX,
            shaders.LINES_FRAGMENT,
            {"size": 1.0, "reference": 1.0},
            is_opaque=False,
        )
        geometry = _geometry(self._places[ends], shade=np.repeat(shades, 2, axis=0))
        return three.LineSegments(geometry, material, name="lines")


def _shares(colors: AnyArray) -> Float32[np.ndarray, "n 4"]:
    return (colors / 255).astype(np.float32)


def _geometry(places: AnyArray, **attributes: AnyArray) -> Any:
    arrays = {"position": np.ascontiguousarray(places), **attributes}
    return three.BufferGeometry(
        attributes={
            name: three.BufferAttribute(array, normalized=False) for name, array in arrays.items()
        }
    )


def _material(vertex: str, fragment: str, uniforms: dict[str, Any], *, is_opaque: bool) -> Any:
    # The front end gives every texture to the uniform that is the last one of all.
    names = sorted(uniforms, key=lambda name: isinstance(uniforms[name], three.Texture))
    return three.ShaderMaterial(
        vertexShader=vertex,
        fragmentShader=fragment,
        uniforms={name: {"value": uniforms[name]} for name in names},
        transparent=not is_opaque,
        depthWrite=is_opaque,
    )


def _clip(names: list[str], within: Interval, speed: float) -> Any:
    """The uniform ``epoch`` of each of these objects from one end of the window to the other."""
    first, last = within
    times = np.array([0, (last - first) / speed], dtype=np.float32)
    values = np.array(within, dtype=np.float32)
    tracks = [
        three.NumberKeyframeTrack(
            name=f"{name}.material[uniforms].epoch[value]", times=times, values=values
        )
        for name in names
    ]
    return three.AnimationClip(name="epochs", tracks=tracks, duration=float(times[-1]))


def _camera(view: View) -> Any:
    forward, right, up = view.basis()
    # three's cameras look along their own -z.
    turned = Rotation.from_matrix(np.column_stack([right, up, np.negative(forward)]))
    place = {
        "position": np.subtract(view.position, view.target).tolist(),
        "quaternion": turned.as_quat().tolist(),
        "up": view.up,
        "far": FAR * view.distance,
    }
    if view.mode == "3d":
        aspect = view.width / view.height
        return three.PerspectiveCamera(fov=view.fov, aspect=aspect, near=view.near, **place)
    # Without perspective nothing is behind the camera.
    place["near"] = -place["far"]
    high = view.distance * math.tan(math.radians(view.fov) / 2)
    wide = high * view.width / view.height
    return three.OrthographicCamera(left=-wide, right=wide, top=high, bottom=-high, **place)


def _hex(dark: bool) -> str:
    return "#" + bytes((DARK_GROUND if dark else LIGHT_GROUND)[:3]).hex()
