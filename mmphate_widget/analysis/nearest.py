"""Kozachenko–Leonenko entropy: how spread points are, from distances to nearest neighbors.

    h = ψ(n) - ψ(k) + ln V_d + (d / n) Σ_i ln ε_i

of n points in d dimensions; ε_i is the distance of point i to its k-th nearest other, V_d the
volume of the unit ball, ψ the digamma function.
"""

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import cdist
from scipy.special import digamma, gammaln


def nearest_neighbor_entropy(
    points: Float[np.ndarray, "item point component"], *, k: int, floor: float
) -> Float[np.ndarray, " item"]:
    """Differential entropy in nats of each set of points; distances below ``floor`` count as it.

    Parameters
    ----------
    points : ndarray, shape (item, point, component)
        Sets of at least k + 1 points.
    k : int
        Neighbor that the distance is taken to, not counting the point itself.
    floor : float
        Above 0: ln 0 of duplicates would be infinite.

    References
    ----------
    L. F. Kozachenko, N. N. Leonenko. Sample estimate of the entropy of a random vector. Problems
    of Information Transmission 23 (1987). The form for any k: H. Singh et al., Nearest neighbor
    estimates of entropy (2003), doi:10.1080/01966324.2003.10737616.

    Examples
    --------
    >>> grid = np.arange(1000.0)[None, :, None] / 1000
    >>> abs(nearest_neighbor_entropy(grid, k=2, floor=1e-9)) < 0.3
    array([ True])
    """
    _, n_points, n_components = points.shape
    logarithms = np.empty(len(points))
    for at, one in enumerate(points):
        # Sorted distances start with the point itself, so entry k is the k-th other.
        distance = np.partition(cdist(one, one), k, axis=1)[:, k]
        logarithms[at] = np.log(np.maximum(distance, floor)).mean()
    half = n_components / 2
    ball = half * np.log(np.pi) - gammaln(half + 1)
    return np.asarray(digamma(n_points) - digamma(k) + ball + n_components * logarithms)
