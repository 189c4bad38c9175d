"""The inter-step kernel exp(-|x - y|²), cut at 1e-4, of points given in bandwidths."""

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import cdist

from mmphate_widget.kernel.intra import KERNEL_CUT

# Error allowed in the exponent; above it distances take the slower difference form.
EXPONENT_ERROR = 1e-10


def is_product_exact(norms: Float[np.ndarray, " point"], n_features: int) -> bool:
    """Whether 2 x·y - |x|² - |y|² may stand for -|x - y|², given squared norms of the points."""
    scale = 2 * float(norms.max()) * (n_features + 4)
    return bool(scale * np.finfo(float).eps < EXPONENT_ERROR)


def kernel_in_place(exponents: Float[np.ndarray, "..."], *, duplicate: float) -> None:
    """Exponents -|x - y|² turned into the kernel; distances below ``duplicate`` count as 0."""
    if duplicate**2 > EXPONENT_ERROR:
        exponents[exponents > -(duplicate**2)] = 0.0
    np.exp(exponents, out=exponents)
    exponents *= exponents >= KERNEL_CUT


def gaussian_kernel(
    rows: Float[np.ndarray, "row feature"],
    columns: Float[np.ndarray, "column feature"],
    *,
    duplicate: float,
) -> Float[np.ndarray, "row column"]:
    """The kernel between points near the origin."""
    row_norms = np.einsum("rf,rf->r", rows, rows)
    column_norms = np.einsum("cf,cf->c", columns, columns)
    if is_product_exact(np.maximum(row_norms.max(), column_norms.max())[None], rows.shape[1]):
        exponents = (2 * rows) @ columns.T
        exponents -= row_norms[:, None]
        exponents -= column_norms
    else:
        exponents = np.negative(cdist(rows, columns, "sqeuclidean"))
    kernel_in_place(exponents, duplicate=duplicate)
    return np.asarray(exponents)
