"""Classical scaling: the linear answer, and the start of the iterative one.

Euclidean distances between rows Q are kept best, in the least-squares sense of inner
products, by the leading principal components of Q.
"""

import numpy as np
from jaxtyping import Float
from scipy import linalg


def pairwise_distances(
    rows: Float[np.ndarray, "landmark feature"],
) -> Float[np.ndarray, "landmark landmark"]:
    """Euclidean distances between rows; symmetric, zero diagonal."""
    centered = rows - rows.mean(axis=0)
    gram = centered @ centered.T
    norms = np.diag(gram).copy()
    gram *= -2
    gram += norms
    gram += norms[:, None]
    np.maximum(gram, 0.0, out=gram)
    np.sqrt(gram, out=gram)
    np.fill_diagonal(gram, 0.0)
    return np.asarray((gram + gram.T) / 2)


def classical_scaling(
    distances: Float[np.ndarray, "landmark landmark"], *, n_components: int
) -> Float[np.ndarray, "landmark component"]:
    """Coordinates by double centering of squared distances; missing dimensions are 0.

    Parameters
    ----------
    distances : ndarray, shape (landmark, landmark)
        Symmetric, zero diagonal.
    n_components : int
        Dimensions wanted, also where there are fewer landmarks.

    References
    ----------
    Torgerson, Multidimensional scaling, doi 10.1007/BF02288916.

    Examples
    --------
    >>> line = np.array([[0.0, 3.0], [3.0, 0.0]])
    >>> np.abs(classical_scaling(line, n_components=2)).round(6)
    array([[1.5, 0. ],
           [1.5, 0. ]])
    """
    n = len(distances)
    squared = distances**2
    mean = squared.mean(axis=0)
    inner = (mean + mean[:, None] - squared - mean.mean()) / 2
    kept = min(n_components, n)
    values, vectors = linalg.eigh(inner, subset_by_index=[n - kept, n - 1], check_finite=False)
    coordinates = np.zeros((n, n_components))
    coordinates[:, :kept] = (vectors * np.sqrt(np.maximum(values, 0.0)))[:, ::-1]
    return coordinates
