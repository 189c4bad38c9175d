"""Slices of one unit laid out for tiles: sorted by micro-cluster, with bounding balls and cells.

A cell is a piece of a micro-cluster that the kernel connects inside: its members are linked by
steps within the kernel's reach. Cells make the connected components of K exact, though the
kernel itself is only ever seen summed.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial.distance import cdist

# Frontier members and open members compared at once; 0.5 MB of distances.
HEAD_ROWS = 128
OPEN_COLUMNS = 512
# Members that are all compared at once.
FEW = 100


@dataclass(frozen=True, slots=True)
class SortedSlices:
    """Slices of a unit sorted by cluster, then cell, in bandwidths; with bounding balls."""

    order: Int[np.ndarray, " slice"]
    points: Float[np.ndarray, "slice feature"]
    cells: Int[np.ndarray, " slice"]
    micro: Int[np.ndarray, " slice"]
    starts: Int[np.ndarray, " bound"]
    centers: Float[np.ndarray, "micro feature"]
    radii: Float[np.ndarray, " micro"]


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


def sort_slices(
    points: Float[np.ndarray, "slice feature"], micro: Int[np.ndarray, " slice"], reach: float
) -> SortedSlices:
    """Sort by micro-cluster and connected piece, with a bounding ball for each micro-cluster."""
    order = np.argsort(micro, kind="stable").astype(np.int32)
    starts = np.searchsorted(micro[order], np.arange(micro.max() + 2))
    cells = np.empty(len(order), dtype=np.int32)
    n_micro, n_cells = len(starts) - 1, 0
    centers = np.empty((n_micro, points.shape[1]))
    radii = np.empty(n_micro)
    for a in range(n_micro):
        members = slice(starts[a], starts[a + 1])
        inside = points[order[members]]
        centers[a] = inside.mean(axis=0)
        radii[a] = np.sqrt(((inside - centers[a]) ** 2).sum(axis=1).max())
        if 2 * radii[a] <= reach:
            # All lie within reach of one another.
            cells[members] = n_cells
            n_cells += 1
            continue
        pieces = split_connected(inside, reach)
        by_piece = np.argsort(pieces, kind="stable")
        order[members] = order[members][by_piece]
        cells[members] = n_cells + pieces[by_piece]
        n_cells += int(pieces.max()) + 1
    return SortedSlices(order, points[order], cells, micro[order], starts, centers, radii)
