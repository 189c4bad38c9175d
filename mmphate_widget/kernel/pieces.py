"""Pieces of micro-clusters that the kernel connects inside.

Members of a cluster are linked when they are within the kernel's reach of each other; a piece is
what links join. Small clusters are compared pair by pair, many in one call; large ones step by step
from a member outward, for most often a few members already reach everything.
"""

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from mmphate_widget.kernel.balls import balls

# Frontier members and open members compared at once; 0.5 MB of distances.
HEAD_ROWS = 128
OPEN_COLUMNS = 512
# Members of a cluster that are compared pair by pair.
FEW = 100
# Values of pairs that are compared in one call: 2 MB.
PAIR_VALUES = 262_144


def ranges(
    starts: Int[np.ndarray, " run"], lengths: Int[np.ndarray, " run"]
) -> Int[np.ndarray, " item"]:
    """Runs of consecutive integers, one behind another.

    Examples
    --------
    >>> ranges(np.array([7, 0]), np.array([2, 3]))
    array([7, 8, 0, 1, 2])
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(starts - (ends - lengths), lengths))


def connected_pieces(
    points: Float[np.ndarray, "slice feature"], bounds: Int[np.ndarray, " bound"], reach: float
) -> Int[np.ndarray, " slice"]:
    """Which piece of its cluster each slice belongs to; labels of other clusters may be the same.

    Parameters
    ----------
    points : ndarray, shape (slice, feature)
        The members of one cluster behind those of another.
    bounds : ndarray of int, shape (cluster + 1,)
        Where each cluster begins, and where the last one ends.
    reach : float
        Members at most so far apart are linked.
    """
    sizes = np.diff(bounds)
    # All of a cluster may lie within reach of one another.
    is_whole = 2 * balls(points, bounds).radii <= reach
    is_small = ~is_whole & (sizes <= FEW)
    labels = components_of_pairs(points, bounds[:-1][is_small], sizes[is_small], reach)
    for cluster in np.flatnonzero(~is_whole & ~is_small).tolist():
        run = slice(*bounds[cluster : cluster + 2].tolist())
        labels[run] = split_connected(points[run], reach)
    labels[np.repeat(is_whole, sizes)] = 0
    return labels


def components_of_pairs(
    points: Float[np.ndarray, "slice feature"],
    starts: Int[np.ndarray, " cluster"],
    sizes: Int[np.ndarray, " cluster"],
    reach: float,
) -> Int[np.ndarray, " slice"]:
    """Pieces of some clusters by all pairs of their members; every other slice is one by itself."""
    members, ends = ranges(starts, sizes), np.repeat(starts + sizes, sizes)
    n_later = ends - members - 1
    so_far = np.cumsum(n_later)
    links = [np.empty((2, 0), dtype=int)]
    most = max(1, PAIR_VALUES // points.shape[1])
    first = 0
    while first < len(members):
        before = int(so_far[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(so_far, before + most, side="right")))
        one = np.repeat(members[first:last], n_later[first:last])
        other = ranges(members[first:last] + 1, n_later[first:last])
        apart = points[one] - points[other]
        near = np.einsum("pf,pf->p", apart, apart) <= reach**2
        links.append(np.stack([one[near], other[near]]))
        first = last
    one, other = np.concatenate(links, axis=1)
    graph = sparse.coo_array(
        (np.ones(len(one), dtype=bool), (one, other)), shape=(len(points), len(points))
    )
    return np.asarray(connected_components(graph, directed=False)[1])


def split_connected(
    points: Float[np.ndarray, "member feature"], reach: float
) -> Int[np.ndarray, " member"]:
    """Label of each member's piece: members are linked when at most ``reach`` apart."""
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
