"""Inter-step affinities: one unit compared with itself at other epochs and steps.

    A_i = exp(-(D_i / b) ** 2),  b = mean_i max(b_i, eps),
    b_i = median over slices of the distance to the k-th nearest other slice

One global bandwidth: units that hardly change stay close to themselves, units that move
a lot spread out. Entries below 1e-4 are 0, which bounds the reach of a slice to 3.035 b.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from mmphate_widget._lengths import LayeredPoints
from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.intra import BLOCK_VALUES, KERNEL_CUT

# Beyond this distance, in bandwidths, the Gaussian is below the cut.
REACH = float(np.sqrt(-np.log(KERNEL_CUT)))
# Values of one block of rows of unequal length against all slices, of which a thread holds five
# arrays: 20 MB, so that it hardly matters to the peak how many threads are at it at once.
RAGGED_VALUES = 500_000
# Slices in a leaf of a tree of slices; a deeper tree takes a fifth longer.
TREE_LEAF = 64
# A unit's median neighbor distance is taken from this many of its slices when not from all:
# the order statistics of 1,000 draws pin a median down to a few percent of the spread.
BANDWIDTH_SLICES = 1_000


@dataclass(frozen=True, slots=True)
class UnitBandwidth:
    """A unit's median neighbor distance and the standard error of its estimate (0 when exact)."""

    median: float
    error: float


def squared_distances(
    z: Float[np.ndarray, "slice feature"] | LayeredPoints, rows: Int[np.ndarray, " row"]
) -> Float[np.ndarray, "row slice"]:
    """Squared distances from some slices of a unit to all."""
    if isinstance(z, LayeredPoints):
        return z.squared_distances(rows)
    return np.asarray(cdist(z[rows], z, "sqeuclidean"))


def neighbor_distances(
    z: Float[np.ndarray, "slice feature"] | LayeredPoints,
    rows: Int[np.ndarray, " row"],
    *,
    knn: int,
    duplicate: float,
) -> Float[np.ndarray, " row"]:
    """Distance from each of ``rows`` to its ``knn``-th nearest other slice."""
    if isinstance(z, LayeredPoints):
        result = _compared_neighbors(z, rows, knn=knn)
    else:
        # The slice itself is the first neighbor. On trajectories a tree looks at few of the others,
        # and on white noise it costs no more than comparing with all.
        tree = KDTree(z, leafsize=TREE_LEAF, balanced_tree=False)
        result = np.ravel(tree.query(z[rows], k=[knn + 1])[0])
    result[result < duplicate] = 0.0
    return result


def _compared_neighbors(
    z: LayeredPoints, rows: Int[np.ndarray, " row"], *, knn: int
) -> Float[np.ndarray, " row"]:
    """The same by comparing with all: these distances break the triangle inequality."""
    per_block = max(1, RAGGED_VALUES // len(z))
    result = np.empty(len(rows))
    for first in range(0, len(rows), per_block):
        squared = squared_distances(z, rows[first : first + per_block])
        result[first : first + per_block] = np.partition(squared, knn, axis=1)[:, knn]
    return np.asarray(np.sqrt(result, out=result))


def unit_bandwidth(
    z: Float[np.ndarray, "slice feature"] | LayeredPoints,
    *,
    knn: int,
    duplicate: float,
    n_sampled: int | None = None,
    seed: int = 0,
    neighbors: Callable[..., AnyArray] = neighbor_distances,
) -> UnitBandwidth:
    """Median over slices of the distance to the ``knn``-th nearest other slice.

    Parameters
    ----------
    z : ndarray, shape (slice, feature), or LayeredPoints
        Standardized points of one unit.
    knn : int
        Neighbor counted without the slice itself, 0 … slice - 1.
    duplicate : float
        Distances below this count as 0.
    n_sampled : int, optional
        Take the median over this many slices drawn without replacement; default all.
    seed : int, default 0
        Seed of the draw.
    neighbors : callable, optional
        What does the work of ``neighbor_distances``.

    Returns
    -------
    UnitBandwidth
        With the standard error read off the order statistics that enclose the median by
        one binomial deviation, corrected for the finite number of slices.
    """
    n_slices = len(z)
    if n_sampled is None or n_sampled >= n_slices:
        distances = neighbors(z, np.arange(n_slices), knn=knn, duplicate=duplicate)
        return UnitBandwidth(float(np.median(distances)), 0.0)
    rows = np.random.default_rng(seed).choice(n_slices, n_sampled, replace=False)
    distances = neighbors(z, np.sort(rows), knn=knn, duplicate=duplicate)
    spread = 0.5 / np.sqrt(n_sampled) * np.sqrt(1 - n_sampled / n_slices)
    low, median, high = np.quantile(distances, [0.5 - spread, 0.5, 0.5 + spread])
    return UnitBandwidth(float(median), float(high - low) / 2)


def global_bandwidth(units: list[UnitBandwidth]) -> tuple[float, float]:
    """The bandwidth b, mean over units of max(b_i, eps), and its relative standard error."""
    eps = np.finfo(float).eps
    bandwidth = float(np.mean([max(unit.median, eps) for unit in units]))
    error = float(np.sqrt(np.sum([unit.error**2 for unit in units]))) / len(units)
    return bandwidth, error / bandwidth


def inter_blocks(
    z: Float[np.ndarray, "slice feature"] | LayeredPoints, *, bandwidth: float, duplicate: float
) -> Iterator[tuple[slice, sparse.coo_array]]:
    """Inter-step kernel of one unit in blocks of rows, zero diagonal, cut at 1e-4."""
    n_slices = len(z)
    per_block = max(1, BLOCK_VALUES // n_slices)
    for first in range(0, n_slices, per_block):
        rows = slice(first, min(first + per_block, n_slices))
        distance = np.sqrt(squared_distances(z, np.arange(rows.start, rows.stop)))
        distance[distance < duplicate] = 0.0
        kernel = np.exp(-((distance / bandwidth) ** 2))
        kernel[kernel < KERNEL_CUT] = 0.0
        kernel[np.arange(rows.stop - first), np.arange(first, rows.stop)] = 0.0
        yield rows, sparse.coo_array(kernel)
