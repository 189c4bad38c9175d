"""Entropy of a spectrum: how many directions a symmetric matrix is spread over.

    H = -Σ p_k ln p_k,   p = eigenvalues / their sum

With n equal eigenvalues and no others H = ln n, so that exp(H) counts directions.
"""

import numpy as np
from jaxtyping import Float


def spectral_entropy(
    matrices: Float[np.ndarray, "*item row row"],
) -> Float[np.ndarray, "*item"]:
    """Entropy in nats of the eigenvalues of symmetric, positive semi-definite matrices.

    NaN where a matrix is zero. Eigenvalues below 0, which rounding makes, count as 0.

    Examples
    --------
    >>> np.exp(spectral_entropy(np.diag([3.0, 3.0, 0.0]))).round(6)
    np.float64(2.0)
    """
    eigenvalues = np.maximum(np.linalg.eigvalsh(matrices), 0.0)
    total = eigenvalues.sum(axis=-1, keepdims=True)
    share = eigenvalues / np.where(total > 0, total, np.nan)
    # x ln x is 0 at 0; adding the smallest normal number changes nothing else.
    return np.asarray(0.0 - np.sum(share * np.log(share + np.finfo(float).tiny), axis=-1))


def pattern_entropy(
    z: Float[np.ndarray, "*item unit sample"],
) -> Float[np.ndarray, "*item"]:
    """The same of Z Zᵀ for patterns Z: exp(H) is the number of groups of rows that vary apart."""
    # Z Zᵀ and Zᵀ Z share their eigenvalues but for zeros.
    tall = z.shape[-2] > z.shape[-1]
    gram = z.swapaxes(-1, -2) @ z if tall else z @ z.swapaxes(-1, -2)
    return spectral_entropy(gram)
