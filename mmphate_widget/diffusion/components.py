"""Connected components of the graph whose weights are the kernel.

Between two components no diffusion takes place: their distance in the embedding says only
that they are apart, which a user has to be told.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from scipy import sparse
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True, slots=True)
class Components:
    """Number of components and the points in each, largest first."""

    count: int
    sizes: Int[np.ndarray, " group"]


def count_components(
    graph: sparse.csr_array, weights: Int[np.ndarray, " node"] | None = None
) -> Components:
    """Connected components of an undirected graph; ``weights`` are the points in each node."""
    count, labels = connected_components(graph, directed=False)
    sizes = np.bincount(labels, weights=weights, minlength=count).astype(np.int64)
    return Components(int(count), -np.sort(-sizes))
