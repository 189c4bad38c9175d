"""Which points a polygon drawn on a view takes: the headless twin of the browser's lasso.

A lasso takes what is visible now (shown by the mode, at the epoch and step, inside the windows of
both, not hidden with its unit or by the legend, in front of the near plane) and inside the polygon
by the even-odd rule.
``through`` takes all depths; ``front`` takes of each cell of 4 × 4 pixels only the nearest point.
The browser (js/src/geometry) computes the same ids from the same float32 positions, so that a
recorded polygon replays without a browser.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from mmphate_widget._validation import check_choice, check_int, check_real
from mmphate_widget.widget.interval import Interval, check_interval, ends
from mmphate_widget.widget.projection import View, in_front, project

SHOWS = ("epoch", "all", "steps", "epochs")
DEPTHS = ("through", "front")

# Side of the square in which only the nearest point counts as seen, in CSS pixels:
# about the diameter of a drawn point.
FRONT_CELL = 4


AXES = ("epoch", "step", "unit")


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """Points left out, as a mask over some of the axes (epoch, step, unit), in this order."""

    axes: tuple[str, ...]
    mask: Bool[np.ndarray, "*axes"]

    def spread(self) -> Bool[np.ndarray, "#epoch #step #unit"]:
        """The mask with all three axes, of length 1 where it does not run over them."""
        lengths = dict(zip(self.axes, self.mask.shape, strict=True))
        return self.mask.reshape([lengths.get(axis, 1) for axis in AXES])


@dataclass(frozen=True, slots=True)
class Window:
    """What the picture shows: mode, epoch, step (None: all), and what is left out.

    That is hidden units and points, and epochs and steps outside their windows.
    """

    show: str
    epoch: float
    step: int | None
    hidden_units: tuple[int, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    epoch_window: Interval | None = None
    step_window: Interval | None = None

    @property
    def whole_epoch(self) -> int:
        """The recorded epoch nearest to ``epoch``; halves go up, as in the browser."""
        return math.floor(self.epoch + 0.5)

    def one_step(self, n_steps: int) -> int | None:
        """The one step shown, None for several; paths through epochs run at the last by default."""
        if self.show == "epochs" and self.step is None:
            return ends(self.step_window, size=n_steps)[1]
        return self.step


def check_window(window: Window, shape: tuple[int, int, int]) -> None:
    """Raise unless every entry of the window exists in a trace of ``shape`` (E, T, H)."""
    check_choice(window.show, name="show", choices=SHOWS)
    check_real(window.epoch, name="epoch", minimum=0, maximum=shape[0] - 1)
    if window.step is not None:
        check_int(window.step, name="step", minimum=0, maximum=shape[1] - 1)
    for unit in window.hidden_units:
        check_int(unit, name="hidden_units", minimum=0, maximum=shape[2] - 1)
    check_interval(window.epoch_window, name="epoch_window", size=shape[0])
    check_interval(window.step_window, name="step_window", size=shape[1])


def shown_mask(window: Window, shape: tuple[int, int, int]) -> Bool[np.ndarray, "epoch step unit"]:
    """The points that the window shows, wherever the camera is."""
    mask = np.zeros(shape, dtype=bool)
    first_epoch, last_epoch = ends(window.epoch_window, size=shape[0])
    first_step, last_step = ends(window.step_window, size=shape[1])
    mask[first_epoch : last_epoch + 1, first_step : last_step + 1] = True
    if window.show in ("epoch", "steps"):
        mask[np.arange(shape[0]) != window.whole_epoch] = False
    step = window.one_step(shape[1])
    if step is not None:
        mask[:, np.arange(shape[1]) != step] = False
    mask[:, :, list(window.hidden_units)] = False
    for hidden in window.hidden:
        mask &= ~hidden.spread()
    return mask


def visible_mask(
    positions: Float32[np.ndarray, "epoch step unit 3"], window: Window, view: View
) -> Bool[np.ndarray, "epoch step unit"]:
    """The points that a lasso may take: shown by the window, finite, in front of the camera."""
    mask = shown_mask(window, positions.shape[:3])
    shown = positions[mask]
    _, depth = project(shown, view)
    mask[mask] = in_front(depth, view) & np.isfinite(shown).all(axis=-1)
    return mask


def polygon_hits(
    positions: Float32[np.ndarray, "epoch step unit 3"],
    window: Window,
    view: View,
    polygon: Float64[np.ndarray, "vertex 2"],
    *,
    depth: str = "through",
) -> Bool[np.ndarray, "epoch step unit"]:
    """The visible points inside ``polygon`` (CSS pixels), as a mask over all points."""
    hits = visible_mask(positions, window, view)
    ids = np.flatnonzero(hits)
    pixels, depths = project(positions.reshape(-1, 3)[ids], view)
    inside = points_in_polygon(pixels, polygon)
    if depth == "front":
        inside &= _frontmost(pixels, depths, view)
    hits.flat[ids] = inside
    return hits


def points_in_polygon(
    pixels: Float64[np.ndarray, "n 2"], polygon: Float64[np.ndarray, "vertex 2"]
) -> Bool[np.ndarray, " n"]:
    """Whether each pixel position lies inside the polygon, by the even-odd rule."""
    inside = np.zeros(len(pixels), dtype=bool)
    if len(polygon) < 3:
        return inside
    x, y = pixels[:, 0], pixels[:, 1]
    for (xi, yi), (xj, yj) in zip(polygon, np.roll(polygon, 1, axis=0), strict=True):
        crosses = (yi > y) != (yj > y)
        if crosses.any():
            # No edge that crosses is horizontal, so the quotient exists.
            inside[crosses] ^= x[crosses] < (xj - xi) * (y[crosses] - yi) / (yj - yi) + xi
    return inside


def check_polygon(polygon: Sequence[Sequence[float]]) -> Float64[np.ndarray, "vertex 2"]:
    """``polygon`` as array, or ValueError unless it holds pairs of finite numbers."""
    array = np.asarray(polygon, dtype=np.float64)
    if array.size == 0:
        return np.empty((0, 2))
    if array.ndim != 2 or array.shape[1] != 2 or not np.isfinite(array).all():
        raise ValueError(
            f"`polygon` must be a list of [x, y] pairs of finite numbers; got shape {array.shape}."
        )
    return array


def _frontmost(
    pixels: Float64[np.ndarray, "n 2"], depths: Float64[np.ndarray, " n"], view: View
) -> Bool[np.ndarray, " n"]:
    """Of the points on the canvas, the nearest in each cell; of equals the first (least id)."""
    on_canvas = np.flatnonzero(
        (pixels[:, 0] >= 0)
        & (pixels[:, 0] < view.width)
        & (pixels[:, 1] >= 0)
        & (pixels[:, 1] < view.height)
    )
    cells: Int64[np.ndarray, "n 2"] = np.floor(pixels[on_canvas] / FRONT_CELL).astype(np.int64)
    order = np.lexsort((on_canvas, depths[on_canvas], cells[:, 1], cells[:, 0]))
    ordered = cells[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    front = np.zeros(len(pixels), dtype=bool)
    front[on_canvas[order[first]]] = True
    return front
