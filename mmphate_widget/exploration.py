"""From a trace to the instrument in one call."""

from typing import Any

from mmphate_widget.kernel.multiway import check_values
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
        How to embed. One that is fitted to these values with its present parameters is not
        fitted again; default: ``MMPHATE(random_state=0)``, so that the same trace gives the same
        picture.
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
    if not isinstance(trace, Trace):
        check_values(trace, name="trace")
        trace = as_trace(trace)
    if estimator is not None and not isinstance(estimator, MMPHATE):
        raise TypeError(f"`estimator` must be an MMPHATE; got {type(estimator).__name__}.")
    estimator = MMPHATE(random_state=0) if estimator is None else estimator
    if not estimator.is_fitted_to(trace):
        estimator.fit(trace)
    return MMPHATEWidget(
        estimator.embedding_,
        trace=trace,
        color_by=color_by,
        show=show,
        height=height,
        parameters=estimator.get_params(),
    )
