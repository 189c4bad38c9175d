"""Standardize activations: every point becomes its pattern over the probe samples.

    z[p, k] = (x[p, k] - mean_k x[p]) / std_k x[p]        (ddof 0, no epsilon)

A constant point has no pattern and becomes the zero vector. With many samples the
points are projected on their leading principal components, which keeps distances up
to the variance dropped. Everything downstream works on these vectors.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from mmphate_widget._types import AnyArray

# Two standardized points have norms of at most sqrt(S) and rounding of about 1e-16 each;
# what lies this close together is a duplicate up to rounding, not a neighbor at some scale.
DUPLICATE_DISTANCE = 1e-7
# Squares of distances in bandwidths, at least 2e-16, overflow some 40 decades above this.
LARGEST_UNSCALED = 1e100


def duplicate_distance(n_samples: int) -> float:
    """Distance between standardized points of ``n_samples`` samples below which it counts as 0."""
    return float(DUPLICATE_DISTANCE * np.sqrt(n_samples))


def zscore(
    values: Shaped[np.ndarray, "*point sample"],
) -> Float[np.ndarray, "*point sample"]:
    """Z-score over the last axis, float64; constant rows become zero.

    Parameters
    ----------
    values : ndarray, shape (..., sample)
        Finite activations in any unit.

    Returns
    -------
    ndarray of float64, shape (..., sample)

    Examples
    --------
    >>> zscore(np.array([[1.0, 3.0], [5.0, 5.0]]))
    array([[-1.,  1.],
           [ 0.,  0.]])
    """
    values = np.ascontiguousarray(values, dtype=np.float64)
    constant = values.max(axis=-1, keepdims=True) == values.min(axis=-1, keepdims=True)
    # Scaling by a power of two is exact: squares neither overflow at 1e200 nor vanish at 1e-200.
    _, exponent = np.frexp(np.abs(values).max(axis=-1, keepdims=True))
    scaled: AnyArray = np.ldexp(values, -exponent)
    deviation = scaled.std(axis=-1, keepdims=True)
    scaled -= scaled.mean(axis=-1, keepdims=True)
    scaled /= np.where(constant, 1.0, deviation)
    scaled[np.broadcast_to(constant, scaled.shape)] = 0.0
    return scaled


def unscaled(
    values: Shaped[np.ndarray, "*point sample"], *, name: str
) -> Float[np.ndarray, "*point sample"]:
    """The values themselves in float64, for ``normalize=False``, where squares do not overflow."""
    check_unscaled(values, name=name)
    return np.array(values, dtype=np.float64)


def check_unscaled(values: Shaped[np.ndarray, "*point sample"], *, name: str) -> None:
    """Raise ValueError where squares of values that are not standardized would overflow."""
    largest = float(np.abs(values).max())
    if largest > LARGEST_UNSCALED:
        raise ValueError(
            f"`{name}` must lie within ±{LARGEST_UNSCALED:g} with normalize=False; got "
            f"{largest:g}. Scale it, or use normalize=True."
        )


@dataclass(frozen=True, slots=True)
class PrincipalAxes:
    """Where points are centered, and the orthonormal axes that they are projected on."""

    mean: Float[np.ndarray, " sample"]
    axes: Float[np.ndarray, "feature sample"]

    def project(self, z: Float[np.ndarray, "*point sample"]) -> Float[np.ndarray, "*point feature"]:
        """Coordinates on the axes of any points that are standardized alike."""
        return np.asarray((z - self.mean) @ self.axes.T)


def principal_axes(
    z: Float[np.ndarray, "slice unit sample"], *, n_pca: int, seed: int
) -> PrincipalAxes | None:
    """The ``n_pca`` leading principal components of all points; None where samples are no more.

    Parameters
    ----------
    z : ndarray, shape (slice, unit, sample)
        Standardized points.
    n_pca : int
        Number of components kept.
    seed : int
        Seed of the randomized range finder.

    References
    ----------
    Halko, Martinsson and Tropp, Finding structure with randomness, doi 10.1137/090771806.
    """
    n_samples = z.shape[2]
    if n_samples <= n_pca:
        return None
    from sklearn.utils.extmath import randomized_svd

    points = z.reshape(-1, n_samples)
    mean = points.mean(axis=0)
    centered = points - mean
    _, _, axes = randomized_svd(centered, min(n_pca, len(centered)), random_state=seed)
    return PrincipalAxes(mean, np.ascontiguousarray(axes))
