"""Figures and axes: made or checked, and set up so that all panels show one box at one scale."""

import math
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget._validation import check_positions
from mmphate_widget.plot._matplotlib import AnyAxes, Axes, MaxNLocator, NotebookFigure, rcParams
from mmphate_widget.plot.direction import Angles

# Room around the points, and the least extent of an axis, as shares of the largest extent.
MARGIN, SLIMMEST = 0.04, 0.3
# Most panels in one row.
MOST_BESIDE = 3
# Height of a title, and width of a legend or color bar, in inches: a guess that the layout mends.
TITLE_HEIGHT, KEY_WIDTH = 0.3, 0.7
# Height of a panel of curves, as a share of the width: one alone, one of several.
SINGLE_RATIO, ROW_RATIO = 0.55, 0.32
# Epochs between ticks, times a power of ten.
TICK_STEPS = (1, 2, 5, 10)
# Lets a box in 3-D fill its panel, of which mplot3d leaves a rim free.
ZOOM = 1.05
# Of the edges of a box in 3-D, as shares of the width of a grid's line.
EDGE_WIDTH = 0.6


def check_axes(axes: Any, *, name: str, count: int) -> list[AnyAxes]:
    """The user's axes as a list; TypeError or ValueError unless there is one a panel."""
    listed = list(np.ravel(np.asarray(axes, dtype=object)))
    for axis in listed:
        if not isinstance(axis, Axes):
            raise TypeError(f"`{name}` must hold matplotlib Axes; got {type(axis).__name__}.")
    if len(listed) != count:
        raise ValueError(f"`{name}` must hold {count} Axes, one a panel; got {len(listed)}.")
    return listed


def check_components(
    components: Any, *, n_components: int, axes: Sequence[AnyAxes] | None
) -> list[int]:
    """Which coordinates to draw: those asked for, else all that the axes have room for."""
    room = 3 if axes is None else min(3 if is_3d(axis) else 2 for axis in axes)
    if components is None:
        chosen = list(range(min(room, n_components)))
    else:
        chosen = check_positions(components, name="components", size=n_components).tolist()
        if len(chosen) not in (2, 3) or len(set(chosen)) < len(chosen):
            raise ValueError(f"`components` must be 2 or 3 different ones; got {components!r}.")
    if axes is not None and any(is_3d(axis) != (len(chosen) == 3) for axis in axes):
        raise ValueError(
            f"`components` must be 2 for flat axes and 3 for axes made with projection='3d'; "
            f"got {len(chosen)}."
        )
    return chosen


def is_3d(axis: AnyAxes) -> bool:
    """Whether axes have three dimensions."""
    return bool(axis.name == "3d")


def box_around(points: Float[np.ndarray, "n component"]) -> Float[np.ndarray, "2 component"]:
    """Lower and upper corner of a box around all points, with a margin, nowhere flat."""
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    largest = float((high - low).max()) or 1.0
    extent = np.maximum(high - low, SLIMMEST * largest) + 2 * MARGIN * largest
    return np.stack([(low + high - extent) / 2, (low + high + extent) / 2])


def make_panels(
    count: int, *, columns: int | None = None, box: Float[np.ndarray, "2 component"]
) -> list[AnyAxes]:
    """Axes for the box, in a figure that is as wide as the user's style says."""
    if columns is None:
        columns = count if count <= MOST_BESIDE else math.ceil(math.sqrt(count))
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    across, up = (box[1] - box[0])[:2]
    in_3d = box.shape[1] == 3
    width = rcParams["figure.figsize"][0]
    side = max(width - KEY_WIDTH, width / 2) / columns
    height = rows * (side * (1.0 if in_3d else up / across) + TITLE_HEIGHT)
    figure = NotebookFigure(figsize=(width, height), layout="compressed")
    options = {"projection": "3d", "proj_type": "ortho"} if in_3d else {}
    return [figure.add_subplot(rows, columns, at, **options) for at in range(1, count + 1)]


def dress(
    axis: AnyAxes, box: Float[np.ndarray, "2 component"], *, title: str, angles: Angles | None
) -> None:
    """Show the box at equal scale, without ticks: coordinates of an embedding have no unit."""
    axis.set_title(title)
    axis.set(xlim=box[:, 0], ylim=box[:, 1], xticks=[], yticks=[])
    if not is_3d(axis):
        axis.set_aspect("equal")
        return
    axis.set(zlim=box[:, 2], zticks=[])
    axis.set_box_aspect(box[1] - box[0], zoom=ZOOM)
    axis.set_axis_off()
    _draw_edges(axis, box)
    if angles is not None:
        axis.view_init(*angles)


def trim(axes: Sequence[AnyAxes]) -> None:
    """Take from the height of our figure what its panels and its key leave free."""
    figure = axes[0].get_figure()
    figure.draw_without_rendering()
    used = figure.get_tightbbox().height
    figure.set_figheight(used + 2 * rcParams["figure.constrained_layout.h_pad"])


def _draw_edges(axis: AnyAxes, box: Float[np.ndarray, "2 component"]) -> None:
    """The twelve edges of the box in the color of a grid: they show how it is turned."""
    corners = [box[list(corner), range(3)] for corner in product((0, 1), repeat=3)]
    width = EDGE_WIDTH * rcParams["grid.linewidth"]
    for start, stop in combinations(corners, 2):
        if np.count_nonzero(start != stop) == 1:
            ends = np.stack([start, stop], axis=1)
            axis.plot(*ends, color=rcParams["grid.color"], linewidth=width, zorder=0)


def make_rows(count: int) -> list[AnyAxes]:
    """Axes below one another, over one axis of whole numbers."""
    width = rcParams["figure.figsize"][0]
    height = width * (SINGLE_RATIO if count == 1 else ROW_RATIO * count)
    figure = NotebookFigure(figsize=(width, height), layout="constrained")
    axes = list(figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0])
    axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True, steps=TICK_STEPS))
    return axes
