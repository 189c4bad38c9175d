"""Inter-step kernel of one unit, summed over micro-clusters of its slices without being held.

    B[s, a] = sum over s' in cluster a of exp(-(|z_s - z_s'| / b)²)        (entries below 1e-4: 0)

Slices are sorted by cluster and leaf, and a leaf's rows are taken against the slices near enough to
matter (``near``). Each pair of leaves is visited once; the tile serves both directions. The tiles
of many leaves lie one behind another in one run of memory, for which an exponential, a comparison
and a sum over segments are one call each: small calls from several threads would wait for one
another longer than they work.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse
from scipy.spatial.distance import cdist

from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.cells import SortedSlices, sort_slices
from mmphate_widget.kernel.copies import Copies
from mmphate_widget.kernel.gaussian import is_product_exact, kernel_in_place
from mmphate_widget.kernel.inter import REACH
from mmphate_widget.kernel.near import BALL_MARGIN, Near, near_slices
from mmphate_widget.kernel.pieces import ranges

# Values of one tile at most, and of the tiles that lie one behind another, or of all their columns:
# 8 MB.
TILE_VALUES = 65_536
RUN_VALUES = 1_048_576

# Sums that are kept one by one before those of the same row and cell are added up.
MOST_SUMS = 4_000_000
# Row, cell and sum of some entries.
Sums = tuple[AnyArray, AnyArray, AnyArray]


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


@dataclass(frozen=True, slots=True)
class Tiles:
    """Some tiles one behind another: each a leaf's rows against a run of the columns near it.

    ``rows`` and ``columns`` are places in ``Near.ids``; tile k has ``heights[k]`` of the one and
    ``widths[k]`` of the other, and the first ``skipped[k]`` of its columns are its own rows.
    """

    rows: Int[np.ndarray, " row"]
    columns: Int[np.ndarray, " column"]
    heights: Int[np.ndarray, " tile"]
    widths: Int[np.ndarray, " tile"]
    skipped: Int[np.ndarray, " tile"]


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
    sums = (
        part
        for near in near_slices(slices, reach)
        for tiles in cut_tiles(near)
        for part in tile_sums(slices, near, tiles, weights, duplicate=duplicate)
    )
    found = collect(slices, *add_up(sums, len(slices.order), int(slices.cells[-1]) + 1))
    return found if copies is None else found.of_copies(copies.kind)


def add_up(sums: Iterable[Sums], n_slices: int, n_cells: int) -> Sums:
    """All sums, those of one row and cell added up whenever they have become too many."""
    kept: list[Sums] = []
    n_kept, most = 0, MOST_SUMS
    for part in sums:
        kept.append(part)
        n_kept += len(part[0])
        if n_kept > most:
            rows, cells, entries = joined(kept)
            whole = sparse.coo_array((entries, (rows, cells)), shape=(n_slices, n_cells)).tocsr()
            added = whole.tocoo()
            kept = [(added.row.astype(np.int32), added.col.astype(np.int32), added.data)]
            n_kept = added.nnz
            # What cannot be made less is not gone through again and again.
            most = MOST_SUMS + 2 * n_kept
    return joined(kept)


def joined(sums: list[Sums]) -> Sums:
    """Sums one behind another."""
    rows, cells, entries = (np.concatenate(parts) for parts in zip(*sums, strict=True))
    return rows, cells, entries


def cut_tiles(near: Near) -> Iterator[Tiles]:
    """Tiles of all leaves of a batch, as many at a time as make up ``RUN_VALUES``."""
    n_features = near.points.shape[1]
    most_columns = max(1, RUN_VALUES // n_features)
    first_row = np.cumsum(near.heights) - near.heights
    end_column = np.cumsum(near.widths)
    parts: list[tuple[int, int, int, int, int]] = []
    n_values = n_columns = 0
    for leaf, (height, end) in enumerate(
        zip(near.heights.tolist(), end_column.tolist(), strict=True)
    ):
        start = end - int(near.widths[leaf])
        most = max(1, min(TILE_VALUES // height, most_columns))
        for first in range(start, end, most):
            width = min(most, end - first)
            is_full = n_values + height * width > RUN_VALUES or n_columns + width > most_columns
            if parts and is_full:
                yield join_tiles(near, parts)
                parts, n_values, n_columns = [], 0, 0
            own = min(max(height - (first - start), 0), width)
            parts.append((int(first_row[leaf]), height, first, width, own))
            n_values, n_columns = n_values + height * width, n_columns + width
    yield join_tiles(near, parts)


def join_tiles(near: Near, parts: list[tuple[int, int, int, int, int]]) -> Tiles:
    """Tiles given as first row, height, first column, width and own columns."""
    first_rows, heights, first_columns, widths, skipped = np.array(parts).T
    columns = near.columns[first_columns[0] : first_columns[-1] + widths[-1]]
    return Tiles(ranges(first_rows, heights), columns, heights, widths, skipped)


def tile_sums(
    slices: SortedSlices,
    near: Near,
    tiles: Tiles,
    weights: Int[np.ndarray, " slice"] | None,
    *,
    duplicate: float,
) -> Iterator[Sums]:
    """Nonzero sums of some tiles over cells: of each row over columns, and the other way around."""
    kernel = tile_kernels(near, tiles, duplicate=duplicate)
    # The second scales the kernel in place.
    row_ids, column_ids = near.ids[tiles.rows], near.ids[tiles.columns]
    row_weights, column_weights = (
        None if weights is None else weights[ids].astype(float) for ids in (row_ids, column_ids)
    )
    yield sums_over_rows(slices, tiles, kernel, row_ids, column_ids, row_weights)
    yield sums_over_columns(slices, tiles, kernel, row_ids, column_ids, column_weights)


def tile_kernels(near: Near, tiles: Tiles, *, duplicate: float) -> Float[np.ndarray, " value"]:
    """Kernel of some tiles, row by row and tile by tile."""
    exponents = np.empty(int(tiles.heights @ tiles.widths))
    rows, columns = near.points[tiles.rows], near.points[tiles.columns]
    if not near.is_product_exact:
        # Around the middle of each tile's rows what is near has the smallest norms there are.
        starts = np.cumsum(tiles.heights) - tiles.heights
        middles = np.add.reduceat(rows, starts, axis=0) / tiles.heights[:, None]
        rows -= np.repeat(middles, tiles.heights, axis=0)
        columns -= np.repeat(middles, tiles.widths, axis=0)
    row_norms, column_norms = (np.einsum("sf,sf->s", points, points) for points in (rows, columns))
    if near.is_product_exact or is_product_exact(column_norms, rows.shape[1]):
        # 2 x·y - |x|² - |y|² is one product of vectors that are longer by two.
        left = np.column_stack([2 * rows, -row_norms, np.ones(len(rows))])
        right = np.column_stack([columns, np.ones(len(columns)), -column_norms])
        for out, own, others in views(exponents, tiles, left, right):
            np.matmul(own, others.T, out=out)
    else:
        for out, own, others in views(exponents, tiles, rows, columns):
            cdist(own, others, "sqeuclidean", out=out)
        np.negative(exponents, out=exponents)
    kernel_in_place(exponents, duplicate=duplicate)
    return exponents


def views(
    values: Float[np.ndarray, " value"], tiles: Tiles, rows: AnyArray, columns: AnyArray
) -> Iterator[tuple[AnyArray, AnyArray, AnyArray]]:
    """Each tile as a matrix of ``values``, with its rows and its columns."""
    shapes = zip(tiles.heights.tolist(), tiles.widths.tolist(), strict=True)
    at = row = column = 0
    for height, width in shapes:
        tile = values[at : at + height * width].reshape(height, width)
        yield tile, rows[row : row + height], columns[column : column + width]
        at, row, column = at + height * width, row + height, column + width


def sums_over_rows(
    slices: SortedSlices,
    tiles: Tiles,
    kernel: Float[np.ndarray, " value"],
    row_ids: Int[np.ndarray, " row"],
    column_ids: Int[np.ndarray, " column"],
    weights: Float[np.ndarray, " row"] | None,
) -> Sums:
    """What the rows of each tile, cell by cell, give to those columns that are not its rows."""
    cells = slices.cells[row_ids]
    starts = np.cumsum(tiles.heights) - tiles.heights
    first_cells = cells[starts]
    n_cells = cells[starts + tiles.heights - 1] - first_cells + 1
    n_later = tiles.widths - tiles.skipped
    sums = np.empty(int(n_cells @ n_later))
    indicators = np.zeros(int(n_cells @ tiles.heights))
    within = cells - np.repeat(first_cells, tiles.heights)
    inside = ranges(np.zeros(len(starts), dtype=int), tiles.heights)
    offsets = np.cumsum(n_cells * tiles.heights) - n_cells * tiles.heights
    places = np.repeat(offsets, tiles.heights) + within * np.repeat(tiles.heights, tiles.heights)
    indicators[places + inside] = 1.0 if weights is None else weights
    summed = 0
    for (tile, _, _), count, own, offset in zip(
        views(kernel, tiles, row_ids, column_ids),
        n_cells.tolist(),
        tiles.skipped.tolist(),
        offsets.tolist(),
        strict=True,
    ):
        height, width = tile.shape
        out = sums[summed : summed + count * (width - own)].reshape(count, width - own)
        indicator = indicators[offset : offset + count * height].reshape(count, height)
        np.matmul(indicator, tile[:, own:], out=out)
        summed += out.size
    found = np.flatnonzero(sums)
    ends = np.cumsum(n_cells * n_later)
    tile_of = np.searchsorted(ends, found, side="right")
    cell, later = np.divmod(found - (ends - n_cells * n_later)[tile_of], n_later[tile_of])
    first_columns = np.cumsum(tiles.widths) - tiles.widths + tiles.skipped
    return (
        column_ids[first_columns[tile_of] + later],
        (first_cells[tile_of] + cell).astype(np.int32),
        sums[found],
    )


def sums_over_columns(
    slices: SortedSlices,
    tiles: Tiles,
    kernel: Float[np.ndarray, " value"],
    row_ids: Int[np.ndarray, " row"],
    column_ids: Int[np.ndarray, " column"],
    weights: Float[np.ndarray, " column"] | None,
) -> Sums:
    """What the columns of each tile, cell by cell, give to its rows; weights scale ``kernel``."""
    if weights is not None:
        for tile, _, own in views(kernel, tiles, row_ids, weights):
            tile *= own
    cells = slices.cells[column_ids]
    tile_of_column = np.repeat(np.arange(len(tiles.widths)), tiles.widths)
    starts = np.flatnonzero(np.diff(cells, prepend=-1) | np.diff(tile_of_column, prepend=-1))
    n_segments = np.bincount(tile_of_column[starts], minlength=len(tiles.widths))
    tile_of_row = np.repeat(np.arange(len(tiles.heights)), tiles.heights)
    # Segments of each row: those of its tile, counted from where the row begins in memory.
    of_row = n_segments[tile_of_row]
    segments = ranges((np.cumsum(n_segments) - n_segments)[tile_of_row], of_row)
    row_starts = np.cumsum(tiles.widths[tile_of_row]) - tiles.widths[tile_of_row]
    first_columns = np.cumsum(tiles.widths) - tiles.widths
    positions = np.repeat(row_starts - first_columns[tile_of_row], of_row) + starts[segments]
    sums = np.add.reduceat(kernel, positions)
    found = np.flatnonzero(sums)
    row = np.repeat(np.arange(len(row_ids)), of_row)[found]
    return row_ids[row], cells[starts][segments[found]], sums[found]


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
        (entries, (slices.order[rows], micro_of_cell[cells])),
        shape=(n_slices, int(slices.micro[-1]) + 1),
    ).tocsr()
    touch = sparse.coo_array(
        (np.ones(len(rows), dtype=bool), (slices.cells[rows], cells)), shape=(n_cells, n_cells)
    ).tocsr()
    original = np.empty(n_slices, dtype=np.int64)
    original[slices.order] = slices.cells
    return UnitAffinity(affinity, original, np.stack(touch.nonzero()))
