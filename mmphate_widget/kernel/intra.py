"""Intra-step affinities: units of one slice that respond alike to the probe.

    k_ij = exp(-(d_ij / sigma_i) ** decay),  sigma_i = distance to the k-th nearest other unit

cut at 1e-4, then symmetrized. The bandwidth adapts to each unit, so that dense and sparse
groups of units connect alike. One block of H x H for each slice, none between slices.
"""

import numpy as np
from jaxtyping import Float
from scipy import sparse
from scipy.spatial.distance import cdist

from mmphate_widget._points import point_ids

# Entries of the kernel below this are 0, as graphtools has them: they carry less than the
# rounding of what is read off the embedding, and dropping them makes the graph sparse.
KERNEL_CUT = 1e-4
# Values of one working array; 16 MB of float64 stays near the cache and far from memory limits.
BLOCK_VALUES = 2_000_000


def intra_kernel(
    z: Float[np.ndarray, "slice unit feature"], *, knn: int, decay: float, duplicate: float
) -> Float[np.ndarray, "slice unit unit"]:
    """Symmetric intra-step kernel of each slice with a zero diagonal, cut at 1e-4.

    Parameters
    ----------
    z : ndarray, shape (slice, unit, feature)
        Standardized points.
    knn : int
        Neighbor that sets each unit's bandwidth, 0 … unit - 1; 0 (a lone unit) gives no bandwidth.
    decay : float
        Exponent; large values make the kernel a step at the bandwidth.
    duplicate : float
        Distances below this count as 0.

    Returns
    -------
    ndarray of float64, shape (slice, unit, unit)
    """
    n_slices, n_units, _ = z.shape
    distance = np.empty((n_slices, n_units, n_units))
    for block, points in zip(distance, z, strict=True):
        # The difference form: a Gram product is off by far more than the cut allows here.
        cdist(points, points, out=block)
    distance[distance < duplicate] = 0.0
    # Sorted distances start with the unit itself, so entry `knn` is the knn-th *other* unit.
    sigma = np.partition(distance, knn, axis=2)[:, :, knn, None]
    distance /= np.maximum(sigma, np.finfo(float).eps)
    with np.errstate(over="ignore"):
        np.power(distance, decay, out=distance)
    np.negative(distance, out=distance)
    kernel = np.exp(distance, out=distance)
    kernel[kernel < KERNEL_CUT] = 0.0
    kernel = (kernel + kernel.transpose(0, 2, 1)) / 2
    kernel[kernel < KERNEL_CUT] = 0.0
    kernel[:, np.arange(n_units), np.arange(n_units)] = 0.0
    return kernel


def slice_blocks(n_slices: int, n_units: int) -> list[slice]:
    """Runs of whole slices whose dense intra-step kernels fit ``BLOCK_VALUES`` (one at least)."""
    per_block = max(1, BLOCK_VALUES // n_units**2)
    return [
        slice(first, min(first + per_block, n_slices)) for first in range(0, n_slices, per_block)
    ]


def intra_block(
    z: Float[np.ndarray, "slice unit feature"],
    slices: slice,
    *,
    knn: int,
    decay: float,
    duplicate: float,
) -> sparse.coo_array:
    """Intra-step kernel between the points of ``slices``, (point, point) counted from the first."""
    n_units = z.shape[1]
    kernel = intra_kernel(z[slices], knn=knn, decay=decay, duplicate=duplicate)
    position, row, column = np.nonzero(kernel)
    n_points = len(kernel) * n_units
    ids = [point_ids(position, unit, n_units=n_units) for unit in (row, column)]
    return sparse.coo_array(
        (kernel[position, row, column], (ids[0], ids[1])), shape=(n_points, n_points)
    )
