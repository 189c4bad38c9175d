"""Positions of units or steps as they are given, where it may not be known how many there are."""

from typing import Any

import numpy as np
from jaxtyping import Int64

from mmphate_widget._validation import as_array, check_positions

# Larger than any layer: positions are checked again when it has run.
_ANY_SIZE = np.iinfo(np.int64).max


def units_of(given: Any) -> tuple[Int64[np.ndarray, " n"], int | None]:
    """Positions of units from positions or a mask, and how many entries a mask has."""
    array = as_array(given, name="units")
    if array.dtype == bool and array.ndim == 1:
        return np.flatnonzero(array), len(array)
    return positions_of(array, name="units"), None


def check_mask(size: int | None, *, n_units: int, where: str) -> None:
    """Raise ValueError where a mask of ``size`` has not one entry for each unit."""
    if size is not None and size != n_units:
        raise ValueError(
            f"`units`, where it is a mask, must have an entry for each of the {n_units} units in "
            f"{where}; got {size}."
        )


def positions_of(given: Any, *, name: str) -> Int64[np.ndarray, " n"]:
    """Integers at least 0, in ascending order and each once."""
    array = as_array(given, name=name)
    if array.dtype.kind in "iu" and array.ndim <= 1 and array.size and array.min() < 0:
        raise ValueError(f"`{name}` must be at least 0; got {array.min()}.")
    return np.unique(check_positions(array, name=name, size=_ANY_SIZE))
