"""Principal components of points that are never in memory together.

    C = sum over points of (z - m)(z - m)ᵀ,   C V = V Λ,   z → (z - m) V

Mean m and scatter C are taken block by block and joined; both are exact, so that the components
are those of all points. V holds the directions with the largest eigenvalues.
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import linalg
from scipy.sparse.linalg import ArpackError, eigsh

# Up to so many samples all eigenvectors take two seconds; of more, the leading ones are found
# one by one (Lanczos).
LARGEST_DENSE = 2_000


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, mean and scatter (sum of squared deviations) of some points."""

    count: int
    mean: Float[np.ndarray, " sample"]
    scatter: Float[np.ndarray, "sample sample"]

    @classmethod
    def none(cls, n_samples: int) -> "Moments":
        """Moments of no points."""
        return cls(0, np.zeros(n_samples), np.zeros((n_samples, n_samples)))

    def joined(self, other: "Moments") -> "Moments":
        """Moments of both sets of points.

        References
        ----------
        Chan, Golub and LeVeque, Algorithms for computing the sample variance,
        doi 10.1080/00031305.1983.10483115.
        """
        count = self.count + other.count
        gap = other.mean - self.mean
        scatter = self.scatter + other.scatter
        scatter += np.outer(gap, gap * (self.count * other.count / count))
        return Moments(count, self.mean + gap * (other.count / count), scatter)


@dataclass(frozen=True, slots=True)
class Projection:
    """From samples to leading principal components."""

    center: Float[np.ndarray, " sample"]
    directions: Float[np.ndarray, "sample feature"]

    def __call__(
        self, z: Float[np.ndarray, "*point sample"]
    ) -> Float[np.ndarray, "*point feature"]:
        """Coordinates of points."""
        centered = (z - self.center).reshape(-1, len(self.center))
        return np.reshape(centered @ self.directions, (*z.shape[:-1], -1))


def moments(points: Float[np.ndarray, "*point sample"]) -> Moments:
    """Moments of points."""
    flat = points.reshape(-1, points.shape[-1])
    mean = flat.mean(axis=0)
    centered = flat - mean
    return Moments(len(flat), mean, centered.T @ centered)


def leading_projection(found: Moments, n_features: int, *, seed: int) -> Projection:
    """Projection on the ``n_features`` directions of largest variance.

    Parameters
    ----------
    found : Moments
    n_features : int
        Below the number of samples.
    seed : int
        Of the start of the search where there are more than 2,000 samples.
    """
    return Projection(
        found.mean, np.ascontiguousarray(leading_vectors(found.scatter, n_features, seed))
    )


def leading_vectors(
    symmetric: Float[np.ndarray, "sample sample"], count: int, seed: int
) -> Float[np.ndarray, "sample feature"]:
    """Eigenvectors of the largest eigenvalues, largest first."""
    n = len(symmetric)
    if n > LARGEST_DENSE:
        start = np.random.default_rng(seed).normal(size=n)
        # Where eigenvalues crowd, or are all 0, the dense way takes longer and always ends.
        with suppress(ArpackError):
            return np.asarray(eigsh(symmetric, k=count, which="LA", v0=start)[1][:, ::-1])
    _, vectors = linalg.eigh(symmetric, subset_by_index=[n - count, n - 1], check_finite=False)
    return np.asarray(vectors[:, ::-1])
