"""The paths of units through the steps of an epoch, or through training at a step.

A line a unit, the fainter and thinner the longer ago, with a dot at its end, so that its direction
can be read.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int64

from mmphate_widget._validation import check_bool, check_choice, check_real, check_units
from mmphate_widget.channels import channel_values
from mmphate_widget.plot.given import Drawing, colors_of, grid_ids, read_drawing, read_position

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ALONG = ("step", "epoch")


def trajectories(
    Y: Any,
    *,
    trace: Any = None,
    units: Sequence[int] | Sequence[str] | None = None,
    along: str = "step",
    at: int | None = None,
    color_by: Any = None,
    components: Sequence[int] | None = None,
    width: float | None = None,
    label: str | None = None,
    legend: bool = True,
    ax: Any = None,
) -> "Figure":
    """Draw a line for each unit, through the steps of one epoch or the epochs at one step.

    Parameters
    ----------
    Y : array-like of shape (E, T, H, 2) or (E, T, H, 3), or MMPHATEWidget
        Coordinates of every unit at every step of every epoch. Of a widget, names, numbers,
        the coloring on screen and, in 3-D, the direction of view are taken, too.
    trace : Trace, default=None
        What `Y` was made of: labels of epochs and steps, channels to color by.
    units : sequence of int or str, default=None
        0-based positions or names of the units to draw, such as ``w.selected_units``. None: all.
    along : {"step", "epoch"}, default="step"
        The axis that the lines run through.
    at : int, default=None
        0-based position on the other axis: the epoch for lines through steps, the step for lines
        through epochs. None: the last.
    color_by : str, array, Channel or what has a ``channel()``, default=None
        As in `frames`. None: what the widget shows, or labels, else layers, else `along`.
    components : sequence of 2 or 3 int, default=None
        Which coordinates to draw. None: all, or the first two in flat axes.
    width : float, default=None
        Width of a line at its end, in points. None: ``rcParams["lines.linewidth"]``.
    label : str, default=None
        What the colors are called in the figure. None: the channel's name.
    legend : bool, default=True
        Whether a color bar or a legend says what the colors mean.
    ax : Axes, default=None
        Where to draw. None: a new figure, as wide as ``rcParams["figure.figsize"]`` says.

    Returns
    -------
    matplotlib.figure.Figure
        The new figure, unknown to pyplot, or that of the axes given.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed (extra "plot").
    TypeError, ValueError
        If `Y` is not finite, of another shape or not that of the trace, or another argument is
        not as stated.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> Y = np.random.default_rng(0).normal(size=(20, 8, 16, 3)).cumsum(axis=1)
    >>> figure = mm.plot.trajectories(Y, units=[3, 7], along="epoch", at=2)
    >>> figure.axes[0].get_title()
    'step 2'
    """
    from mmphate_widget.plot import keys, marks, panels

    check_choice(along, name="along", choices=ALONG)
    check_bool(legend, name="legend")
    if width is not None:
        check_real(width, name="width", minimum=0)
    drawing = read_drawing(Y, trace=trace, color_by=color_by, along=along)
    ids, title = _moments(drawing, _checked(units, drawing.units), along=along, at=at)
    given = None if ax is None else panels.check_axes(ax, name="ax", count=1)
    n_components = drawing.coordinates.shape[3]
    chosen = panels.check_components(components, n_components=n_components, axes=given)
    paths = drawing.coordinates.reshape(-1, n_components)[ids][..., chosen]
    values = channel_values(drawing.channel, drawing.shape, ids.ravel()).reshape(ids.shape)
    box = panels.box_around(paths.reshape(-1, len(chosen)))
    axes = panels.make_panels(1, box=box) if given is None else given
    marks.draw_paths(axes[0], paths, colors_of(drawing.channel, values), width=width)
    panels.dress(axes[0], box, title=title, angles=drawing.seen_from(chosen))
    if legend:
        keys.add_key(axes, drawing.channel, values, title=label, is_own=given is None)
    if given is None:
        panels.trim(axes)
    figure: Figure = axes[0].get_figure()
    return figure


def _moments(
    drawing: Drawing, units: Int64[np.ndarray, " h"], *, along: str, at: Any
) -> tuple[Int64[np.ndarray, "moment h"], str]:
    """Ids of the points that the lines run through, a column a unit, and what does not change."""
    n_epochs, n_steps, _ = drawing.shape
    if along == "step":
        epoch = read_position(at, name="at", size=n_epochs)
        ids = grid_ids(np.array([epoch]), np.arange(n_steps), units, drawing.shape)
        return ids[0], f"epoch {drawing.epochs[epoch]}"
    step = read_position(at, name="at", size=n_steps)
    ids = grid_ids(np.arange(n_epochs), np.array([step]), units, drawing.shape)
    return ids[:, 0], f"step {drawing.steps[step]}"


def _checked(units: Any, names: Sequence[str]) -> Int64[np.ndarray, " h"]:
    if units is None:
        return np.arange(len(names))
    chosen = check_units(units, names=names)
    if not len(chosen):
        raise ValueError("`units` must name at least one unit; got none.")
    return chosen
