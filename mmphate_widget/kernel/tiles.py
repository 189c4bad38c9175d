"""Inter-step kernel of one unit, summed over micro-clusters of its slices without being held.

    B[s, a] = sum over s' in cluster a of exp(-(|z_s - z_s'| / b)²)        (entries below 1e-4: 0)

Slices are sorted by cluster and leaf, and one leaf's rows are taken at a time against the slices
near enough to matter: whole clusters are skipped when their bounding balls are further apart
than the reach of the kernel, then single slices beyond the reach of the row cluster's ball, then
those beyond the reach of the leaf's. All tests are exact. Each pair of leaves is visited once; the
tile serves both directions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import sparse
from scipy.spatial.distance import cdist

from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.cells import SortedSlices, ball, sort_slices
from mmphate_widget.kernel.copies import Copies
from mmphate_widget.kernel.inter import REACH
from mmphate_widget.kernel.intra import KERNEL_CUT

# Values of one tile: large enough for BLAS, small enough for the second-level cache.
TILE_VALUES = 65_536
# Balls are widened by this part of the reach and of the largest norm, far above rounding.
BALL_MARGIN = 1e-9
# Error allowed in the exponent; above it the tile takes the slower difference form.
EXPONENT_ERROR = 1e-10


@dataclass(frozen=True, slots=True)
class UnitAffinity:
    """One unit's affinity to its micro-clusters.

    ``cells`` are the pieces of micro-clusters that the kernel connects inside; ``edges`` are
    the pairs of cells with a kernel entry between them. Together they hold the connected
    components of the unit's kernel exactly.
    """

    affinity: sparse.csr_array  # (slice, micro), the diagonal of the kernel included
    cells: Int[np.ndarray, " slice"]
    edges: Int[np.ndarray, "2 edge"]

    def of_copies(self, kind: Int[np.ndarray, " slice"]) -> "UnitAffinity":
        """That of all slices, where this is one of the slices of each kind."""
        return UnitAffinity(self.affinity[kind], self.cells[kind], self.edges)


def tile_kernel(
    rows: Float[np.ndarray, "row feature"],
    columns: Float[np.ndarray, "column feature"],
    *,
    duplicate: float,
) -> Float[np.ndarray, "row column"]:
    """exp(-squared distance), cut at 1e-4, of points given in bandwidths near the origin."""
    row_norms = np.einsum("rf,rf->r", rows, rows)
    column_norms = np.einsum("cf,cf->c", columns, columns)
    scale = (row_norms.max() + column_norms.max()) * (rows.shape[1] + 2)
    if scale * np.finfo(float).eps < EXPONENT_ERROR:
        exponent: AnyArray = (2 * rows) @ columns.T
        exponent -= row_norms[:, None]
        exponent -= column_norms
    else:
        exponent = cdist(rows, columns, "sqeuclidean")
        np.negative(exponent, out=exponent)
    if duplicate**2 > EXPONENT_ERROR:
        exponent[exponent > -(duplicate**2)] = 0.0
    np.exp(exponent, out=exponent)
    exponent *= exponent >= KERNEL_CUT
    return exponent


def near_columns(
    slices: SortedSlices, a: int, reach: float
) -> tuple[Int[np.ndarray, " column"], Float[np.ndarray, "column feature"]]:
    """Slices of cluster ``a`` and of later clusters within reach of its ball; centered on it."""
    gap = np.sqrt(((slices.centers[a:] - slices.centers[a]) ** 2).sum(axis=1))
    close: Bool[np.ndarray, " micro"] = gap - slices.radii[a:] <= slices.radii[a] + reach
    first = slices.starts[a]
    candidates = (first + np.flatnonzero(close[slices.micro[first:] - a])).astype(np.int32)
    centered = slices.points[candidates] - slices.centers[a]
    within = np.einsum("cf,cf->c", centered, centered) <= (slices.radii[a] + reach) ** 2
    return candidates[within], centered[within]


def unit_affinity(
    z: Float[np.ndarray, "slice feature"],
    micro: Int[np.ndarray, " slice"],
    *,
    bandwidth: float,
    duplicate: float,
    copies: Copies | None = None,
) -> UnitAffinity:
    """Inter-step kernel of one unit, plus the diagonal 1, summed over its micro-clusters.

    Parameters
    ----------
    z : ndarray, shape (slice, feature)
        Standardized points of one unit.
    micro : ndarray of int, shape (slice,)
        Micro-cluster of each slice, 0 … m - 1, every label used.
    bandwidth : float
        Global bandwidth b.
    duplicate : float
        Distances below this count as 0.
    copies : Copies, optional
        Slices that are equal, each kind within one micro-cluster.

    Returns
    -------
    UnitAffinity
    """
    if copies is not None:
        z, micro = z[copies.first], micro[copies.first]
    points, duplicate = z / bandwidth, duplicate / bandwidth
    reach = max(REACH, duplicate) * (1 + BALL_MARGIN)
    slices = sort_slices(points, micro, reach)
    weights = None if copies is None else copies.count[slices.order]
    widest = float(np.sqrt(np.einsum("sf,sf->s", points, points).max()))
    sums = [
        part
        for a in range(len(slices.radii))
        for part in tile_sums(
            slices, a, weights, reach=reach + BALL_MARGIN * widest, duplicate=duplicate
        )
    ]
    rows, cells, entries = (np.concatenate(parts) for parts in zip(*sums, strict=True))
    found = collect(slices, rows, cells, entries)
    return found if copies is None else found.of_copies(copies.kind)


def tile_sums(
    slices: SortedSlices,
    a: int,
    weights: Int[np.ndarray, " slice"] | None,
    *,
    reach: float,
    duplicate: float,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Nonzero sums over cells of the tiles of cluster ``a``: (sorted slice, cell, sum) each."""
    ids, points = near_columns(slices, a, reach)
    # What the cells at hand give to slices that come after their leaves.
    cells, onward = np.zeros(0, dtype=np.int32), np.zeros((0, len(ids)))
    for rows, near in zip(slices.leaves[a], near_leaves(slices, a, points, reach), strict=True):
        own_cells = np.unique(slices.cells[rows])
        if not np.array_equal(own_cells, cells):
            yield passed_on(ids, cells, onward)
            cells, onward = own_cells, np.zeros((len(own_cells), len(ids)))
        own = slice(rows.start - int(slices.starts[a]), rows.stop - int(slices.starts[a]))
        n_own = own.stop - own.start
        row_weights = (own_cells[:, None] == slices.cells[rows]).astype(float)
        if weights is not None:
            row_weights *= weights[rows]
        width = max(1, TILE_VALUES // n_own)
        for first in range(0, len(near), width):
            columns = near[first : first + width]
            tile = tile_kernel(points[own], points[columns], duplicate=duplicate)
            yield segment_sums(tile, ids[own], ids[columns], slices.cells, weights)
            later = max(n_own - first, 0)
            onward[:, columns[later:]] += row_weights @ tile[:, later:]
    yield passed_on(ids, cells, onward)


def near_leaves(
    slices: SortedSlices, a: int, points: Float[np.ndarray, "column feature"], reach: float
) -> Iterator[Int[np.ndarray, " column"]]:
    """For each leaf of cluster ``a`` the columns, its own first, that are within its reach."""
    start = int(slices.starts[a])
    if len(slices.leaves[a]) == 1:
        yield np.arange(len(points))
        return
    norms = np.einsum("cf,cf->c", points, points)
    for rows in slices.leaves[a]:
        first, stop = rows.start - start, rows.stop - start
        center, radius = ball(points[first:stop])
        squared = norms[stop:] - 2 * (points[stop:] @ center) + center @ center
        within = squared <= (radius + reach) ** 2 * (1 + BALL_MARGIN) + BALL_MARGIN * norms.max()
        yield np.concatenate([np.arange(first, stop), stop + np.flatnonzero(within)])


def passed_on(
    ids: Int[np.ndarray, " column"],
    cells: Int[np.ndarray, " cell"],
    sums: Float[np.ndarray, "cell column"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The nonzero ones of sums over the rows of some cells, as (row, cell, sum)."""
    cell, at = np.nonzero(sums)
    return ids[at], cells[cell], sums[cell, at]


def segment_sums(
    tile: Float[np.ndarray, "row column"],
    rows: Int[np.ndarray, " row"],
    columns: Int[np.ndarray, " column"],
    cells: Int[np.ndarray, " slice"],
    weights: Int[np.ndarray, " slice"] | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums of a tile over runs of columns in one cell, as (row, cell, sum) without the zeros."""
    if weights is not None:
        tile = tile * weights[columns]
    column_cells = cells[columns]
    starts = np.flatnonzero(np.diff(column_cells, prepend=-1))
    sums = np.add.reduceat(tile, starts, axis=1)
    row, segment = np.nonzero(sums)
    return rows[row], column_cells[starts][segment], sums[row, segment]


def collect(
    slices: SortedSlices,
    rows: Int[np.ndarray, " entry"],
    cells: Int[np.ndarray, " entry"],
    entries: Float[np.ndarray, " entry"],
) -> UnitAffinity:
    """Sums by cell, gathered by micro-cluster and brought back to the order of the slices."""
    n_slices, n_cells = len(slices.order), int(slices.cells[-1]) + 1
    micro_of_cell = np.empty(n_cells, dtype=np.int32)
    micro_of_cell[slices.cells] = slices.micro
    affinity = sparse.coo_array(
        (entries, (slices.order[rows], micro_of_cell[cells])), shape=(n_slices, len(slices.radii))
    ).tocsr()
    touch = sparse.coo_array(
        (np.ones(len(rows), dtype=bool), (slices.cells[rows], cells)), shape=(n_cells, n_cells)
    ).tocsr()
    original = np.empty(n_slices, dtype=np.int64)
    original[slices.order] = slices.cells
    return UnitAffinity(affinity, original, np.stack(touch.nonzero()))
