"""Exact nearest neighbors, and how many of them two neighbor tables share."""

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial.distance import cdist

from mmphate_widget._lengths import LayeredPoints

# A k-d tree beats all pairs up to about this many dimensions.
TREE_FEATURES = 15
# Values of one working array: 16 MB of float64.
BATCH_VALUES = 2_000_000


def nearest_rows(
    points: Float[np.ndarray, "row feature"], k: int
) -> Int[np.ndarray, "row neighbor"]:
    """Exact ``k`` nearest other rows of each row."""
    from sklearn.neighbors import NearestNeighbors

    algorithm = "kd_tree" if points.shape[1] <= TREE_FEATURES else "brute"
    search = NearestNeighbors(n_neighbors=k, algorithm=algorithm).fit(points)
    return np.asarray(search.kneighbors(return_distance=False), dtype=np.int64)


def nearest_layered(points: LayeredPoints, k: int) -> Int[np.ndarray, "slice neighbor"]:
    """Exact ``k`` nearest other slices of a unit, over the samples valid at both ends."""
    n_slices = len(points)
    nearest = np.empty((n_slices, k), dtype=np.int64)
    block = max(1, BATCH_VALUES // n_slices)
    for first in range(0, n_slices, block):
        rows = np.arange(first, min(first + block, n_slices))
        squared = points.squared_distances(rows)
        squared[np.arange(len(rows)), rows] = np.inf
        nearest[rows] = np.argpartition(squared, k - 1, axis=1)[:, :k]
    return nearest


def nearest_in_batch(
    points: Float[np.ndarray, "slice unit feature"], k: int
) -> Int[np.ndarray, "slice unit neighbor"]:
    """Exact ``k`` nearest other units of each unit within its slice, for small slices."""
    n_slices, n_units, _ = points.shape
    distance = np.empty((n_slices, n_units, n_units))
    for block, rows in zip(distance, points, strict=True):
        cdist(rows, rows, "sqeuclidean", out=block)
    distance[:, np.arange(n_units), np.arange(n_units)] = np.inf
    return np.argpartition(distance, k - 1, axis=2)[:, :, :k]


def count_shared(wanted: Int[np.ndarray, "*row k"], found: Int[np.ndarray, "*row k"]) -> int:
    """How many of ``wanted`` stand in the same row of ``found``."""
    k = wanted.shape[-1]
    wanted, found = wanted.reshape(-1, k), found.reshape(-1, k)
    block = max(1, BATCH_VALUES // k**2)
    return sum(
        int(np.count_nonzero(wanted[at : at + block, :, None] == found[at : at + block, None]))
        for at in range(0, len(wanted), block)
    )
