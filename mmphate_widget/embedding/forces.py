"""Forces that bring true neighbors together and drive false ones away.

    E = Σ log(1 + d²)  over true neighbors  +  c Σ 1 / (1 + d²)  over false neighbors

d is the distance in the layout in units of the kernel's scale. With q = 1 / (1 + d²) an edge
pulls with q·d and pushes with c·q²·d (the gradients, halved): both fade beyond the scale, so
what lies far apart stays where the embedding put it.
"""

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

# c: a false neighbor pushes harder than a true one pulls as long as it is nearer than the scale.
# Of 2, 3, 4 and 6, this kept the most neighbors of hopf × pitchfork.
REPULSION = 4.0
# Rows of a working array: with 30 neighbors 120 kB of float32, a few of which stay in the cache.
BLOCK_ROWS = 1_024


def move(
    places: Float[np.ndarray, "component point"],
    near: Int[np.ndarray, "point neighbor"],
    false: Int[np.ndarray, "point false"],
) -> Float[np.ndarray, "component point"]:
    """The step that the forces ask of each point: their sum over its number of true edges.

    A true edge pulls at both ends; a false one pushes the point in whose row it stands, which
    the other end mirrors where it sees the same. Points without neighbors ask for no step.

    Parameters
    ----------
    places : ndarray of float32, shape (component, point)
        Layout in units of the kernel's scale.
    near, false : ndarray of int, shape (point, neighbor) and (point, false)
        True and false neighbors of each point; its own index is no neighbor.

    Returns
    -------
    ndarray of float32, shape (component, point)

    Examples
    --------
    >>> places = np.array([[0, 1]], dtype=np.float32)
    >>> none = np.empty((2, 0), dtype=int)
    >>> move(places, np.array([[1], [1]]), none)
    array([[ 1.        , -0.33333334]], dtype=float32)
    """
    n_components, n_points = places.shape
    n_near = near.shape[1]
    if n_near == 0:
        return np.zeros_like(places)
    edges = np.concatenate([near, false], axis=1).astype(np.intp, copy=False)
    pulls = np.empty((n_points, n_near), dtype=np.float32)
    step = np.empty(places.shape, dtype=np.float32)
    for first in range(0, n_points, BLOCK_ROWS):
        rows = slice(first, first + BLOCK_ROWS)
        away = [axis[rows, None] - axis[edges[rows]] for axis in places]
        weight = away[0] * away[0]
        for difference in away[1:]:
            weight += difference * difference
        weight += 1
        np.reciprocal(weight, out=weight)
        pulls[rows] = weight[:, :n_near]
        pull, push = weight[:, :n_near], weight[:, n_near:]
        np.negative(pull, out=pull)
        push *= push
        push *= np.float32(REPULSION)
        for axis in range(n_components):
            np.einsum("pe,pe->p", weight, away[axis], out=step[axis, rows])
    step += pull_back(places, near, pulls)
    return np.asarray(step / true_edges(near))


def pull_back(
    places: Float[np.ndarray, "component point"],
    near: Int[np.ndarray, "point neighbor"],
    pulls: Float[np.ndarray, "point neighbor"],
) -> Float[np.ndarray, "component point"]:
    """What the pull of each edge does to its far end."""
    n_points, n_near = near.shape
    bounds = np.arange(0, n_points * n_near + 1, n_near, dtype=np.int64)
    graph = sparse.csr_array((pulls.ravel(), near.ravel(), bounds), shape=(n_points, n_points))
    ones = np.ones((n_points, 1), dtype=np.float32)
    received = (graph.T @ np.concatenate([places.T, ones], axis=1)).T
    return np.asarray(received[:-1] - received[-1] * places)


def true_edges(near: Int[np.ndarray, "point neighbor"]) -> Float[np.ndarray, " point"]:
    """Half the number of edges that end at each point, so that a hub moves no further."""
    n_points, n_near = near.shape
    received = np.bincount(near.ravel(), minlength=n_points)
    return np.asarray((received + n_near) / 2, dtype=np.float32)
