"""Slices of one unit laid out for tiles: sorted by micro-cluster, cell and leaf.

A cell is a piece of a micro-cluster that the kernel connects inside: its members are linked by
steps within the kernel's reach. Cells make the connected components of K exact, though the
kernel itself is only ever seen summed. A leaf is a whole micro-cluster or, of a large one, a
compact part of a cell; its slices are the rows of a tile: the smaller its ball, the fewer are
near it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget.kernel.pieces import connected_pieces

# Rows of a leaf at most: enough for BLAS. On the states of a GRU with 38,400 slices a unit, leaves
# of 64 let 4 % of the pairs be evaluated, whole clusters of 384 let 22 %.
LEAF_ROWS = 64


@dataclass(frozen=True, slots=True)
class SortedSlices:
    """Slices of a unit sorted by cluster, then cell, then leaf, in bandwidths; labels ascend."""

    order: Int[np.ndarray, " slice"]
    points: Float[np.ndarray, "slice feature"]
    cells: Int[np.ndarray, " slice"]
    micro: Int[np.ndarray, " slice"]
    leaves: Int[np.ndarray, " bound"]


def halve(
    points: Float[np.ndarray, "slice feature"], members: Int[np.ndarray, " member"], most: int
) -> Iterator[Int[np.ndarray, " member"]]:
    """Compact parts of ``members`` of at most ``most`` each, by halving the longest way."""
    if len(members) <= most:
        yield members
        return
    inside = points[members]
    one = inside[_furthest(inside, inside.mean(axis=0))]
    other = inside[_furthest(inside, one)]
    # Whole leaves on one side, so that few are left half empty.
    middle = -(-len(members) // (2 * most)) * most
    along = np.argsort(inside @ (other - one), kind="stable")
    yield from halve(points, members[along[:middle]], most)
    yield from halve(points, members[along[middle:]], most)


def _furthest(
    points: Float[np.ndarray, "member feature"], place: Float[np.ndarray, " feature"]
) -> int:
    away = points - place
    return int(np.einsum("mf,mf->m", away, away).argmax())


def sort_slices(
    points: Float[np.ndarray, "slice feature"],
    micro: Int[np.ndarray, " slice"],
    reach: float,
    *,
    leaf_rows: int | None = None,
) -> SortedSlices:
    """Sort by micro-cluster, connected piece and leaf."""
    leaf_rows = leaf_rows or LEAF_ROWS
    order = np.argsort(micro, kind="stable").astype(np.int32)
    sizes = np.bincount(micro)
    bounds = np.cumsum(np.append(0, sizes))
    micro, pieces = micro[order], connected_pieces(points[order], bounds, reach)
    by_piece = np.lexsort((pieces, micro))
    order, pieces = order[by_piece], pieces[by_piece]
    is_first = np.append(True, (np.diff(micro) != 0) | (np.diff(pieces) != 0))
    starts = np.append(np.flatnonzero(is_first), len(order))
    leaves = [bounds]
    # Cells of small clusters share a leaf.
    large = np.flatnonzero(sizes[micro[starts[:-1]]] > leaf_rows)
    for first, end in np.stack([starts[large], starts[large + 1]], axis=1).tolist():
        parts = list(halve(points, order[first:end], leaf_rows))
        order[first:end] = np.concatenate(parts)
        leaves.append(first + np.cumsum([len(part) for part in parts]))
    cells = (np.cumsum(is_first) - 1).astype(np.int32)
    return SortedSlices(order, points[order], cells, micro, np.unique(np.concatenate(leaves)))
