"""The points at a few epochs of training, side by side in one box."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int64

from mmphate_widget._validation import check_bool, check_int, check_positions, check_real
from mmphate_widget.channels import channel_values
from mmphate_widget.plot.given import colors_of, grid_ids, read_drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# As many panels as a column of a paper has room for.
MOST_FRAMES = 6


def frames(
    Y: Any,
    *,
    trace: Any = None,
    epochs: Sequence[int] | None = None,
    color_by: Any = None,
    components: Sequence[int] | None = None,
    columns: int | None = None,
    size: float | None = None,
    label: str | None = None,
    legend: bool = True,
    axes: Any = None,
) -> "Figure":
    """Draw the points at some epochs, a panel each, all in one box at equal scale.

    Parameters
    ----------
    Y : array-like of shape (E, T, H, 2) or (E, T, H, 3), or MMPHATEWidget
        Coordinates of every unit at every step of every epoch. Of a widget, names, numbers,
        the coloring on screen and, in 3-D, the direction of view are taken, too.
    trace : Trace, default=None
        What `Y` was made of: labels of epochs, channels to color by.
    epochs : sequence of int, default=None
        0-based positions of the epochs to show. None: six, or as many as there are, evenly
        spaced from the first to the last.
    color_by : str, array, Channel or what has a ``channel()``, default=None
        "epoch", "step", "unit", "layer", "label" where the trace has them, or values shaped
        (E, T, H), (E, H), (E, T), (T, H), (H,), (E,), (T,) or (N,); text makes categories;
        or a channel, as ``w.channel(name)`` or the result of an analysis gives it. None: what
        the widget shows, or labels, else layers, else steps. Grey is no value.
    components : sequence of 2 or 3 int, default=None
        Which coordinates to draw. None: all, or the first two in flat axes.
    columns : int, default=None
        Panels in a row. None: up to three panels in one row, more in about as many rows.
    size : float, default=None
        Area of a dot in points squared. None: by the style's markers, smaller
        the more there are.
    label : str, default=None
        What the colors are called in the figure. None: the channel's name.
    legend : bool, default=True
        Whether a color bar or a legend says what the colors mean.
    axes : Axes or sequence of Axes, default=None
        Where to draw, one for each epoch. None: a new figure, as wide as
        ``rcParams["figure.figsize"]`` says and as high as the panels need.

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
    >>> Y = np.random.default_rng(0).normal(size=(20, 8, 16, 2))
    >>> figure = mm.plot.frames(Y, epochs=[0, 5, 19], color_by="step")
    >>> [axis.get_title() for axis in figure.axes[:3]]
    ['epoch 0', 'epoch 5', 'epoch 19']
    """
    from mmphate_widget.plot import keys, marks, panels

    check_bool(legend, name="legend")
    if columns is not None:
        check_int(columns, name="columns", minimum=1)
    if size is not None:
        check_real(size, name="size", minimum=0)
    drawing = read_drawing(Y, trace=trace, color_by=color_by, along="step")
    n_epochs, n_steps, n_units = drawing.shape
    shown = _evenly(n_epochs) if epochs is None else _checked(epochs, n_epochs)
    given = None if axes is None else panels.check_axes(axes, name="axes", count=len(shown))
    n_components = drawing.coordinates.shape[3]
    chosen = panels.check_components(components, n_components=n_components, axes=given)
    clouds = drawing.coordinates[shown][..., chosen].reshape(len(shown), -1, len(chosen))
    ids = grid_ids(shown, np.arange(n_steps), np.arange(n_units), drawing.shape)
    values = channel_values(drawing.channel, drawing.shape, ids.ravel()).reshape(len(shown), -1)
    box = panels.box_around(clouds.reshape(-1, len(chosen)))
    drawn = panels.make_panels(len(shown), columns=columns, box=box) if given is None else given
    for axis, epoch, cloud, carried in zip(drawn, shown, clouds, values, strict=True):
        # Points without a value below the others.
        order = np.argsort(~np.isnan(carried), kind="stable")
        marks.draw_points(axis, cloud[order], colors_of(drawing.channel, carried[order]), size=size)
        title = f"epoch {drawing.epochs[epoch]}"
        panels.dress(axis, box, title=title, angles=drawing.seen_from(chosen))
    if legend:
        keys.add_key(drawn, drawing.channel, values, title=label, is_own=given is None)
    if given is None:
        panels.trim(drawn)
    figure: Figure = drawn[0].get_figure()
    return figure


def _evenly(n_epochs: int) -> Int64[np.ndarray, " n"]:
    spaced = np.linspace(0, n_epochs - 1, min(n_epochs, MOST_FRAMES))
    return spaced.round().astype(np.int64)


def _checked(epochs: Any, n_epochs: int) -> Int64[np.ndarray, " n"]:
    shown = check_positions(epochs, name="epochs", size=n_epochs)
    if not len(shown):
        raise ValueError("`epochs` must name at least one epoch; got none.")
    return shown
