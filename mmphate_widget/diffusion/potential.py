"""Potentials: transition probabilities on a scale where small ones count.

    γ = 1: -log(Pᵗ + 1e-7),   γ = 0: 2 sqrt(Pᵗ),   between: (Pᵗ)^c / c with c = (1 - γ) / 2

The Euclidean distance between two rows is the potential distance that the embedding keeps.
"""

import numpy as np
from jaxtyping import Float

# Keeps the logarithm finite where a row cannot be reached in t steps; PHATE's value.
LOG_FLOOR = 1e-7


def potential(
    powered: Float[np.ndarray, "landmark landmark"], *, gamma: float
) -> Float[np.ndarray, "landmark landmark"]:
    """Potential of each landmark, one row each.

    Parameters
    ----------
    powered : ndarray, shape (landmark, landmark)
        Pᵗ, not negative.
    gamma : float
        Informational distance, -1 … 1.

    Examples
    --------
    >>> potential(np.array([[1.0, 0.0], [0.25, 0.75]]), gamma=0)[1].round(4)
    array([1.    , 1.7321])
    """
    if gamma == 1:
        return -np.log(powered + LOG_FLOOR)
    exponent = (1 - gamma) / 2
    return powered**exponent / exponent
