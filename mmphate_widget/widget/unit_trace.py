"""One unit's activity through the steps of one epoch, small enough to travel when it is asked for.

Over the samples V_t that take part in step t (sample k while t < length_k), and of these over the
members of each class c:

    mean[t] = mean of x[t, k], k in V_t          deviation[t] = sd of x[t, k], k in V_t
    class_means[c, t] = mean of x[t, k], k in V_t and of class c

NaN where no sample takes part. The page draws it beside the point that is pointed at.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64, Int, Shaped

# More curves cannot be told apart in a plot of two hundred pixels.
MOST_CLASSES = 10


@dataclass(frozen=True, slots=True, eq=False)
class UnitTrace:
    """Mean and standard deviation over samples, and where there are few classes each one's mean."""

    mean: Float64[np.ndarray, " step"]
    deviation: Float64[np.ndarray, " step"]
    classes: tuple[str, ...]
    class_means: Float64[np.ndarray, "label step"]


def trace_unit(
    values: Float[np.ndarray, "step sample"],
    *,
    sample_labels: Shaped[np.ndarray, " sample"] | None = None,
    lengths: Int[np.ndarray, " sample"] | None = None,
) -> UnitTrace:
    """The trace of a unit from its activations at one epoch.

    Examples
    --------
    >>> values = np.array([[0.0, 2.0, 4.0], [1.0, 3.0, 0.0]])
    >>> found = trace_unit(values, sample_labels=np.array(["a", "a", "b"]),
    ...                    lengths=np.array([2, 2, 1]))
    >>> found.mean, found.class_means
    (array([2., 2.]), array([[ 1.,  2.],
           [ 4., nan]]))
    """
    n_steps, n_samples = values.shape
    exact = values.astype(np.float64)
    valid = np.ones((n_steps, n_samples), dtype=bool)
    if lengths is not None:
        valid = np.arange(n_steps)[:, None] < lengths
    mean = _mean(exact, valid)
    deviation = np.sqrt(_mean((exact - mean[:, None]) ** 2, valid))
    classes, codes = sample_classes(sample_labels)
    class_means = [_mean(exact, valid & (codes == code)) for code in range(len(classes))]
    return UnitTrace(mean, deviation, classes, np.array(class_means).reshape(-1, n_steps))


def _mean(
    values: Float64[np.ndarray, "step sample"], part: Bool[np.ndarray, "step sample"]
) -> Float64[np.ndarray, " step"]:
    """Mean of each step over its ``part`` of the samples; NaN where that is empty."""
    count = part.sum(axis=1)
    # Not multiplied by the mask: what does not take part need not be finite.
    total = values.sum(axis=1, where=part)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def sample_classes(
    sample_labels: Shaped[np.ndarray, " sample"] | None,
) -> tuple[tuple[str, ...], Int[np.ndarray, " sample"]]:
    """Names of the classes, ascending as in the channel "label", and each sample's code."""
    if sample_labels is None:
        return (), np.zeros(0, dtype=np.int64)
    names, codes = np.unique(sample_labels, return_inverse=True)
    if not 1 < len(names) <= MOST_CLASSES:
        return (), np.zeros(0, dtype=np.int64)
    return tuple(map(str, names)), codes
