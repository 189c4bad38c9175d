"""From a kept run back to the instrument, with the trace that it refers to.

The embedding stands for certain values and lengths. A trace with others is refused by its hash;
where the trace is missing the picture opens all the same, with the names and curves that were kept.
"""

import warnings
from pathlib import Path
from typing import Any

from mmphate_widget._types import PathLike
from mmphate_widget.trace import Trace
from mmphate_widget.widget.archive import damaged, read_archive
from mmphate_widget.widget.kept import TraceReference, from_page
from mmphate_widget.widget.widget import MMPHATEWidget


def load(path: PathLike, *, trace: Trace | None = None) -> MMPHATEWidget:
    """Open a run that `MMPHATEWidget.save` kept.

    Coordinates, view, coloring, selection with its undo history, and groups are as they were.

    Parameters
    ----------
    path : str or Path
        The file, by custom ending in ".mm".
    trace : Trace, optional
        The recorded activations. Default: those at the place that the file names, first as
        seen from the file, so that both may be moved together.

    Returns
    -------
    MMPHATEWidget
        Shown by being the last line of a cell.

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    TypeError
        If `trace` is not a Trace.
    ValueError
        If the file is something else, of a newer format, or damaged, or if the trace has
        changed since or cannot be read.

    Warns
    -----
    UserWarning
        If the trace is not found: ``w.trace`` is None then, and everything else is there.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
    >>> _ = w.select(units=[3, 5])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = w.save(f"{folder}/run.mm")
    ...     mm.load(file).selected_units
    array([3, 5])
    """
    page, arrays = read_archive(path)
    try:
        kept = from_page(page, arrays, Path(path).absolute().parent)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise damaged(path, error) from error
    found = _trace(kept.trace, trace)
    widget = MMPHATEWidget(kept.positions, trace=found, parameters=kept.parameters)
    widget._restore(kept)
    return widget


def _trace(reference: TraceReference | None, given: Any) -> Trace | None:
    """The trace that was given, or the one referred to; None where neither is there."""
    if given is not None:
        if not isinstance(given, Trace):
            raise TypeError(f"`trace` must be a Trace; got {type(given).__name__}.")
        _check_unchanged(given, reference, found="the given `trace`")
        return given
    if reference is None:
        return None
    source = reference.path
    if source is None or not source.exists():
        warnings.warn(_missing(source), UserWarning, stacklevel=3)
        return None
    try:
        trace = Trace.load(source)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"the trace of this run cannot be read from {source}: {error} Give it with "
            "mm.load(path, trace=trace) if you have it elsewhere. To open the run without a trace, "
            "move away what lies there."
        ) from error
    _check_unchanged(trace, reference, found=f"the trace at {source}")
    return trace


def _check_unchanged(trace: Trace, reference: TraceReference | None, *, found: str) -> None:
    data_hash = trace.data_hash()
    if reference is not None and data_hash != reference.data_hash:
        raise ValueError(
            f"the trace has changed: the embedding was made from data with hash "
            f"{reference.data_hash}; got {found} with hash {data_hash}. Give the original with "
            "`trace=`, or embed the changed one anew with mm.explore. To open the run without a "
            "trace, move the changed one away."
        )


def _missing(source: Path | None) -> str:
    where = "it was never saved" if source is None else f"there is nothing at {source}"
    return (
        f"The trace is missing: {where}. The run opens without it, with the names and curves that "
        "were kept; give it with mm.load(path, trace=trace) if you have it elsewhere."
    )
