"""Classical scaling: the linear answer, and the start of the iterative one.

Euclidean distances between rows Q are kept best, in the least-squares sense of inner
products, by the leading principal components of Q.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from scipy import linalg
from scipy.sparse.linalg import ArpackError, eigsh

from mmphate_widget._gram import gram
from mmphate_widget._types import AnyArray

# Above so many rows a few eigenpairs are found sooner one by one (Lanczos).
LARGEST_DENSE = 500


def pairwise_distances(
    rows: Float[np.ndarray, "landmark feature"],
    *,
    n_jobs: int = 1,
    gram: Callable[..., AnyArray] = gram,
) -> Float[np.ndarray, "landmark landmark"]:
    """Euclidean distances between rows; exactly symmetric, zero diagonal."""
    inner = gram(rows - rows.mean(axis=0), n_jobs=n_jobs)
    norms = np.diag(inner).copy()
    inner *= -2
    inner += norms + norms[:, None]
    np.maximum(inner, 0.0, out=inner)
    np.sqrt(inner, out=inner)
    np.fill_diagonal(inner, 0.0)
    return inner


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
    values, vectors = leading_eigenpairs(inner, kept)
    coordinates = np.zeros((n, n_components))
    coordinates[:, :kept] = (vectors * np.sqrt(np.maximum(values, 0.0)))[:, ::-1]
    return coordinates


def leading_eigenpairs(
    symmetric: Float[np.ndarray, "row row"], count: int
) -> tuple[Float[np.ndarray, " value"], Float[np.ndarray, "row value"]]:
    """The largest eigenvalues, ascending, and their eigenvectors."""
    n = len(symmetric)
    if n > LARGEST_DENSE:
        start = np.random.default_rng(0).normal(size=n)
        try:
            values, vectors = eigsh(symmetric, k=count, which="LA", v0=start)
            return values, vectors
        except ArpackError:
            # Eigenvalues that crowd, or are all 0: the dense way takes longer and always ends.
            pass
    values, vectors = linalg.eigh(symmetric, subset_by_index=[n - count, n - 1], check_finite=False)
    return values, vectors
