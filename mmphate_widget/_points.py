"""The one place where a point id and its (epoch, step, unit) position meet.

A point is one unit at one step of one epoch; its id is ``(e * T + t) * H + i``
(epoch, step, unit, each 0-based), which is C order over the shape (E, T, H).
"""

from typing import Any

import numpy as np
from jaxtyping import Int


def point_ids(slices: Any, units: Any, *, n_units: int) -> Any:
    """Ids of units at slices, numbers or arrays; slice ``e * T + t`` is step t of epoch e."""
    return slices * n_units + units


def point_positions(
    ids: Int[np.ndarray, " n"], *, shape: tuple[int, int, int]
) -> Int[np.ndarray, "n 3"]:
    """Epoch, step and unit (columns, in this order) of each point id."""
    return np.stack(np.unravel_index(ids, shape), axis=-1).astype(np.int64, copy=False)
