"""The current view as a picture, drawn with Pillow: for files and readers without a kernel.

As on the page: first what is not lit, seen through, then lines, then what is lit, far points before
near ones. Lit are the selected points; where nothing is selected, those of the current epoch.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, UInt8
from PIL import Image

from mmphate_widget._points import point_positions
from mmphate_widget._validation import check_real
from mmphate_widget.channels import Channel, channel_values, color_rows, color_table
from mmphate_widget.widget.age import make_fading, strengths
from mmphate_widget.widget.density import Marks, Style, find_marks, reach_of
from mmphate_widget.widget.interval import ends
from mmphate_widget.widget.lasso import Window, visible_mask
from mmphate_widget.widget.mixture import between
from mmphate_widget.widget.painting import paint_discs, paint_veil
from mmphate_widget.widget.projection import View, project
from mmphate_widget.widget.ribbons import OLDEST_WIDTH, draw_ribbons, join_points

# Drawn at this multiple and scaled down, which smooths the edges.
SUPERSAMPLING = 2
# Most opacity of points that are not selected, while some are.
DIMMED = 0.2
# How large points that are not lit are.
UNLIT_SIZE = 0.85
# How strong the oldest points at least are, through epochs and through steps.
OLDEST_POINT, FIRST_POINT = 0.35, 0.5
# Least opacity of a selected unit's line, and that of another's as a part of its own.
SELECTED_LINE, UNSELECTED_LINE = 0.6, 0.35
# How much smaller and larger a point gets with its distance.
FAR_SIZE, NEAR_SIZE = 0.55, 2.2
# What `scale` may be, in pixels a CSS pixel.
MIN_SCALE, MAX_SCALE = 0.1, 8.0
LIGHT_GROUND, DARK_GROUND = (255, 255, 255, 255), (24, 24, 27, 255)


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What a picture shows: window and view, colors, what is selected, sizes and strengths.

    ``promoted`` are the units of the selection, ``radius`` is the distance of the farthest point
    from the middle of all.
    """

    positions: Float32[np.ndarray, "epoch step unit 3"]
    window: Window
    view: View
    channel: Channel
    selected: Bool[np.ndarray, "epoch step unit"]
    promoted: Int64[np.ndarray, " units"]
    style: Style
    radius: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Epochs, steps and units (E, T, H)."""
        n_epochs, n_steps, n_units, _ = self.positions.shape
        return n_epochs, n_steps, n_units

    @property
    def has_trail(self) -> bool:
        """Whether points of all epochs are shown."""
        return self.window.show in ("all", "epochs")

    @property
    def is_selecting(self) -> bool:
        """Whether any point is selected, so that the others are dimmed."""
        return bool(self.selected.any())

    def marks(self, *, heads: int, trail: int, selected: int) -> Marks:
        """Sizes and strengths where so many points of the current epoch and of all are shown."""
        return find_marks(
            self.window.show,
            heads=heads,
            trail=trail,
            units=self.shape[2],
            selected=selected,
            reach=reach_of(self.view, self.radius),
            style=self.style,
        )

    def place(
        self, ids: Int64[np.ndarray, " n"], *, moving: bool
    ) -> tuple[Float64[np.ndarray, "n 2"], Float64[np.ndarray, " n"]]:
        """Places in CSS pixels and depths.

        Where they are ``moving``, points of the current epoch stand between two recorded ones while
        it is a fraction.
        """
        slices = self.positions.reshape(len(self.positions), -1, 3)
        points = slices.reshape(-1, 3)[ids]
        if moving and self.window.epoch != self.window.whole_epoch:
            is_now = ids // slices.shape[1] == self.window.whole_epoch
            points[is_now] = between(slices, self.window.epoch)[ids[is_now] % slices.shape[1]]
        return project(points, self.view)

    def color(self, ids: Int64[np.ndarray, " n"]) -> UInt8[np.ndarray, "n 3"]:
        """Colors by the channel."""
        values = channel_values(self.channel, self.shape, ids)
        colors: UInt8[np.ndarray, "n 3"] = color_table(self.channel)[
            color_rows(self.channel, values)
        ]
        return colors


def draw_picture(drawing: Drawing, *, scale: float = 1.0, dark: bool = False) -> Image.Image:
    """The points that are visible, in the channel's colors; raises ValueError on a bad scale."""
    points = draw_points(drawing, scale=scale)
    ground = Image.new("RGBA", points.size, DARK_GROUND if dark else LIGHT_GROUND)
    return Image.alpha_composite(ground, points).convert("RGB")


def draw_points(drawing: Drawing, *, scale: float = 1.0, most: int | None = None) -> Image.Image:
    """The same without a ground: red, green, blue and opacity.

    Of points that are seen through, about ``most`` are drawn, spread over all, each as opaque as
    those that it stands for.
    """
    check_real(scale, name="scale", minimum=MIN_SCALE, maximum=MAX_SCALE)
    view, window = drawing.view, drawing.window
    size = (max(1, round(view.width * scale)), max(1, round(view.height * scale)))
    factor = scale * SUPERSAMPLING
    visible = visible_mask(drawing.positions, window, view)
    ids = np.flatnonzero(visible)
    is_head = ids // (drawing.shape[1] * drawing.shape[2]) == window.whole_epoch
    selecting = drawing.is_selecting
    picked = drawing.selected.ravel()[ids]
    marks = drawing.marks(
        heads=int(is_head.sum()),
        trail=len(ids) if drawing.has_trail else 0,
        selected=int(picked.sum()),
    )
    solid = selecting or marks.head_opacity >= 1
    lit = picked if selecting else is_head & solid
    every = _one_in(int((~lit).sum()), most, slice_size=drawing.shape[1] * drawing.shape[2])
    drawn = lit | (ids % every == 0)
    ids, is_head, picked, lit = ids[drawn], is_head[drawn], picked[drawn], lit[drawn]
    places, depths = drawing.place(ids, moving=True)
    colors = drawing.color(ids)
    head, trail = (
        np.where(picked, sizes[0], sizes[1])
        for sizes in (
            (marks.lit_head_size, marks.head_size),
            (marks.lit_trail_size, marks.trail_size),
        )
    )
    diameters = factor * np.where(is_head, head, trail)
    # What is only seen through is no smaller for that.
    is_whole = lit if selecting else is_head
    diameters *= _grow(depths, view) * np.where(is_whole, 1, UNLIT_SIZE)
    canvas = np.zeros((size[1] * SUPERSAMPLING, size[0] * SUPERSAMPLING, 4), dtype=np.uint8)
    opacities = _opacities(drawing, marks, ids[~lit], is_head[~lit], selecting=selecting)
    opacities = 1 - (1 - opacities) ** every
    paint_veil(canvas, places[~lit] * factor, colors[~lit], opacities, diameter=diameters[~lit])
    if window.show in ("steps", "epochs"):
        canvas = _with_lines(canvas, drawing, marks, factor, selecting=selecting)
    # Near points over far ones.
    order = np.flatnonzero(lit)[np.argsort(-depths[lit], kind="stable")]
    alpha = np.rint(255 * _lit_opacities(drawing, ids[order], selecting=selecting))
    lit_colors = np.hstack([colors[order], alpha[:, None].astype(np.uint8)])
    above = np.zeros_like(canvas)
    paint_discs(above, places[order] * factor, lit_colors, diameter=diameters[order])
    picture = Image.alpha_composite(Image.fromarray(canvas), Image.fromarray(above))
    return picture.reduce(SUPERSAMPLING)


def _one_in(count: int, most: int | None, *, slice_size: int) -> int:
    """Of how many points one is drawn, so that about ``most`` are: of every unit and step some."""
    every = 1 if most is None else max(1, -(-count // most))
    # Without a factor in common, multiples of it meet every point of an epoch.
    while math.gcd(every, slice_size) > 1:
        every += 1
    return every


def _grow(depths: Float64[np.ndarray, " n"], view: View) -> Float64[np.ndarray, " n"]:
    if view.mode == "2d":
        return np.ones(len(depths))
    return np.clip(view.distance / depths, FAR_SIZE, NEAR_SIZE)


def _lit_opacities(
    drawing: Drawing, ids: Int64[np.ndarray, " n"], *, selecting: bool
) -> Float64[np.ndarray, " n"]:
    """Opacities of what is lit: points along lines through steps fade as these do."""
    if selecting or drawing.window.show != "steps" or drawing.window.step is not None:
        return np.ones(len(ids))
    steps = point_positions(ids, shape=drawing.shape)[:, 1]
    return np.asarray(np.maximum(FIRST_POINT, line_strengths(drawing, steps)))


def _opacities(
    drawing: Drawing,
    marks: Marks,
    ids: Int64[np.ndarray, " n"],
    is_head: Bool[np.ndarray, " n"],
    *,
    selecting: bool,
) -> Float64[np.ndarray, " n"]:
    """Opacities of points that are not lit."""
    faint = min(marks.faint_opacity, DIMMED) if selecting else marks.faint_opacity
    opacities = np.full(len(ids), faint)
    if not selecting:
        opacities[is_head] = marks.head_opacity
    epochs, steps, _ = point_positions(ids, shape=drawing.shape).T
    if drawing.window.show == "epochs":
        opacities *= np.maximum(OLDEST_POINT, line_strengths(drawing, epochs))
    elif drawing.window.show == "steps" and drawing.window.step is None:
        opacities *= np.maximum(FIRST_POINT, line_strengths(drawing, steps))
    return opacities


def line_strengths(drawing: Drawing, at: Int64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    """Strength of what stands at these epochs, or on lines through steps at these steps."""
    window, (n_epochs, n_steps, _) = drawing.window, drawing.shape
    if window.show == "epochs":
        through, now, run = "epochs", window.epoch, max(1, n_epochs - 1)
    else:
        first, last = ends(window.step_window, size=n_steps)
        now = last if window.step is None else window.step
        through, run = "steps", max(1, last - first)
    fading = make_fading(drawing.style.fade, through=through)
    return strengths((now - at) / run, fading, now=0.5 / run)


def _with_lines(
    canvas: UInt8[np.ndarray, "height width 4"],
    drawing: Drawing,
    marks: Marks,
    factor: float,
    *,
    selecting: bool,
) -> UInt8[np.ndarray, "height width 4"]:
    """The canvas with each unit's line over it."""
    window, view = drawing.window, drawing.view
    # A line runs through all steps where the points of one are shown.
    whole = replace(window, step=None) if window.show == "steps" else window
    step = window.one_step(drawing.shape[1])
    visible = visible_mask(drawing.positions, whole, view)
    # Lines through steps need none.
    at = 0 if step is None else step
    joined = join_points(visible, window.show, epoch=window.whole_epoch, step=at)
    picked = drawing.selected.ravel()
    lit = picked[joined.starts] | picked[joined.stops]
    lit |= np.isin(joined.stops % drawing.shape[2], drawing.promoted) | (not selecting)
    strong = max(SELECTED_LINE, marks.line_opacity) if selecting else marks.line_opacity
    strength = (line_strengths(drawing, joined.at) + line_strengths(drawing, joined.at + 1)) / 2
    opacities = strength * np.where(lit, strong, UNSELECTED_LINE * marks.line_opacity)
    alpha = np.rint(255 * opacities).astype(np.uint8)
    colors = np.hstack([drawing.color(joined.stops), alpha[:, None]])
    # Lines through epochs stand still.
    moving = window.show == "steps"
    places = np.stack(
        [drawing.place(ids, moving=moving)[0] for ids in (joined.starts, joined.stops)], axis=1
    )
    widths = marks.line_width * (OLDEST_WIDTH + (1 - OLDEST_WIDTH) * strength)
    order = np.lexsort((strength, lit))
    lines = draw_ribbons(
        (canvas.shape[1], canvas.shape[0]),
        places[order] * factor,
        colors[order],
        widths[order] * factor,
    )
    return np.array(Image.alpha_composite(Image.fromarray(canvas), lines))
