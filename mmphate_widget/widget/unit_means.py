"""Mean activity of some units through the steps of an epoch, beside that of the rest.

Of unit i let m[t, i] be the mean of x[t, i, k] over the samples k that take part in step t. Of a
set of units the mean over i and the standard deviation over i are taken at each step: NaN where
the set is empty or no sample takes part.
"""

import numpy as np
from jaxtyping import Bool, Float, Float64, Int


def unit_means(
    values: Float[np.ndarray, "step unit sample"],
    *,
    lengths: Int[np.ndarray, " sample"] | None = None,
) -> Float64[np.ndarray, "step unit"]:
    """Mean of each unit over the samples that take part in a step; NaN where none does."""
    if lengths is None:
        means: Float64[np.ndarray, "step unit"] = values.mean(axis=2, dtype=np.float64)
        return means
    valid = np.arange(len(values))[:, None] < lengths
    count = valid.sum(axis=1)[:, None]
    total = values.sum(axis=2, dtype=np.float64, where=valid[:, None, :])
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def means_of_parts(
    means: Float64[np.ndarray, "step unit"], chosen: Bool[np.ndarray, " unit"]
) -> Float64[np.ndarray, "4 step"]:
    """Mean and standard deviation over the chosen units, then over the others.

    Examples
    --------
    >>> means = np.array([[0.0, 2.0, 4.0]])
    >>> means_of_parts(means, np.array([True, False, True])).ravel()
    array([2., 2., 2., 0.])
    """
    return np.vstack(
        [*_mean_and_deviation(means[:, chosen]), *_mean_and_deviation(means[:, ~chosen])]
    )


def _mean_and_deviation(
    means: Float64[np.ndarray, "step unit"],
) -> tuple[Float64[np.ndarray, " step"], Float64[np.ndarray, " step"]]:
    if not means.shape[1]:
        nothing = np.full(len(means), np.nan)
        return nothing, nothing
    return means.mean(axis=1), means.std(axis=1)
