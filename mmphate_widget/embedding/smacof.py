"""Metric MDS by majorization (SMACOF), over-relaxed.

    stress(X) = sum_{i<j} (δ_ij - d_ij(X))²,   X' = B(X) X / n  (Guttman transform)

Each transform can only lower the stress. Stepping twice as far (2 X' - X) converges about
twice as fast; a plain transform ends it. Rows are independent within a transform, so it runs
in blocks of rows that fit the cache.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from mmphate_widget._parallel import Progress, no_progress, worker_pool

# Stop when an iteration lowers the normalized stress by less than this part of it.
TOLERANCE = 1e-5
MAX_ITERATIONS = 300
# Values of one block of rows: 1 MB of float64 stays in the second-level cache.
BLOCK_VALUES = 131_072


def row_blocks(n_rows: int) -> list[slice]:
    """Runs of rows of an (n_rows, n_rows) matrix, of ``BLOCK_VALUES`` values or one row each."""
    height = max(1, BLOCK_VALUES // n_rows)
    return [slice(first, min(first + height, n_rows)) for first in range(0, n_rows, height)]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Guttman transform of coordinates X, and the sums that give stress and best scale of X."""

    moved: Float[np.ndarray, "row component"]
    cross: float  # sum δ d
    square: float  # sum d²

    @property
    def scale(self) -> float:
        """The factor on X that fits the distances best; 1 where X is a single point."""
        return self.cross / self.square if self.square > 0 else 1.0


def transform_rows(
    distances: Float[np.ndarray, "landmark landmark"],
    coordinates: Float[np.ndarray, "landmark component"],
    rows: slice,
) -> Sweep:
    """Guttman transform of some rows of centered coordinates."""
    ratio = coordinate_distances(coordinates[rows], coordinates)
    wanted = distances[rows]
    cross, square = float(np.vdot(wanted, ratio)), float(np.vdot(ratio, ratio))
    # Coincident points pull in no direction: the pair's ratio counts as 0.
    ratio[ratio == 0] = np.inf
    np.divide(wanted, ratio, out=ratio)
    moved = ratio.sum(axis=1)[:, None] * coordinates[rows]
    moved -= ratio @ coordinates
    return Sweep(moved / len(distances), cross, square)


def coordinate_distances(
    rows: Float[np.ndarray, "row component"], coordinates: Float[np.ndarray, "landmark component"]
) -> Float[np.ndarray, "row landmark"]:
    """Euclidean distances from rows to coordinates."""
    squared = (-2 * rows) @ coordinates.T
    squared += np.einsum("ic,ic->i", coordinates, coordinates)
    squared += np.einsum("ic,ic->i", rows, rows)[:, None]
    np.maximum(squared, 0.0, out=squared)
    return np.asarray(np.sqrt(squared, out=squared))


def normalized_stress(
    distances: Float[np.ndarray, "landmark landmark"],
    coordinates: Float[np.ndarray, "landmark component"],
) -> float:
    """sqrt(sum (δ - d)² / sum δ²): 0 is perfect, 1 is one single point; 0 where all δ are 0."""
    total = float(np.vdot(distances, distances))
    if total == 0:
        return 0.0
    misfit = 0.0
    for rows in row_blocks(len(distances)):
        off = distances[rows] - coordinate_distances(coordinates[rows], coordinates)
        misfit += float(np.vdot(off, off))
    return float(np.sqrt(misfit / total))


def smacof(
    distances: Float[np.ndarray, "landmark landmark"],
    start: Float[np.ndarray, "landmark component"],
    *,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
    n_jobs: int = 1,
    progress: Progress = no_progress,
) -> Float[np.ndarray, "landmark component"]:
    """Coordinates that minimize the raw stress, from ``start``.

    Parameters
    ----------
    distances : ndarray, shape (landmark, landmark)
        Symmetric, zero diagonal.
    start : ndarray, shape (landmark, component)
        First coordinates; the result is centered.
    tolerance : float, default 1e-5
        Relative fall of the normalized stress in one iteration below which it stops.
    max_iterations : int, default 300
    n_jobs : int, default 1
        Threads; the result does not depend on it.
    progress : callable(fraction), optional
        Told how far the fall of the stress has come down to ``tolerance``, on a logarithmic scale.

    Returns
    -------
    ndarray of float64, shape (landmark, component)

    References
    ----------
    de Leeuw and Heiser, Multidimensional scaling with restrictions on the configuration
    (1980); Borg and Groenen, Modern Multidimensional Scaling, doi 10.1007/0-387-28981-X.

    Examples
    --------
    >>> triangle = np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]])
    >>> found = smacof(triangle, np.array([[0.0, 0.1], [0.5, 0.0], [0.2, 0.9]]))
    >>> normalized_stress(triangle, found) < 1e-3
    True
    """
    coordinates = start - start.mean(axis=0)
    total = float(np.vdot(distances, distances))
    if total == 0:
        return np.zeros_like(coordinates)
    with worker_pool(n_jobs) as pool:

        def sweep(at: Float[np.ndarray, "landmark component"]) -> Sweep:
            parts = list(pool.map(partial(transform_rows, distances, at), row_blocks(len(at))))
            moved = np.concatenate([part.moved for part in parts])
            return Sweep(moved, sum(p.cross for p in parts), sum(p.square for p in parts))

        state, previous, reached = sweep(coordinates), 2.0, 0.0
        for _ in range(max_iterations):
            stress = np.sqrt(max(0.0, 1 - state.cross * state.scale / total))
            if previous - stress <= tolerance * previous:
                break
            if tolerance > 0:
                fall = (previous - stress) / previous
                reached = max(reached, float(np.log(fall) / np.log(tolerance)))
                progress(min(reached, 1.0))
            previous = stress
            # The double step alone would mirror an error of scale for ever; so X is scaled first.
            coordinates = 2 * state.moved - state.scale * coordinates
            state = sweep(coordinates)
    return np.asarray(state.moved - state.moved.mean(axis=0))
