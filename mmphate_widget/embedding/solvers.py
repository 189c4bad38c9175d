"""The table of MDS solvers and the rule behind ``"auto"``."""

from typing import Protocol

import numpy as np
from jaxtyping import Float

from mmphate_widget._parallel import Progress, no_progress
from mmphate_widget.embedding.classical import classical_scaling
from mmphate_widget.embedding.sgd import stochastic_descent
from mmphate_widget.embedding.smacof import smacof

# Up to here a pass over all pairs takes a few seconds; beyond, MDS would outlast everything
# before it and the linear solution is taken.
LARGEST_ITERATIVE = 10_000
# After descent the minimum is chosen, and majorization only has to settle in it.
POLISH_TOLERANCE = 1e-4
# Part of the time that descent takes.
DESCENT_PART = 0.8


class Solver(Protocol):
    """An MDS solver: deterministic for a seed, whatever the number of threads."""

    def __call__(
        self,
        distances: Float[np.ndarray, "landmark landmark"],
        *,
        n_components: int,
        seed: int,
        n_jobs: int,
        progress: Progress,
    ) -> Float[np.ndarray, "landmark component"]:
        """Coordinates of all landmarks."""


def solve_sgd(
    distances: Float[np.ndarray, "landmark landmark"],
    *,
    n_components: int,
    seed: int,
    n_jobs: int,
    progress: Progress,
) -> Float[np.ndarray, "landmark component"]:
    """Stochastic descent from the classical solution, settled by SMACOF."""
    start = classical_scaling(distances, n_components=n_components)
    rough = stochastic_descent(
        distances, start, seed=seed, progress=lambda fraction: progress(DESCENT_PART * fraction)
    )
    return smacof(
        distances,
        rough,
        tolerance=POLISH_TOLERANCE,
        n_jobs=n_jobs,
        progress=lambda fraction: progress(DESCENT_PART + (1 - DESCENT_PART) * fraction),
    )


def solve_smacof(
    distances: Float[np.ndarray, "landmark landmark"],
    *,
    n_components: int,
    seed: int,
    n_jobs: int,
    progress: Progress,
) -> Float[np.ndarray, "landmark component"]:
    """SMACOF from the classical solution; draws nothing, so ``seed`` does not matter."""
    start = classical_scaling(distances, n_components=n_components)
    return smacof(distances, start, n_jobs=n_jobs, progress=progress)


def solve_classical(
    distances: Float[np.ndarray, "landmark landmark"],
    *,
    n_components: int,
    seed: int,
    n_jobs: int,
    progress: Progress,
) -> Float[np.ndarray, "landmark component"]:
    """Classical scaling; one eigenproblem, neither drawn nor split."""
    return classical_scaling(distances, n_components=n_components)


# What an entry must satisfy stands in ``Solver``.
MDS_SOLVERS: dict[str, Solver] = {
    "sgd": solve_sgd,
    "smacof": solve_smacof,
    "classical": solve_classical,
}


def solve(
    distances: Float[np.ndarray, "landmark landmark"],
    *,
    n_components: int,
    solver: str = "auto",
    seed: int = 0,
    n_jobs: int = 1,
    progress: Progress = no_progress,
) -> Float[np.ndarray, "landmark component"]:
    """Coordinates by the named solver.

    Parameters
    ----------
    distances : ndarray, shape (landmark, landmark)
        Symmetric, zero diagonal.
    n_components : int
    solver : {"auto", "sgd", "smacof", "classical"}, default "auto"
        "auto" is "sgd" up to 10,000 landmarks and "classical" beyond.
    seed : int, default 0
    n_jobs : int, default 1
        Threads; the result does not depend on it.
    progress : callable(fraction), optional
    """
    if solver == "auto":
        solver = "sgd" if len(distances) <= LARGEST_ITERATIVE else "classical"
    return MDS_SOLVERS[solver](
        distances, n_components=n_components, seed=seed, n_jobs=n_jobs, progress=progress
    )
