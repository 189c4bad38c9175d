"""How far an embedding keeps the order of potential distances: Spearman's correlation.

Over seeded pairs of points, the distance between the rows of their landmarks in the diffusion
potential 2·√(P_Lᵗ) against the distance between the two points in the embedding. Landmarks stand
in for points on the potential's side, because P_Lᵗ is what the fit holds; pairs with one landmark
say nothing and are left out.
"""

from typing import Any

import numpy as np
from scipy.stats import spearmanr

N_PAIRS = 50_000


def order_kept(estimator: Any, coordinates: np.ndarray) -> float | None:
    """Spearman's correlation; None where a fit had no landmarks."""
    operator, labels = estimator.landmark_operator_, estimator.landmark_labels_
    if operator is None or labels is None:
        return None
    potential = 2 * np.sqrt(np.maximum(np.linalg.matrix_power(operator, estimator.t_), 0))
    points = coordinates.reshape(-1, coordinates.shape[-1])
    first, second = np.random.default_rng(0).integers(len(points), size=(2, N_PAIRS))
    apart = labels[first] != labels[second]
    first, second = first[apart], second[apart]
    squares = (potential**2).sum(axis=1)
    inner = potential @ potential.T
    one, other = labels[first], labels[second]
    wanted = np.sqrt(np.maximum(squares[one] + squares[other] - 2 * inner[one, other], 0))
    found = np.linalg.norm(points[first] - points[second], axis=1)
    return float(spearmanr(wanted, found).statistic)
