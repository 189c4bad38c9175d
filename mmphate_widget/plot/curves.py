"""The metrics of training over the epochs that were recorded, however they are spaced."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float, Int

from mmphate_widget._validation import check_choice
from mmphate_widget.channels import Bands, check_bands
from mmphate_widget.plot.bands import draw_bands
from mmphate_widget.plot.given import read_labels
from mmphate_widget.trace import Trace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# More marks on a line would hide it.
MOST_MARKED = 50
# Between the words of a name.
SEPARATORS = "/.- "


def curves(
    trace: Any,
    names: Sequence[str | Sequence[str]] | str | None = None,
    *,
    bands: Bands | Sequence[Bands] = (),
    axes: Any = None,
) -> "Figure":
    """Draw training curves over the recorded epochs, a panel for each kind of metric.

    A line has a gap where a value is missing, a dot where one stands alone, and dots at all
    values where epochs are unevenly spaced.

    Parameters
    ----------
    trace : Trace or MMPHATEWidget
        What holds the metrics.
    names : sequence of str or of sequences of str, default=None
        Metrics to draw, a panel each, from top to bottom; those in a sequence of their own share
        one: ``[("loss", "test_loss"), "accuracy"]``. None: all, those that end in the same word
        on one panel, as "loss" and "test_loss" do.
    bands : Bands or sequence of Bands, default=()
        Stretches of epochs to shade, such as ``mm.analysis.phases(...).bands()``; those of a
        widget are drawn, too, and in their place where they have the same name.
    axes : Axes or sequence of Axes, default=None
        Where to draw, one for each panel. None: a new figure, as wide as
        ``rcParams["figure.figsize"]`` says.

    Returns
    -------
    matplotlib.figure.Figure
        The new figure, unknown to pyplot, or that of the axes given.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed (extra "plot").
    TypeError, ValueError
        If `trace` is not as stated or has no metrics, `names` are not of its metrics, or `axes`
        are not one a panel.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> metrics = {"loss": [3, 2, 1], "test_loss": [4, 3, 3], "accuracy": [0.2, 0.5, 0.6]}
    >>> trace = mm.Trace.from_array(np.zeros((3, 4, 2, 5)), epochs=[0, 1, 10], metrics=metrics)
    >>> figure = mm.plot.curves(trace)
    >>> [axis.get_ylabel() for axis in figure.axes]
    ['loss', 'accuracy']
    """
    from mmphate_widget.plot import panels

    labels = read_labels(trace)
    metrics = labels.metrics
    if not metrics:
        raise ValueError(
            "`trace` must have metrics; got none. Give them to Recorder.snapshot(loss=...) or "
            "Trace.from_array(..., metrics=...)."
        )
    groups = _by_last_word(metrics) if names is None else _checked(names, metrics)
    given = None if axes is None else panels.check_axes(axes, name="axes", count=len(groups))
    drawn = panels.make_rows(len(groups)) if given is None else given
    for axis, group in zip(drawn, groups, strict=True):
        for name in group:
            _draw(axis, labels.epochs, metrics[name], name)
        axis.set_ylabel(group[0] if len(group) == 1 else _shared_word(group))
        if len(group) > 1:
            axis.legend(frameon=False)
    draw_bands(drawn, np.asarray(labels.epochs), _all_bands(trace, bands, len(labels.epochs)))
    drawn[-1].set_xlabel("epoch")
    figure: Figure = drawn[0].get_figure()
    return figure


def _all_bands(trace: Any, given: Any, n_epochs: int) -> list[Bands]:
    sets = [given] if isinstance(given, Bands) else list(given)
    for entry in sets:
        if not isinstance(entry, Bands):
            raise TypeError(f"`bands` must be one or more Bands; got {entry!r}.")
        check_bands(entry.bands, n_epochs=n_epochs)
    shown = {} if isinstance(trace, Trace) else trace.bands
    return list(
        {
            **{name: Bands(name, stretches) for name, stretches in shown.items()},
            **{entry.name: entry for entry in sets},
        }.values()
    )


def _draw(
    axis: Any, epochs: Int[np.ndarray, " epoch"], values: Float[np.ndarray, " epoch"], name: str
) -> None:
    order = np.argsort(epochs)
    epochs, values = epochs[order], values[order]
    values = np.where(np.isfinite(values), values, np.nan)
    marked = _marked(epochs, np.isfinite(values))
    marker = "." if marked.any() else ""
    axis.plot(epochs, values, marker=marker, markevery=np.flatnonzero(marked).tolist(), label=name)


def _marked(
    epochs: Int[np.ndarray, " epoch"], known: Bool[np.ndarray, " epoch"]
) -> Bool[np.ndarray, " epoch"]:
    """Values that a line alone would not show: those without a neighbor, or all if uneven."""
    if len(np.unique(np.diff(epochs))) > 1 and len(epochs) <= MOST_MARKED:
        return known
    beside = np.zeros(len(known), bool)
    beside[1:] |= known[:-1]
    beside[:-1] |= known[1:]
    return np.asarray(known & ~beside)


def _checked(names: Any, metrics: Mapping[str, Any]) -> list[list[str]]:
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, list | tuple) or not listed:
        raise TypeError(f"`names` must be one or more names of metrics; got {names!r}.")
    groups = [list(entry) if isinstance(entry, list | tuple) else [entry] for entry in listed]
    for group in groups:
        if not group:
            raise ValueError(f"`names` must name a metric for each panel; got {names!r}.")
        for name in group:
            check_choice(name, name="names", choices=tuple(metrics))
    return groups


def _by_last_word(metrics: Mapping[str, Any]) -> list[list[str]]:
    """Names that end in the same word together, in the order in which the words first occur."""
    groups: dict[str, list[str]] = {}
    for name in metrics:
        groups.setdefault(_last_word(name), []).append(name)
    return list(groups.values())


def _shared_word(group: Sequence[str]) -> str:
    """What to call several metrics: the word that they end in, or nothing."""
    words = {_last_word(name) for name in group}
    return words.pop() if len(words) == 1 else ""


def _last_word(name: str) -> str:
    for separator in SEPARATORS:
        name = name.replace(separator, "_")
    return name.rstrip("_").rpartition("_")[2]
