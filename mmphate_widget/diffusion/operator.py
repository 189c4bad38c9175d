"""Diffusion as one symmetric eigenproblem.

    points:     P   = D⁻¹ K                  similar to  M = D^-½ K D^-½
    landmarks:  P_L = D_L⁻¹ Bᵀ D_N⁻¹ B       similar to  M = D_L^-½ Bᵀ D_N⁻¹ B D_L^-½

B (point x landmark) holds the kernel summed over the points of each landmark. With
M = V diag(λ) Vᵀ every power is Pᵗ = D^-½ V diag(λᵗ) Vᵀ D^½: one ``eigh`` gives them all.
"""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float
from scipy import sparse

from mmphate_widget._gram import gram
from mmphate_widget._parallel import map_items

# A multiply-add of a dense product takes about this part of one in a sparse product.
DENSE_SPEEDUP = 64
# Rows of one dense block, and partial sums whatever the number of threads: 32 MB each at 2,000
# landmarks.
DENSE_ROWS = 2_048
DENSE_STRANDS = 4


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Eigenvalues (descending by size) and eigenvectors of M, and the degrees D behind M."""

    values: Float[np.ndarray, " landmark"]
    vectors: Float[np.ndarray, "landmark landmark"]
    degrees: Float[np.ndarray, " landmark"]

    def power(self, t: int, *, n_jobs: int = 1) -> Float[np.ndarray, "landmark landmark"]:
        """Pᵗ with rounding below 0 clipped, (landmark, landmark), rows summing to 1."""
        powered = self.values**t
        # Eigenvalues this small leave nothing that a float64 sum with the leading 1 can hold.
        floor = np.finfo(float).eps ** 2
        symmetric = self._weighted(powered, powered > floor, n_jobs)
        if (powered < -floor).any():
            symmetric -= self._weighted(-powered, powered < -floor, n_jobs)
        root = np.sqrt(self.degrees)
        symmetric *= root
        symmetric /= root[:, None]
        return np.asarray(np.maximum(symmetric, 0.0, out=symmetric))

    def _weighted(
        self,
        weights: Float[np.ndarray, " landmark"],
        kept: Bool[np.ndarray, " landmark"],
        n_jobs: int,
    ) -> Float[np.ndarray, "landmark landmark"]:
        """V diag(weights) Vᵀ over what is kept."""
        return gram(self.vectors[:, kept] * np.sqrt(weights[kept]), n_jobs=n_jobs)


def decompose(
    symmetric: Float[np.ndarray, "landmark landmark"], degrees: Float[np.ndarray, " landmark"]
) -> Spectrum:
    """Spectrum of M."""
    values, vectors = np.linalg.eigh(symmetric)
    order = np.argsort(-np.abs(values), kind="stable")
    return Spectrum(values[order], vectors[:, order], degrees)


def point_spectrum(kernel: sparse.csr_array) -> Spectrum:
    """Spectrum of diffusion between all points of a (small) symmetric kernel."""
    degrees = np.asarray(kernel.sum(axis=1)).ravel()
    root = 1 / np.sqrt(degrees)
    symmetric = kernel.toarray()
    symmetric *= root
    symmetric *= root[:, None]
    return decompose((symmetric + symmetric.T) / 2, degrees)


def landmark_spectrum(
    affinity: sparse.csr_array, *, n_jobs: int = 1
) -> tuple[Spectrum, Float[np.ndarray, "landmark landmark"]]:
    """Spectrum of diffusion between landmarks, and the operator P_L itself.

    Parameters
    ----------
    affinity : scipy.sparse.csr_array, shape (point, landmark)
        B: for each point the kernel summed over the points of each landmark.
    n_jobs : int, default 1
        Threads; the result does not depend on it.

    Returns
    -------
    Spectrum
        Of M.
    ndarray of float64, shape (landmark, landmark)
        P_L, row-stochastic.
    """
    between = landmark_weights(affinity, n_jobs=n_jobs)
    degrees = np.asarray(affinity.sum(axis=0)).ravel()
    operator = between / degrees[:, None]
    root = 1 / np.sqrt(degrees)
    between *= root
    between *= root[:, None]
    return decompose(between, degrees), operator


def landmark_weights(
    affinity: sparse.csr_array, *, n_jobs: int = 1
) -> Float[np.ndarray, "landmark landmark"]:
    """Bᵀ D_N⁻¹ B, exactly symmetric; by a sparse or a dense product, whichever is quicker."""
    n_points, n_landmarks = affinity.shape
    degrees = np.asarray(affinity.sum(axis=1)).ravel()
    scaled = sparse.diags_array(1 / np.sqrt(degrees)).tocsr() @ affinity
    sparse_work = float(np.square(np.diff(scaled.indptr), dtype=float).sum())
    if sparse_work * DENSE_SPEEDUP < n_points * n_landmarks**2:
        product = (scaled.T.tocsr() @ scaled).toarray()
    else:
        bounds = np.linspace(0, n_points, DENSE_STRANDS + 1).astype(int).tolist()
        strands = [slice(*pair) for pair in pairwise(bounds)]
        product = sum(map_items(partial(dense_gram, scaled), strands, n_jobs=n_jobs))
    return np.asarray((product + product.T) / 2)


def dense_gram(matrix: sparse.csr_array, rows: slice) -> Float[np.ndarray, "landmark landmark"]:
    """AᵀA of some rows A of a sparse matrix, through dense blocks."""
    gram = np.zeros((matrix.shape[1], matrix.shape[1]))
    for first in range(rows.start, rows.stop, DENSE_ROWS):
        block = matrix[first : min(first + DENSE_ROWS, rows.stop)].toarray()
        gram += block.T @ block
    return gram


def transitions(affinity: sparse.csr_array) -> sparse.csr_array:
    """D_N⁻¹ B: the probabilities with which each point steps to each landmark."""
    degrees = np.asarray(affinity.sum(axis=1)).ravel()
    return sparse.diags_array(1 / degrees).tocsr() @ affinity
