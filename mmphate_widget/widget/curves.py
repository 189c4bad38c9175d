"""Curves of the user's over the epochs, drawn with the metrics of the trace below the picture."""

from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget._validation import as_array, check_positions


def check_curve(
    values: Any, *, n_epochs: int, epochs: Any = None
) -> Float[np.ndarray, " {n_epochs}"]:
    """One number an epoch, read-only float64; NaN where there is none.

    Raises
    ------
    TypeError
        If `values` are not real numbers or `epochs` not integers.
    ValueError
        If `values` are not one for each epoch, or for each of `epochs`, or these do not exist or
        occur twice.
    """
    array = as_array(values, name="values")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"`values` must hold real numbers; got dtype {array.dtype}.")
    at = np.arange(n_epochs) if epochs is None else _check_epochs(epochs, n_epochs)
    if array.shape != at.shape:
        whose = "all epochs" if epochs is None else "`epochs`"
        raise ValueError(
            f"`values` must have shape {at.shape}, one number for each of {whose}; "
            f"got shape {array.shape}."
        )
    curve = np.full(n_epochs, np.nan)
    curve[at] = array
    curve.flags.writeable = False
    return curve


def _check_epochs(epochs: Any, n_epochs: int) -> Any:
    positions = check_positions(epochs, name="epochs", size=n_epochs)
    if len(np.unique(positions)) < len(positions):
        raise ValueError(f"`epochs` must be distinct; got {positions.tolist()}.")
    return positions
