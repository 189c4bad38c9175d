"""Points of all epochs as arrays that something else plays: a row an epoch, a column a point.

For players that mix two rows themselves, as pythreejs does on the GPU. A column is a step of a unit
that is shown at some epoch; where it is hidden at one, its color there is transparent.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Int64, UInt8

from mmphate_widget.widget.lasso import Window, shown_mask
from mmphate_widget.widget.picture import Drawing


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """Positions and colors (red, green, blue, opacity) of each column at each epoch.

    ``columns`` are the flat positions (step * H + unit) of the columns, ascending.
    """

    columns: Int64[np.ndarray, " n"]
    positions: Float32[np.ndarray, "epoch n 3"]
    colors: UInt8[np.ndarray, "epoch n 4"]


def moving_columns(
    window: Window, shape: tuple[int, int, int]
) -> tuple[Int64[np.ndarray, " n"], Bool[np.ndarray, "epoch n"]]:
    """The columns that are shown at some epoch, and at which epochs each is."""
    step = window.one_step(shape[1])
    shown = shown_mask(replace(window, show="all", step=step), shape).reshape(shape[0], -1)
    columns = np.flatnonzero(shown.any(axis=0))
    return columns, shown[:, columns]


def make_moving(drawing: Drawing, *, faint: float) -> Moving:
    """The points that the drawing shows at each of the epochs."""
    shape = drawing.shape
    columns, shown = moving_columns(drawing.window, shape)
    ids = np.arange(shape[0])[:, None] * (shape[1] * shape[2]) + columns
    colors = colors_of(drawing, ids.ravel(), lit=True, faint=faint).reshape(*ids.shape, 4)
    colors[~shown] = 0
    return Moving(columns, drawing.positions.reshape(shape[0], -1, 3)[:, columns], colors)


def colors_of(
    drawing: Drawing, ids: Int64[np.ndarray, " n"], *, lit: bool, faint: float
) -> UInt8[np.ndarray, "n 4"]:
    """Colors of points; where some are selected the others are faint, else all unless ``lit``."""
    strong = drawing.selected.ravel()[ids] if drawing.is_selecting else np.full(len(ids), lit)
    opacity = np.where(strong, 255, round(255 * faint)).astype(np.uint8)
    return np.column_stack([drawing.color(ids), opacity])
