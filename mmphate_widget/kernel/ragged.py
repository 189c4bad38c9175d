"""Points of sequences of unequal length, and their inter-step kernel summed over micro-clusters.

Distances between slices with different valid samples break the triangle inequality, so that no
bounding ball holds: every pair of slices is visited, in blocks of rows.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from mmphate_widget._lengths import (
    LayeredPoints,
    ValidSet,
    layered_points,
    padded_points,
    valid_sets,
)
from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.inter import RAGGED_VALUES, REACH
from mmphate_widget.kernel.intra import KERNEL_CUT
from mmphate_widget.kernel.standardize import unscaled, zscore
from mmphate_widget.kernel.tiles import UnitAffinity


@dataclass(frozen=True, slots=True)
class Ragged:
    """Values of all slices and the sets of samples that are valid in them."""

    values: Shaped[np.ndarray, "slice unit sample"]
    sets: tuple[ValidSet, ...]
    normalize: bool

    def unit(self, i: int) -> LayeredPoints:
        """Slices of unit ``i``, to be compared over the samples valid at both ends."""
        return layered_points(self.values[:, i], self.sets, standardize=self.standardize)

    def padded(self) -> Float[np.ndarray, "slice unit sample"]:
        """All points over their own valid samples, 0 elsewhere."""
        return padded_points(self.values, self.sets, standardize=self.standardize)

    def standardize(self, values: AnyArray) -> AnyArray:
        """Z-scores over the last axis, or the values as float64."""
        return zscore(values) if self.normalize else values.astype(np.float64)


def ragged_points(
    values: Shaped[np.ndarray, "epoch step unit sample"],
    lengths: Int[np.ndarray, " sample"],
    *,
    normalize: bool,
    name: str,
) -> Ragged:
    """``values``, called ``name`` in errors, with the sets of valid samples of ``lengths``."""
    n_epochs, n_steps, n_units, n_samples = values.shape
    if not normalize:
        values = unscaled(values, name=name)
    sets = valid_sets(lengths, n_epochs=n_epochs, n_steps=n_steps)
    return Ragged(values.reshape(-1, n_units, n_samples), sets, normalize)


def layered_affinity(
    points: LayeredPoints,
    micro: Int[np.ndarray, " slice"],
    *,
    bandwidth: float,
    duplicate: float,
) -> UnitAffinity:
    """Inter-step kernel of one unit, plus the diagonal 1, summed over its micro-clusters.

    Its cells are the connected components of the unit's kernel, so that no edges are left.
    """
    n_slices = len(points)
    order = np.argsort(micro, kind="stable")
    starts = np.searchsorted(micro[order], np.arange(int(micro.max()) + 1))
    cells = np.arange(n_slices)
    sums = []
    per_block = max(1, RAGGED_VALUES // n_slices)
    for first in range(0, n_slices, per_block):
        rows = np.arange(first, min(first + per_block, n_slices))
        squared = points.squared_distances(rows)
        squared[squared < duplicate**2] = 0.0
        squared /= bandwidth**2
        near = squared <= REACH**2
        kernel = np.zeros_like(squared)
        kernel[near] = np.exp(-squared[near])
        kernel[kernel < KERNEL_CUT] = 0.0
        sums.append(sparse.csr_array(np.add.reduceat(kernel[:, order], starts, axis=1)))
        row, column = np.nonzero(kernel)
        linked = sparse.coo_array(
            (np.ones(len(row), dtype=bool), (cells[rows[row]], cells[column])),
            shape=(n_slices, n_slices),
        )
        cells = connected_components(linked.tocsr(), directed=False)[1][cells]
    cells = np.unique(cells, return_inverse=True)[1].astype(np.int64)
    no_edges = np.empty((2, 0), dtype=np.int64)
    return UnitAffinity(sparse.vstack(sums, format="csr"), cells, no_edges)
