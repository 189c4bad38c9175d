"""Metric MDS by majorization (SMACOF), over-relaxed.

    stress(X) = sum_{i<j} (δ_ij - d_ij(X))²,   X' = B(X) X / n  (Guttman transform)

Each transform can only lower the stress. Stepping twice as far (2 X' - X) converges about
twice as fast near the solution; a plain transform at the end makes the answer a fixed point.
"""

import numpy as np
from jaxtyping import Float

# Stop when a sweep lowers the normalized stress by less than this part of it.
TOLERANCE = 1e-5
MAX_ITERATIONS = 300


def coordinate_distances(
    coordinates: Float[np.ndarray, "landmark component"],
) -> Float[np.ndarray, "landmark landmark"]:
    """Euclidean distances between coordinates."""
    norms = np.einsum("ic,ic->i", coordinates, coordinates)
    squared = (-2 * coordinates) @ coordinates.T
    squared += norms
    squared += norms[:, None]
    np.maximum(squared, 0.0, out=squared)
    return np.sqrt(squared, out=squared)


def normalized_stress(
    distances: Float[np.ndarray, "landmark landmark"],
    coordinates: Float[np.ndarray, "landmark component"],
) -> float:
    """sqrt(sum (δ - d)² / sum δ²): 0 is perfect, 1 is no better than one point; 0 if all δ are 0."""
    total = float(np.vdot(distances, distances))
    if total == 0:
        return 0.0
    misfit = distances - coordinate_distances(coordinates)
    return float(np.sqrt(np.vdot(misfit, misfit) / total))


def guttman(
    distances: Float[np.ndarray, "landmark landmark"],
    coordinates: Float[np.ndarray, "landmark component"],
) -> tuple[Float[np.ndarray, "landmark component"], float]:
    """Guttman transform of centered coordinates, and the normalized stress before it."""
    ratio = coordinate_distances(coordinates)
    misfit = distances - ratio
    stress = float(np.sqrt(np.vdot(misfit, misfit) / np.vdot(distances, distances)))
    # Coincident points pull on each other in no direction: their ratio counts as 0.
    np.divide(distances, ratio, out=ratio, where=ratio > 0)
    moved = ratio.sum(axis=1)[:, None] * coordinates
    moved -= ratio @ coordinates
    moved /= len(distances)
    return moved, stress


def smacof(
    distances: Float[np.ndarray, "landmark landmark"],
    start: Float[np.ndarray, "landmark component"],
    *,
    tolerance: float = TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
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

    Returns
    -------
    ndarray of float64, shape (landmark, component)

    References
    ----------
    de Leeuw and Heiser, Multidimensional scaling with restrictions on the configuration
    (1980); Borg and Groenen, Modern Multidimensional Scaling, doi 10.1007/0-387-28981-X.
    """
    coordinates = start - start.mean(axis=0)
    if not distances.any():
        return np.zeros_like(coordinates)
    moved, previous = guttman(distances, coordinates)
    for _ in range(max_iterations):
        candidate = 2 * moved - coordinates
        coordinates = candidate
        moved, stress = guttman(distances, coordinates)
        if previous - stress < tolerance * previous:
            break
        previous = stress
    return moved - moved.mean(axis=0)
