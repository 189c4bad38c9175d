"""The table of MDS solvers and the rule behind ``"auto"``."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from mmphate_widget.embedding.classical import classical_scaling
from mmphate_widget.embedding.smacof import smacof

# Up to here an iteration over all pairs takes well under a second; beyond, majorization
# would outlast everything before it and the linear solution is taken.
LARGEST_SMACOF = 6_000


def solve_smacof(
    distances: Float[np.ndarray, "landmark landmark"], *, n_components: int, n_jobs: int
) -> Float[np.ndarray, "landmark component"]:
    """SMACOF from the classical solution."""
    start = classical_scaling(distances, n_components=n_components)
    return smacof(distances, start, n_jobs=n_jobs)


def solve_classical(
    distances: Float[np.ndarray, "landmark landmark"], *, n_components: int, n_jobs: int
) -> Float[np.ndarray, "landmark component"]:
    """Classical scaling; one eigenproblem, which ``n_jobs`` threads would not speed up."""
    return classical_scaling(distances, n_components=n_components)


# NAME -> function(distances, *, n_components, n_jobs) -> coordinates (landmark, component),
# deterministic.
MDS_SOLVERS: dict[str, Callable[..., np.ndarray]] = {
    "smacof": solve_smacof,
    "classical": solve_classical,
}


def solve(
    distances: Float[np.ndarray, "landmark landmark"], *, n_components: int, solver: str, n_jobs: int = 1
) -> Float[np.ndarray, "landmark component"]:
    """Coordinates by the named solver; ``"auto"`` is SMACOF up to 6,000 landmarks."""
    if solver == "auto":
        solver = "smacof" if len(distances) <= LARGEST_SMACOF else "classical"
    return MDS_SOLVERS[solver](distances, n_components=n_components, n_jobs=n_jobs)
