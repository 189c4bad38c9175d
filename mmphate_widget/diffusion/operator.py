"""Diffusion between points or landmarks, through a symmetric matrix.

    points:     P   = D⁻¹ K                  similar to  M = D^-½ K D^-½
    landmarks:  P_L = D_L⁻¹ Bᵀ D_N⁻¹ B       similar to  M = D_L^-½ Bᵀ D_N⁻¹ B D_L^-½

B (point x landmark) holds the kernel summed over the points of each landmark. The spectrum is that
of M, and Pᵗ = D^-½ Mᵗ D^½. Powers are products of powers (``powers``), on all threads:
eigenvectors alone would take longer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from mmphate_widget._gram import gram
from mmphate_widget._parallel import Progress, map_items, no_progress, worker_pool
from mmphate_widget._types import AnyArray
from mmphate_widget.diffusion.powers import first_squares, matrix_power

# Eigenvalues, ascending, of a symmetric matrix.
Eigenvalues = Callable[[AnyArray], AnyArray]

# A multiply-add of a dense product takes about this part of one in a sparse product.
DENSE_SPEEDUP = 64
# Rows of one dense block at most, and partial sums whatever the number of threads: 32 MB each at
# 2,000 landmarks.
DENSE_ROWS = 2_048
DENSE_STRANDS = 4
# Rows of B copied into the order of blocks at a time; blocks looked at to tell how wide all are.
SORTED_ROWS = 16_384
SAMPLED_BLOCKS = 256
# Squares M² and M⁴ take about as long as the eigenvalues, which leave all threads but one idle.
FIRST_SQUARES = 2
# What a point's own landmark counts in its place beside the kernel, whose diagonal is 1. On the
# paper's synthetic run 0 keeps 0.185 / 0.312 of the 10 / 40 nearest slices, 5 keeps 0.230 / 0.335,
# at a disparity of 0.002; on the states of a GRU, whose points have near slices, both keep 0.645.
OWN_WEIGHT = 5.0
# Part of the time that the product takes; the rest is the eigenproblem's.
PRODUCT_PART = 0.5


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Eigenvalues of M (descending by size), first powers of M by exponent, and its degrees D."""

    values: Float[np.ndarray, " landmark"]
    powers: dict[int, Float[np.ndarray, "landmark landmark"]]
    degrees: Float[np.ndarray, " landmark"]

    def power(
        self, t: int, *, n_jobs: int = 1, gram: Callable[..., AnyArray] = gram
    ) -> Float[np.ndarray, "landmark landmark"]:
        """Pᵗ, (landmark, landmark), rows summing to 1."""
        powered = matrix_power(self.powers, t, gram=gram, n_jobs=n_jobs)
        root = np.sqrt(self.degrees)
        powered = powered * root
        powered /= root[:, None]
        return np.asarray(powered)


def decompose(
    symmetric: Float[np.ndarray, "landmark landmark"],
    degrees: Float[np.ndarray, " landmark"],
    *,
    n_squares: int = FIRST_SQUARES,
    n_jobs: int = 1,
    eigenvalues: Eigenvalues = np.linalg.eigvalsh,
    gram: Callable[..., AnyArray] = gram,
) -> Spectrum:
    """Spectrum of M, and as many of its squares."""
    take_squares = partial(first_squares, symmetric, n_squares, gram=gram)
    if n_jobs == 1:
        values, powers = eigenvalues(symmetric), take_squares(n_jobs=1)
    else:
        with worker_pool(1) as pool:
            found = pool.submit(eigenvalues, symmetric)
            powers = take_squares(n_jobs=n_jobs - 1)
            values = found.result()
    return Spectrum(values[np.argsort(-np.abs(values), kind="stable")], powers, degrees)


def point_spectrum(
    kernel: sparse.csr_array,
    *,
    n_squares: int = FIRST_SQUARES,
    n_jobs: int = 1,
    eigenvalues: Eigenvalues = np.linalg.eigvalsh,
    gram: Callable[..., AnyArray] = gram,
) -> Spectrum:
    """Spectrum of diffusion between all points of a (small) symmetric kernel."""
    degrees = np.asarray(kernel.sum(axis=1)).ravel()
    root = 1 / np.sqrt(degrees)
    symmetric = kernel.toarray()
    symmetric *= root
    symmetric *= root[:, None]
    return decompose(
        (symmetric + symmetric.T) / 2,
        degrees,
        n_squares=n_squares,
        n_jobs=n_jobs,
        eigenvalues=eigenvalues,
        gram=gram,
    )


def landmark_spectrum(
    affinity: sparse.csr_array,
    labels: Int[np.ndarray, " point"] | None = None,
    *,
    n_jobs: int = 1,
    weights: Callable[..., AnyArray] | None = None,
    eigenvalues: Eigenvalues = np.linalg.eigvalsh,
    gram: Callable[..., AnyArray] = gram,
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
    weights, eigenvalues, gram : callable, optional
        What does the work of ``landmark_weights``, ``numpy.linalg.eigvalsh`` and ``gram``.
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
    spectrum = decompose(between, degrees, n_jobs=n_jobs, eigenvalues=eigenvalues, gram=gram)
    return spectrum, operator


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
    order, cuts = row_blocks(affinity.shape[0], labels)
    sampled = range(0, len(cuts) - 1, max(1, len(cuts) // SAMPLED_BLOCKS))
    dense_work = sparse_work = 0.0
    for at in sampled:
        block = affinity[order[cuts[at] : cuts[at + 1]]]
        dense_work += block.shape[0] * float(len(np.unique(block.indices))) ** 2
        sparse_work += float(np.square(np.diff(block.indptr), dtype=float).sum())
    if sparse_work * DENSE_SPEEDUP < dense_work:
        scaled = scale_rows(affinity, roots)
        product = (scaled.T.tocsr() @ scaled).toarray()
    else:
        bounds = np.linspace(0, len(cuts) - 1, DENSE_STRANDS + 1).astype(int).tolist()
        strands = [cuts[first : stop + 1] for first, stop in pairwise(bounds)]
        product = sum(
            map_items(partial(sum_blocks, affinity, roots, order), strands, n_jobs=n_jobs)
        )
    return np.asarray((product + product.T) / 2)


def row_blocks(
    n_rows: int, labels: Int[np.ndarray, " point"] | None
) -> tuple[Int[np.ndarray, " point"], list[int]]:
    """An order of rows and where to cut it: at each label, and at ``DENSE_ROWS`` at the latest."""
    if labels is None:
        order, ends = np.arange(n_rows), np.array([n_rows])
    else:
        order, ends = np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))
    return order, np.union1d(ends, np.arange(0, n_rows, DENSE_ROWS)).tolist()


def sum_blocks(
    affinity: sparse.csr_array,
    roots: Float[np.ndarray, " point"],
    order: Int[np.ndarray, " point"],
    cuts: list[int],
) -> Float[np.ndarray, "landmark landmark"]:
    """Bᵀ D_N⁻¹ B over blocks of ordered rows; ``roots`` are those of 1 / D_N."""
    total = np.zeros((affinity.shape[1], affinity.shape[1]))
    position = np.zeros(affinity.shape[1], dtype=np.intp)
    for rows, inner in sorted_runs(cuts):
        run = scale_rows(affinity[order[rows]], roots[order[rows]])
        for first, stop in pairwise(inner):
            entries = slice(run.indptr[first], run.indptr[stop])
            indices = run.indices[entries]
            present = np.zeros(len(position), dtype=bool)
            present[indices] = True
            columns = np.flatnonzero(present)
            position[columns] = np.arange(len(columns))
            block = np.zeros((stop - first, len(columns)))
            row = np.repeat(np.arange(stop - first), np.diff(run.indptr[first : stop + 1]))
            block[row, position[indices]] = run.data[entries]
            total[columns[:, None], columns] += block.T @ block
    return total


def sorted_runs(cuts: list[int]) -> Iterator[tuple[slice, list[int]]]:
    """Runs of about ``SORTED_ROWS`` ordered rows that end at a cut, and the cuts within each."""
    first = 0
    for last in range(1, len(cuts)):
        if last == len(cuts) - 1 or cuts[last + 1] - cuts[first] > SORTED_ROWS:
            yield (
                slice(cuts[first], cuts[last]),
                [at - cuts[first] for at in cuts[first : last + 1]],
            )
            first = last


def scale_rows(matrix: sparse.csr_array, factors: Float[np.ndarray, " row"]) -> sparse.csr_array:
    """Each row times its factor; the pattern of entries is shared."""
    data = matrix.data * np.repeat(factors, np.diff(matrix.indptr))
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def transitions(affinity: sparse.csr_array, labels: Int[np.ndarray, " point"]) -> sparse.csr_array:
    """(D_N + w)⁻¹ (B + w C): how much each landmark counts in the place of each point.

    D_N⁻¹ B are the probabilities with which a point steps to each landmark. C (point x landmark) is
    1 at a point's own landmark: a point that hardly any slice of its unit is near would else lie
    halfway to the landmarks of its slice's other units, away from those that do as it does. For
    points with dozens of near slices w is little.
    """
    steps = sparse.csr_array(
        (affinity.data.copy(), affinity.indices, affinity.indptr), shape=affinity.shape
    )
    counts = np.diff(steps.indptr)
    # The diagonal of the kernel gives each point an entry at its own landmark.
    steps.data[steps.indices == np.repeat(labels.astype(steps.indices.dtype), counts)] += OWN_WEIGHT
    steps.data /= np.repeat(np.add.reduceat(steps.data, steps.indptr[:-1]), counts)
    # An estimator may keep them for long: indices of 4 bytes where these suffice.
    if steps.nnz <= np.iinfo(np.int32).max:
        steps.indices, steps.indptr = (a.astype(np.int32) for a in (steps.indices, steps.indptr))
    return steps
