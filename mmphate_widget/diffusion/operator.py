"""Diffusion as one symmetric eigenproblem.

    points:     P   = D⁻¹ K                  similar to  M = D^-½ K D^-½
    landmarks:  P_L = D_L⁻¹ Bᵀ D_N⁻¹ B       similar to  M = D_L^-½ Bᵀ D_N⁻¹ B D_L^-½

B (point x landmark) holds the kernel summed over the points of each landmark. With
M = V diag(λ) Vᵀ every power is Pᵗ = D^-½ V diag(λᵗ) Vᵀ D^½: one ``eigh`` gives them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from mmphate_widget._gram import gram
from mmphate_widget._parallel import Progress, map_items, no_progress
from mmphate_widget._types import AnyArray

# Eigenvalues, ascending, and eigenvectors of a symmetric matrix.
Eigh = Callable[[AnyArray], Any]

# A multiply-add of a dense product takes about this part of one in a sparse product.
DENSE_SPEEDUP = 64
# Rows of one dense block at most, and partial sums whatever the number of threads: 32 MB each at
# 2,000 landmarks.
DENSE_ROWS = 2_048
DENSE_STRANDS = 4
# Part of the time that the product takes; the rest is the eigenproblem's.
PRODUCT_PART = 0.4


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Eigenvalues (descending by size) and eigenvectors of M, and the degrees D behind M."""

    values: Float[np.ndarray, " landmark"]
    vectors: Float[np.ndarray, "landmark landmark"]
    degrees: Float[np.ndarray, " landmark"]

    def power(
        self, t: int, *, n_jobs: int = 1, gram: Callable[..., AnyArray] = gram
    ) -> Float[np.ndarray, "landmark landmark"]:
        """Pᵗ with rounding below 0 clipped, (landmark, landmark), rows summing to 1."""

        def weighted(weights: AnyArray, kept: AnyArray) -> AnyArray:
            """V diag(weights) Vᵀ over what is kept."""
            return gram(self.vectors[:, kept] * np.sqrt(weights[kept]), n_jobs=n_jobs)

        powered = self.values**t
        # Eigenvalues this small leave nothing that a float64 sum with the leading 1 can hold.
        floor = np.finfo(float).eps ** 2
        symmetric = weighted(powered, powered > floor)
        if (powered < -floor).any():
            symmetric -= weighted(-powered, powered < -floor)
        root = np.sqrt(self.degrees)
        symmetric *= root
        symmetric /= root[:, None]
        return np.asarray(np.maximum(symmetric, 0.0, out=symmetric))


def decompose(
    symmetric: Float[np.ndarray, "landmark landmark"],
    degrees: Float[np.ndarray, " landmark"],
    *,
    eigh: Eigh = np.linalg.eigh,
) -> Spectrum:
    """Spectrum of M."""
    values, vectors = eigh(symmetric)
    order = np.argsort(-np.abs(values), kind="stable")
    return Spectrum(values[order], vectors[:, order], degrees)


def point_spectrum(kernel: sparse.csr_array, *, eigh: Eigh = np.linalg.eigh) -> Spectrum:
    """Spectrum of diffusion between all points of a (small) symmetric kernel."""
    degrees = np.asarray(kernel.sum(axis=1)).ravel()
    root = 1 / np.sqrt(degrees)
    symmetric = kernel.toarray()
    symmetric *= root
    symmetric *= root[:, None]
    return decompose((symmetric + symmetric.T) / 2, degrees, eigh=eigh)


def landmark_spectrum(
    affinity: sparse.csr_array,
    labels: Int[np.ndarray, " point"] | None = None,
    *,
    n_jobs: int = 1,
    weights: Callable[..., AnyArray] | None = None,
    eigh: Eigh = np.linalg.eigh,
    progress: Progress = no_progress,
) -> tuple[Spectrum, Float[np.ndarray, "landmark landmark"]]:
    """Spectrum of diffusion between landmarks, and the operator P_L itself.

    Parameters
    ----------
    affinity : scipy.sparse.csr_array, shape (point, landmark)
        B: for each point the kernel summed over the points of each landmark.
    labels : ndarray of int, shape (point,), optional
        Landmark of each point; it decides in which order sums are taken, and how fast.
    n_jobs : int, default 1
        Threads; the result does not depend on it.
    weights, eigh : callable, optional
        What does the work of ``landmark_weights`` and ``numpy.linalg.eigh``.
    progress : callable(fraction), optional

    Returns
    -------
    Spectrum
        Of M.
    ndarray of float64, shape (landmark, landmark)
        P_L, row-stochastic.
    """
    between = (weights or landmark_weights)(affinity, labels, n_jobs=n_jobs)
    progress(PRODUCT_PART)
    degrees = np.asarray(affinity.sum(axis=0)).ravel()
    operator = between / degrees[:, None]
    root = 1 / np.sqrt(degrees)
    between *= root
    between *= root[:, None]
    return decompose(between, degrees, eigh=eigh), operator


def landmark_weights(
    affinity: sparse.csr_array,
    labels: Int[np.ndarray, " point"] | None = None,
    *,
    n_jobs: int = 1,
) -> Float[np.ndarray, "landmark landmark"]:
    """Bᵀ D_N⁻¹ B, exactly symmetric.

    The points of one landmark reach nearly the same landmarks, so that they make a small dense
    block, whose product is many times quicker than a sparse one. Where they do not (white noise),
    and the blocks would be wide for nothing, the product is sparse.
    """
    roots = 1 / np.sqrt(np.asarray(affinity.sum(axis=1)).ravel())
    blocks = row_blocks(affinity.shape[0], labels)
    widths = [len(columns_of(affinity, rows)) for rows in blocks]
    dense_work = sum(float(len(rows)) * w**2 for rows, w in zip(blocks, widths, strict=True))
    sparse_work = float(np.square(np.diff(affinity.indptr), dtype=float).sum())
    if sparse_work * DENSE_SPEEDUP < dense_work:
        scaled = scale_rows(affinity, roots)
        product = (scaled.T.tocsr() @ scaled).toarray()
    else:
        bounds = np.linspace(0, len(blocks), DENSE_STRANDS + 1).astype(int).tolist()
        strands = [blocks[first:stop] for first, stop in pairwise(bounds)]
        product = sum(map_items(partial(sum_blocks, affinity, roots), strands, n_jobs=n_jobs))
    return np.asarray((product + product.T) / 2)


def sum_blocks(
    affinity: sparse.csr_array, roots: Float[np.ndarray, " point"], blocks: list[AnyArray]
) -> Float[np.ndarray, "landmark landmark"]:
    """Bᵀ D_N⁻¹ B over blocks of rows; ``roots`` are those of 1 / D_N."""
    total = np.zeros((affinity.shape[1], affinity.shape[1]))
    for rows in blocks:
        columns = columns_of(affinity, rows)
        block = dense_block(affinity, rows, columns) * roots[rows, None]
        total[np.ix_(columns, columns)] += block.T @ block
    return total


def row_blocks(n_rows: int, labels: Int[np.ndarray, " point"] | None) -> list[AnyArray]:
    """Rows of each label, or all in their order, at most ``DENSE_ROWS`` at a time."""
    if labels is None:
        order, ends = np.arange(n_rows), np.array([n_rows])
    else:
        order, ends = np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))
    cuts = np.union1d(ends, np.arange(0, n_rows, DENSE_ROWS))
    return [order[first:stop] for first, stop in pairwise(cuts.tolist())]


def columns_of(
    matrix: sparse.csr_array, rows: Int[np.ndarray, " row"]
) -> Int[np.ndarray, " column"]:
    """Columns in which some rows have entries, ascending."""
    present = np.zeros(matrix.shape[1], dtype=bool)
    present[matrix[rows].indices] = True
    return np.flatnonzero(present)


def dense_block(
    matrix: sparse.csr_array, rows: Int[np.ndarray, " row"], columns: Int[np.ndarray, " column"]
) -> Float[np.ndarray, "row column"]:
    """Some rows of a matrix in the columns where they have entries."""
    piece = matrix[rows]
    position = np.zeros(matrix.shape[1], dtype=np.int64)
    position[columns] = np.arange(len(columns))
    block = np.zeros((len(rows), len(columns)))
    block[np.repeat(np.arange(len(rows)), np.diff(piece.indptr)), position[piece.indices]] = (
        piece.data
    )
    return block


def scale_rows(matrix: sparse.csr_array, factors: Float[np.ndarray, " row"]) -> sparse.csr_array:
    """Each row times its factor; the pattern of entries is shared."""
    data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def transitions(affinity: sparse.csr_array) -> sparse.csr_array:
    """D_N⁻¹ B: the probabilities with which each point steps to each landmark."""
    steps = scale_rows(affinity, 1 / np.asarray(affinity.sum(axis=1)).ravel())
    # An estimator may keep them for long: indices of 4 bytes where these suffice.
    if steps.nnz <= np.iinfo(np.int32).max:
        steps.indices, steps.indptr = (a.astype(np.int32) for a in (steps.indices, steps.indptr))
    return steps
