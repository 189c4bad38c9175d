"""The reference path, ``engine="phate"``: our exact kernel through graphtools and phate 2.0.

    K (all points) → graphtools' landmarks and P_L → t, potential and MDS of phate → points

The one module that imports them. They choose landmarks by spectral clustering and t by singular
values of P_L; what they return keeps no scale, and least squares to the potential distances
gives it back.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse
from threadpoolctl import threadpool_limits

from mmphate_widget import diffusion, embedding
from mmphate_widget._blocks import Activations
from mmphate_widget._pipeline import (
    Diffused,
    Fit,
    Progress,
    Stopwatch,
    kept_points,
    standardized_points,
)
from mmphate_widget._settings import Settings
from mmphate_widget.kernel.multiway import assemble_kernel, exact_bandwidth
from mmphate_widget.kernel.placement import FittedPoints
from mmphate_widget.kernel.standardize import duplicate_distance

# `mds_solver` -> phate's `mds` and `mds_solver`. "auto" is what phate does by default.
PHATE_SOLVERS = {
    "auto": ("metric", "sgd"),
    "sgd": ("metric", "sgd"),
    "smacof": ("metric", "smacof"),
    "classical": ("classic", "sgd"),
}
# Of the logger that phate and graphtools share; errors alone pass.
LOGGER = "graphtools"
QUIET = -1
# phate's descent draws a tenth of all pairs at a time, which must not all be of one point.
FEWEST = 10


def import_phate() -> Any:
    """The phate module, or an error that says how to install it."""
    try:
        # matplotlib and others add warning filters when they load.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return import_module("phate")
    except ImportError as error:
        raise ModuleNotFoundError(
            "`engine` 'phate' needs phate and graphtools, which are not installed: "
            'pip install "mmphate-widget[phate]". The default engine needs neither.',
            name="phate",
        ) from error


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep phate quiet, and leave warning filters and its logger as they were."""
    import logging

    logger = logging.getLogger(LOGGER)
    level = logger.level
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def check_sizes(n_points: int, n_landmark: int) -> None:
    """Raise ValueError on fewer points or landmarks than phate can lay out."""
    if n_points < FEWEST:
        raise ValueError(
            f"`X` must have at least {FEWEST} points (epochs times steps times units) with "
            f"engine='phate'; got {n_points}. The default engine takes fewer."
        )
    if n_landmark < FEWEST:
        raise ValueError(
            f"`n_landmark` must be at least {FEWEST} with engine='phate'; got {n_landmark}."
        )


def run_reference(
    values: Activations,
    settings: Settings,
    progress: Progress,
    *,
    lengths: Int[np.ndarray, " sample"] | None = None,
) -> Fit:
    """Embed ``values`` by phate; see ``MMPHATE`` for what the settings mean."""
    phate = import_phate()
    check_sizes(int(np.prod(values.shape[:3])), settings.n_landmark)
    watch = Stopwatch(progress)
    with threadpool_limits(limits=settings.n_jobs):
        kernel, bandwidth, fitted = exact_kernel(values, settings, watch, lengths=lengths)
        components = diffusion.count_components(kernel)
        with undisturbed():
            operator = make_operator(phate, settings)
            with watch.stage("diffusion"):
                operator.fit(narrow(kernel))
            with watch.stage("embedding"):
                points = np.asarray(operator.transform())
        diffused = describe(operator, kernel, components, small=is_small(kernel, settings))
        t = int(operator.optimal_t if settings.t is None else settings.t)
        distances = embedding.pairwise_distances(
            diffusion.potential(power(operator.diff_op, t), gamma=settings.gamma)
        )
        landmarks = np.asarray(operator.embedding)
    scale = best_scale(distances, landmarks)
    center, rotation = embedding.fixed_axes(scale * points)
    landmarks = (scale * landmarks - center) @ rotation
    points = (scale * points - center) @ rotation
    stress = embedding.normalized_stress(distances, landmarks)
    shape = (*values.shape[:3], settings.n_components)
    return Fit(
        points.reshape(shape),
        points,
        fitted,
        landmarks,
        t,
        stress,
        bandwidth,
        0.0,
        diffused,
        watch.seconds,
    )


def exact_kernel(
    values: Activations,
    settings: Settings,
    watch: Stopwatch,
    *,
    lengths: Int[np.ndarray, " sample"] | None,
) -> tuple[sparse.csr_array, float, FittedPoints | None]:
    """K over all points, its bandwidth between slices, taken from all, and what a fit keeps."""
    with watch.stage("standardize") as report:
        z, ragged, axes = standardized_points(values, settings, report, lengths=lengths)
    duplicate = duplicate_distance(values.shape[3])
    with watch.stage("bandwidth"):
        bandwidth = exact_bandwidth(
            z, knn=settings.interslice_knn, duplicate=duplicate, ragged=ragged
        )
    with watch.stage("kernel"):
        kernel = assemble_kernel(
            z,
            intraslice_knn=settings.intraslice_knn,
            bandwidth=bandwidth,
            decay=settings.decay,
            duplicate=duplicate,
            ragged=ragged,
        )
    if ragged is not None:
        return kernel, bandwidth, None
    fitted = kept_points(z, axes, settings, bandwidth=bandwidth, n_samples=values.shape[3])
    return kernel, bandwidth, fitted


def narrow(kernel: sparse.csr_array) -> sparse.csr_matrix:
    """The matrix class that graphtools knows, with 32-bit indices where they suffice."""
    fits = kernel.nnz <= np.iinfo(np.int32).max
    index = np.int32 if fits else np.int64
    parts = (kernel.data, kernel.indices.astype(index), kernel.indptr.astype(index))
    return sparse.csr_matrix(parts, shape=kernel.shape)


def is_small(kernel: sparse.csr_array, settings: Settings) -> bool:
    """Whether all points diffuse, without landmarks."""
    return int(kernel.shape[0]) <= settings.n_landmark


def make_operator(phate: Any, settings: Settings) -> Any:
    """Phate's estimator with our parameters."""
    mds, solver = PHATE_SOLVERS[settings.mds_solver]
    return phate.PHATE(
        n_components=settings.n_components,
        n_landmark=settings.n_landmark,
        t="auto" if settings.t is None else settings.t,
        gamma=settings.gamma,
        mds=mds,
        mds_solver=solver,
        knn_dist="precomputed_affinity",
        n_jobs=settings.n_jobs,
        random_state=settings.seeds.landmarks,
        verbose=QUIET,
    )


def describe(
    operator: Any, kernel: sparse.csr_array, components: diffusion.Components, *, small: bool
) -> Diffused:
    """Spectrum, landmarks and operator, as the default engine gives them."""
    if small:
        return Diffused(diffusion.point_spectrum(kernel, n_squares=0), components)
    # Clusters may be empty; the operator has a row for each of the others, in their order.
    labels = np.unique(operator.graph.clusters, return_inverse=True)[1].astype(np.int64)
    found = np.asarray(operator.diff_op)
    degrees = np.bincount(labels, weights=np.asarray(kernel.sum(axis=1)).ravel())
    root = np.sqrt(degrees)
    symmetric = found * root[:, None] / root
    spectrum = diffusion.operator.decompose((symmetric + symmetric.T) / 2, degrees, n_squares=0)
    transitions = sparse.csr_array(operator.graph.transitions)
    return Diffused(spectrum, components, transitions, labels, found)


def power(
    operator: Float[np.ndarray, "landmark landmark"], t: int
) -> Float[np.ndarray, "landmark landmark"]:
    """Pᵗ by repeated squaring, as phate takes it."""
    return np.linalg.matrix_power(np.asarray(operator), t)


def best_scale(
    distances: Float[np.ndarray, "landmark landmark"],
    coordinates: Float[np.ndarray, "landmark component"],
) -> float:
    """The factor on ``coordinates`` that fits ``distances`` best in the least-squares sense."""
    found = embedding.pairwise_distances(coordinates)
    square = float(np.vdot(found, found))
    return float(np.vdot(distances, found)) / square if square > 0 else 1.0
