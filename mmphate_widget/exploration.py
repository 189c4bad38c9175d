"""From a trace to the instrument in one call."""

from typing import Any

from mmphate_widget.mmphate import MMPHATE
from mmphate_widget.trace import Trace, as_trace
from mmphate_widget.widget import MMPHATEWidget


def explore(
    trace: Any,
    *,
    estimator: MMPHATE | None = None,
    color_by: Any = None,
    show: str = "epoch",
    height: int = 480,
) -> MMPHATEWidget:
    """Embed a trace, if that has not been done, and show it.

    Parameters
    ----------
    trace : Trace or ndarray, shape (E, T, H, S)
        Activations: epoch, step, unit, sample.
    estimator : MMPHATE, optional
        How to embed. One that was fitted to data of this shape is used as it is; default:
        ``MMPHATE(random_state=0)``, so that the same trace gives the same picture.
    color_by, show, height
        As in `MMPHATEWidget`.

    Returns
    -------
    MMPHATEWidget
        Shown by being the last line of a cell.

    Raises
    ------
    TypeError, ValueError
        If the trace or an argument is not as stated.

    References
    ----------
    Xie et al., Multiway Multislice PHATE, arXiv:2406.01969.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> activations = np.random.default_rng(0).normal(size=(6, 5, 4, 10))
    >>> w = mm.explore(activations)
    >>> w.visible.shape
    (6, 5, 4)
    """
    trace = trace if isinstance(trace, Trace) else as_trace(trace)
    if estimator is not None and not isinstance(estimator, MMPHATE):
        raise TypeError(f"`estimator` must be an MMPHATE; got {type(estimator).__name__}.")
    estimator = MMPHATE(random_state=0) if estimator is None else estimator
    embedding = getattr(estimator, "embedding_", None)
    if embedding is None or embedding.shape[:3] != trace.shape[:3]:
        embedding = estimator.fit_transform(trace)
    return MMPHATEWidget(embedding, trace=trace, color_by=color_by, show=show, height=height)
