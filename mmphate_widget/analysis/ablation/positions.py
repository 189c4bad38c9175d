"""Positions of units or steps as they are given, where it may not be known how many there are."""

from typing import Any

import numpy as np
from jaxtyping import Int64

from mmphate_widget._validation import as_array, check_positions

# Larger than any layer: positions are checked again when it has run.
_ANY_SIZE = np.iinfo(np.int64).max


def positions_of(given: Any, *, name: str) -> Int64[np.ndarray, " n"]:
    """Integers at least 0, in ascending order and each once."""
    array = as_array(given, name=name)
    if array.dtype.kind in "iu" and array.ndim <= 1 and array.size and array.min() < 0:
        raise ValueError(f"`{name}` must be at least 0; got {array.min()}.")
    return np.unique(check_positions(array, name=name, size=_ANY_SIZE))
