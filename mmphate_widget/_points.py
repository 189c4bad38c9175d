"""The one place where a point id and its (epoch, step, unit) position meet.

A point is one unit at one step of one epoch; its id is ``(e * T + t) * H + i``
(epoch, step, unit, each 0-based), which is C order over the shape (E, T, H).
"""

import numpy as np
from jaxtyping import Int


def point_ids(
    epochs: Int[np.ndarray, "*n"],
    steps: Int[np.ndarray, "*n"],
    units: Int[np.ndarray, "*n"],
    *,
    shape: tuple[int, int, int],
) -> Int[np.ndarray, "*n"]:
    """Ids of the points at the given positions, for a trace of ``shape`` (E, T, H)."""
    _, n_steps, n_units = shape
    ids: Int[np.ndarray, "*n"] = (np.asarray(epochs, np.int64) * n_steps + steps) * n_units + units
    return ids


def point_positions(
    ids: Int[np.ndarray, " n"], *, shape: tuple[int, int, int]
) -> Int[np.ndarray, "n 3"]:
    """Epoch, step and unit (columns, in this order) of each point id."""
    return np.stack(np.unravel_index(ids, shape), axis=-1).astype(np.int64, copy=False)
