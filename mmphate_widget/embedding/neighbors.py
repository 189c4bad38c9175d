"""Who should lie near whom, and who does: the neighbor tables that refinement works on.

A table has a row of neighbors for each point. A point that stands in its own row is a filler:
an edge from a point to itself pulls nowhere. Points whose neighbors are all copies of them
have no order to show, and their rows are filled so.
"""

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import KDTree

from mmphate_widget._lengths import LayeredPoints
from mmphate_widget._types import AnyArray

# Values of one working array: 8 MB of float64.
BLOCK_VALUES = 1_000_000
# Rounding of a squared distance by inner products, as a part of the squared norms.
ROUNDING = 16 * float(np.finfo(float).eps)


def without_self(
    found: Int[np.ndarray, "point found"],
) -> Int[np.ndarray, "point neighbor"]:
    """Neighbors found for each point, less the point itself, or the last where copies hid it."""
    own = found == np.arange(len(found))[:, None]
    own[~own.any(axis=1), -1] = True
    return np.asarray(found[~own].reshape(len(found), -1))


def nearest_slices(
    points: Float[np.ndarray, "slice feature"] | LayeredPoints, k: int, *, duplicate: float
) -> Int[np.ndarray, "slice neighbor"]:
    """The ``k`` nearest other slices of one unit; distances below ``duplicate`` count as 0."""
    rows = np.arange(len(points))
    if k == 0:
        return np.empty((len(points), 0), dtype=np.int32)
    if isinstance(points, LayeredPoints):
        near, reach = _compared(points, k)
    else:
        distance, found = KDTree(points).query(points, k=k + 1)
        near, reach = without_self(found), distance[:, -1]
    near[reach < duplicate] = rows[reach < duplicate, None]
    return near.astype(np.int32)


def _compared(points: LayeredPoints, k: int) -> tuple[AnyArray, AnyArray]:
    """The same by comparing with all: distances that break the triangle inequality have no tree."""
    n_slices = len(points)
    near, reach = np.empty((n_slices, k), dtype=np.int64), np.empty(n_slices)
    block = max(1, BLOCK_VALUES // n_slices)
    for first in range(0, n_slices, block):
        rows = np.arange(first, min(first + block, n_slices))
        squared = points.squared_distances(rows)
        squared[np.arange(len(rows)), rows] = np.inf
        near[rows] = np.argpartition(squared, k - 1, axis=1)[:, :k]
        reach[rows] = np.sqrt(np.take_along_axis(squared, near[rows], axis=1).max(axis=1))
    return near, reach


def nearest_units(
    points: Float[np.ndarray, "slice unit feature"], k: int, *, duplicate: float
) -> Int[np.ndarray, "slice unit neighbor"]:
    """The ``k`` nearest other units of each unit within its slice, for a block of slices."""
    n_units = points.shape[1]
    rows = np.arange(n_units)
    if k == 0:
        return np.empty((*points.shape[:2], 0), dtype=np.int32)
    # Around the middle of each slice inner products cost the least precision.
    points = points - points.mean(axis=1, keepdims=True)
    norms = np.einsum("suf,suf->su", points, points)
    rounding = ROUNDING * norms.max(axis=1, keepdims=True)
    squared = points @ points.transpose(0, 2, 1)
    squared *= -2
    squared += norms[:, :, None]
    squared += norms[:, None, :]
    squared[:, rows, rows] = np.inf
    near = np.argpartition(squared, k - 1, axis=2)[:, :, :k]
    farthest = np.take_along_axis(squared, near, axis=2).max(axis=2)
    copies = farthest < np.maximum(duplicate**2, rounding)
    near[copies] = np.broadcast_to(rows[:, None], near.shape[1:])[np.nonzero(copies)[1]]
    return near.astype(np.int32)


def false_neighbors(
    found: Int[np.ndarray, "point found"], near: Int[np.ndarray, "point neighbor"]
) -> Int[np.ndarray, "point found"]:
    """Those of ``found`` that do not stand in ``near``; the rest, and rows of copies, are filled.

    Parameters
    ----------
    found : ndarray, shape (point, found)
        Neighbors in the layout.
    near : ndarray, shape (point, neighbor)
        Neighbors that belong there.

    Examples
    --------
    >>> false_neighbors(np.array([[1, 2], [0, 2], [0, 1]]), np.array([[1], [2], [2]]))
    array([[0, 2],
           [0, 1],
           [2, 2]])
    """
    rows = np.arange(len(found))[:, None]
    filled = np.zeros(found.shape, dtype=bool)
    for column in range(near.shape[1]):
        filled |= found == near[:, column, None]
    if near.shape[1]:
        filled |= near[:, :1] == rows
    return np.where(filled, rows, found)
