"""The coordinates of an embedding, checked against the Trace that they stem from."""

from typing import Any

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_finite, check_real_array
from mmphate_widget.trace.trace import Trace


def check_coordinates(Y: Any, trace: Any, *, name: str = "Y") -> AnyArray:
    """``Y`` as array (E, T, H, 2 or 3), or an error that says what is wrong with it or the trace.

    `trace` is the Trace, or None where there is none; errors call the coordinates ``name``.
    """
    array = check_real_array(Y, name=name)
    if array.ndim != 4 or array.shape[3] not in (2, 3):
        raise ValueError(
            f"`{name}` must have shape (epochs, steps, units, 2 or 3); got shape {array.shape}."
        )
    if trace is not None and not isinstance(trace, Trace):
        raise TypeError(
            f"`trace` must be a Trace (see Trace.from_array); got {type(trace).__name__}."
        )
    if trace is not None and array.shape[:3] != trace.shape[:3]:
        raise ValueError(
            f"`{name}` must match the trace's (epochs, steps, units) {trace.shape[:3]}; "
            f"got {array.shape[:3]}."
        )
    check_finite(array, name=name, axes=("epoch", "step", "unit", "component"))
    return array
