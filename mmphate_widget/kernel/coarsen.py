"""Landmarks that span units: micro-clusters grouped by where they diffuse to.

The coarse graph between micro-clusters is G = Bᵀ D⁻¹ B. Micro-clusters with alike coordinates
in its leading diffusion eigenvectors reach the same places, whatever unit they belong to.
"""

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from mmphate_widget.kernel.kmeans import kmeans

# Eigenvectors kept, as many as the reference clusters its landmarks in.
N_EIGENVECTORS = 100
# Subspace iterations: the spectrum of a diffusion operator decays fast enough for few.
N_SWEEPS = 4


def group_micro_clusters(
    affinity: sparse.csr_array, *, n_groups: int, seed: int
) -> Int[np.ndarray, " micro"]:
    """Group of each micro-cluster, 0 … g - 1 with every group used, g at most ``n_groups``.

    Parameters
    ----------
    affinity : scipy.sparse.csr_array, shape (point, micro)
        B by micro-cluster.
    n_groups : int
        Upper bound on the number of groups.
    seed : int
    """
    n_micro = affinity.shape[1]
    if n_micro <= n_groups:
        return np.arange(n_micro)
    degrees = np.asarray(affinity.sum(axis=1)).ravel()
    mass = np.asarray(affinity.sum(axis=0)).ravel()
    scaled = sparse.diags_array(1 / np.sqrt(degrees)) @ affinity @ sparse.diags_array(mass**-0.5)
    vectors = leading_vectors(scaled.tocsr(), min(N_EIGENVECTORS, n_micro), seed=seed)
    return kmeans(vectors / np.sqrt(mass)[:, None], n_groups, seed=seed)


def leading_vectors(
    factor: sparse.csr_array, n_vectors: int, *, seed: int
) -> Float[np.ndarray, "micro vector"]:
    """Leading eigenvectors of AᵀA, each times its eigenvalue, by seeded subspace iteration.

    References
    ----------
    Halko, Martinsson and Tropp, Finding structure with randomness, doi 10.1137/090771806.
    """
    back = factor.T.tocsr()
    basis = np.random.default_rng(seed).normal(size=(factor.shape[1], n_vectors))
    for _ in range(N_SWEEPS):
        # AᵀA itself would be nearly dense where units are many.
        basis, _ = np.linalg.qr(back @ (factor @ basis))
    image = factor @ basis
    values, rotation = np.linalg.eigh(image.T @ image)
    return np.asarray((basis @ rotation) * values)
