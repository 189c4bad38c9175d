"""HSIC of every two of several slices: inner products of their centered Gram matrices."""

import numpy as np
from jaxtyping import Float

from mmphate_widget._types import AnyArray

# The unbiased estimate divides by n - 3.
FEWEST_SAMPLES = 4
# Part of a Gram matrix that may be rounding, of about as many units times samples.
ROUNDING = 1e-12
# Entries of all Gram matrices kept at once: 64 MB of float64.
ENTRIES_AT_ONCE = 8_000_000


def gram_products(
    slices: Float[np.ndarray, "slice unit sample"], *, debiased: bool
) -> Float[np.ndarray, "slice slice"]:
    """HSIC of the linear kernels of every two slices over the same samples.

    Each slice is scaled to a mean square of 1 first, which CKA does not see: so squares of 1e200
    stay finite.
    """
    rows = _scaled(slices)
    n_slices, n_samples, _ = rows.shape
    # Of each Gram matrix: sums of rows, and of all.
    own = (rows**2).sum(axis=2)
    sums = (rows @ rows.sum(axis=1)[:, :, None])[:, :, 0]
    if debiased:
        sums = (sums - own) / (n_samples - 2)
        total = sums.sum(axis=1) / (n_samples - 1)
    else:
        sums = sums / n_samples
        total = sums.sum(axis=1) / n_samples
    products = np.zeros((n_slices, n_slices))
    size = max(1, ENTRIES_AT_ONCE // (n_slices * n_samples))
    for start in range(0, n_samples, size):
        at = np.arange(start, min(start + size, n_samples))
        gram = rows[:, at] @ rows.swapaxes(1, 2)
        gram += total[:, None, None] - sums[:, at, None] - sums[:, None, :]
        if debiased:
            gram[:, np.arange(len(at)), at] = 0
        flat = gram.reshape(n_slices, -1)
        products += flat @ flat.T
    # Gram matrices that are flat but for rounding: samples equally far from each other.
    own = np.diagonal(products)
    is_flat = own <= (ROUNDING * slices.shape[1] * n_samples) ** 2
    products[is_flat] = products[:, is_flat] = 0
    pairs = n_samples * (n_samples - 3) if debiased else (n_samples - 1) ** 2
    return np.asarray(products / pairs)


def _scaled(slices: Float[np.ndarray, "slice unit sample"]) -> AnyArray:
    """Rows (sample, unit) of each slice, centered, of mean square 1; 0 where nothing varies."""
    rows = slices.swapaxes(1, 2).astype(np.float64)
    varies = np.ptp(rows, axis=1, keepdims=True) > 0
    largest = np.abs(rows).max(axis=(1, 2), keepdims=True)
    rows /= np.where(largest > 0, largest, 1)
    rows = np.where(varies, rows - rows.mean(axis=1, keepdims=True), 0)
    norm = np.sqrt((rows**2).mean(axis=(1, 2), keepdims=True))
    return np.asarray(rows / np.where(norm > 0, norm, 1))
