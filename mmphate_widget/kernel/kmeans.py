"""k-means that gives the same bits on any number of threads.

Seeded k-means++ start, then Lloyd iterations in plain array operations. It serves to cut a
trajectory into short, compact pieces; a few iterations suffice, a global optimum is not needed.
"""

import numpy as np
from jaxtyping import Float, Int

LLOYD_ITERATIONS = 10
# Rows of one assignment block: distances to a few hundred centers stay in the cache.
BLOCK_ROWS = 1_024


def plus_plus(
    points: Float[np.ndarray, "row feature"], n_clusters: int, generator: np.random.Generator
) -> Float[np.ndarray, "cluster feature"]:
    """k-means++ centers, fewer than ``n_clusters`` where the points have fewer distinct places.

    References
    ----------
    Arthur and Vassilvitskii, k-means++ (2007), doi 10.5555/1283383.1283494.
    """
    norms = np.einsum("rf,rf->r", points, points)
    # A place already taken: nearer than the rounding of a squared distance by inner products.
    taken = 1e-12 * max(float(norms.max()), np.finfo(float).tiny)
    chosen = [int(generator.integers(len(points)))]
    nearest = np.full(len(points), np.inf)
    for draw in generator.random(n_clusters - 1):
        center = chosen[-1]
        squared = norms - 2 * (points @ points[center]) + norms[center]
        np.minimum(nearest, squared, out=nearest)
        nearest[nearest < taken] = 0.0
        total = np.cumsum(nearest)
        if total[-1] == 0:
            break
        chosen.append(int(np.searchsorted(total, draw * total[-1], side="right")))
    return points[chosen]


def assign(
    points: Float[np.ndarray, "row feature"], centers: Float[np.ndarray, "cluster feature"]
) -> Int[np.ndarray, " row"]:
    """Nearest center of each point."""
    half_norms = np.einsum("cf,cf->c", centers, centers) / 2
    labels = np.empty(len(points), dtype=np.int64)
    for first in range(0, len(points), BLOCK_ROWS):
        block = points[first : first + BLOCK_ROWS] @ centers.T
        block -= half_norms
        labels[first : first + BLOCK_ROWS] = block.argmax(axis=1)
    return labels


def kmeans(
    points: Float[np.ndarray, "row feature"],
    n_clusters: int,
    *,
    seed: int,
    n_iterations: int = LLOYD_ITERATIONS,
) -> Int[np.ndarray, " row"]:
    """Cluster label of each point, 0 … m - 1 with every label used, m at most ``n_clusters``.

    Parameters
    ----------
    points : ndarray, shape (row, feature)
    n_clusters : int
        Upper bound; duplicates and clusters that empty on the way lower it.
    seed : int
    n_iterations : int, default 10

    Examples
    --------
    >>> labels = kmeans(np.array([[0.0], [0.1], [5.0]]), 2, seed=0)
    >>> bool(labels[0] == labels[1] != labels[2])
    True
    """
    centers = plus_plus(points, n_clusters, np.random.default_rng(seed))
    labels = assign(points, centers)
    for _ in range(n_iterations):
        order = np.argsort(labels, kind="stable")
        used, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
        centers[used] = np.add.reduceat(points[order], starts, axis=0) / counts[:, None]
        previous, labels = labels, assign(points, centers)
        if np.array_equal(previous, labels):
            break
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
