"""Slices of one unit laid out for tiles: sorted by micro-cluster, cell and leaf.

A cell is a piece of a micro-cluster that the kernel connects inside: its members are linked by
steps within the kernel's reach. Cells make the connected components of K exact, though the
kernel itself is only ever seen summed. A leaf is a whole micro-cluster or, of a large one, a
compact part of a cell; its slices are the rows of one tile: the smaller its ball, the fewer are
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
class SortedSlices:
    """Slices of a unit sorted by cluster, then cell, then leaf, in bandwidths; with balls."""

    order: Int[np.ndarray, " slice"]
    points: Float[np.ndarray, "slice feature"]
    cells: Int[np.ndarray, " slice"]
    micro: Int[np.ndarray, " slice"]
    starts: Int[np.ndarray, " bound"]
    centers: Float[np.ndarray, "micro feature"]
    radii: Float[np.ndarray, " micro"]
    leaves: tuple[tuple[slice, ...], ...]
    """Slices of each cluster's leaves: of all of it, or each within one cell."""


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


def ball(
    points: Float[np.ndarray, "member feature"],
) -> tuple[Float[np.ndarray, " feature"], float]:
    """Mean of some points and the distance of the furthest from it."""
    center = points.mean(axis=0)
    return center, float(np.sqrt(((points - center) ** 2).sum(axis=1).max()))


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
    """Sort by micro-cluster, connected piece and leaf, with a ball around each micro-cluster."""
    leaf_rows = leaf_rows or LEAF_ROWS
    order = np.argsort(micro, kind="stable").astype(np.int32)
    starts = np.searchsorted(micro[order], np.arange(micro.max() + 2))
    cells = np.empty(len(order), dtype=np.int32)
    n_micro, n_cells = len(starts) - 1, 0
    centers = np.empty((n_micro, points.shape[1]))
    radii = np.empty(n_micro)
    leaves = []
    for a in range(n_micro):
        members = order[starts[a] : starts[a + 1]]
        centers[a], radii[a] = ball(points[members])
        # All may lie within reach of one another.
        linked = 2 * radii[a] <= reach
        pieces = np.zeros(len(members), int) if linked else split_connected(points[members], reach)
        by_piece = np.argsort(pieces, kind="stable")
        members, own = members[by_piece], slice(int(starts[a]), int(starts[a + 1]))
        cells[own] = n_cells + pieces[by_piece]
        parts = [members]
        if len(members) > leaf_rows:
            runs = np.split(members, np.flatnonzero(np.diff(pieces[by_piece])) + 1)
            parts = [part for run in runs for part in halve(points, run, leaf_rows)]
        order[own] = np.concatenate(parts)
        bounds = own.start + np.cumsum([0, *map(len, parts)])
        leaves.append(tuple(slice(*pair) for pair in pairwise(bounds.tolist())))
        n_cells += int(pieces.max()) + 1
    return SortedSlices(
        order, points[order], cells, micro[order], starts, centers, radii, tuple(leaves)
    )
