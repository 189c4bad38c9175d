"""Slices of one unit laid out for tiles: sorted by micro-cluster, cell and leaf.

A cell is a piece of a micro-cluster that the kernel connects inside: its members are linked by
steps within the kernel's reach. Cells make the connected components of K exact, though the
kernel itself is only ever seen summed. A leaf is a whole micro-cluster or, of a large one, a
compact part of a cell; its slices are the rows of a tile: the smaller its ball, the fewer are
near it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial.distance import cdist

# Frontier members and open members compared at once; 0.5 MB of distances.
HEAD_ROWS = 128
OPEN_COLUMNS = 512
# Members that are all compared at once.
FEW = 100
# Rows of a leaf at most: enough for BLAS. On the states of a GRU with 38,400 slices a unit, leaves
# of 64 let 4 % of the pairs be evaluated, whole clusters of 384 let 22 %.
LEAF_ROWS = 64


@dataclass(frozen=True, slots=True)
class Balls:
    """Means of runs of sorted slices, and the distance of the furthest slice from each."""

    starts: Int[np.ndarray, " bound"]
    centers: Float[np.ndarray, "ball feature"]
    radii: Float[np.ndarray, " ball"]


@dataclass(frozen=True, slots=True)
class SortedSlices:
    """Slices of a unit sorted by cluster, then cell, then leaf, in bandwidths; labels ascend."""

    order: Int[np.ndarray, " slice"]
    points: Float[np.ndarray, "slice feature"]
    cells: Int[np.ndarray, " slice"]
    micro: Int[np.ndarray, " slice"]
    leaves: Int[np.ndarray, " bound"]


def split_connected(
    points: Float[np.ndarray, "member feature"], reach: float
) -> Int[np.ndarray, " member"]:
    """Label of each member's piece: members are linked when at most ``reach`` apart."""
    if len(points) <= FEW:
        return _split_few(cdist(points, points) <= reach)
    labels = np.full(len(points), -1)
    open_members = np.arange(len(points))
    piece = 0
    while len(open_members):
        frontier, open_members = open_members[:1], open_members[1:]
        labels[frontier] = piece
        while len(frontier) and len(open_members):
            # A few dozen of the frontier at a time: most often they already reach everything.
            head, frontier = frontier[:HEAD_ROWS], frontier[HEAD_ROWS:]
            near = np.zeros(len(open_members), dtype=bool)
            for first in range(0, len(open_members), OPEN_COLUMNS):
                columns = slice(first, first + OPEN_COLUMNS)
                near[columns] = (cdist(points[head], points[open_members[columns]]) <= reach).any(0)
            found = open_members[near]
            labels[found] = piece
            frontier = np.concatenate([frontier, found])
            open_members = open_members[~near]
        piece += 1
    return labels


def _split_few(linked: Bool[np.ndarray, "member member"]) -> Int[np.ndarray, " member"]:
    """Pieces by passing on the least name; it takes a round for each link of the longest chain."""
    names, before = linked.argmax(axis=1), None
    while before is None or (names != before).any():
        before = names
        names = np.where(linked, names, len(names)).min(axis=1)
    return np.unique(names, return_inverse=True)[1]


def balls(points: Float[np.ndarray, "slice feature"], starts: Int[np.ndarray, " bound"]) -> Balls:
    """A ball around each run of slices between two of ``starts``, the last of which is the end."""
    sizes = np.diff(starts)
    centers = np.add.reduceat(points, starts[:-1], axis=0) / sizes[:, None]
    away = points - np.repeat(centers, sizes, axis=0)
    squared = np.einsum("sf,sf->s", away, away)
    return Balls(starts, centers, np.sqrt(np.maximum.reduceat(squared, starts[:-1])))


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
    # All of a cluster may lie within reach of one another.
    linked = 2 * balls(points[order], bounds).radii <= reach
    cells = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    leaves = [0]
    n_more = 0
    for a, own in enumerate(pairwise(bounds.tolist())):
        run = slice(*own)
        cells[run] += n_more
        members = order[run]
        runs = [members] if linked[a] else connected_runs(points, members, reach)
        if len(runs) > 1:
            cells[run] += np.repeat(np.arange(len(runs), dtype=np.int32), list(map(len, runs)))
            n_more += len(runs) - 1
        parts = [np.concatenate(runs)]
        if len(members) > leaf_rows:
            parts = [part for cell in runs for part in halve(points, cell, leaf_rows)]
        order[run] = np.concatenate(parts)
        leaves += (own[0] + np.cumsum([len(part) for part in parts])).tolist()
    return SortedSlices(order, points[order], cells, micro[order], np.array(leaves))


def connected_runs(
    points: Float[np.ndarray, "slice feature"], members: Int[np.ndarray, " member"], reach: float
) -> list[Int[np.ndarray, " _"]]:
    """Members of a cluster by the pieces that the kernel connects inside."""
    pieces = split_connected(points[members], reach)
    by_piece = np.argsort(pieces, kind="stable")
    return np.split(members[by_piece], np.flatnonzero(np.diff(pieces[by_piece])) + 1)
