"""The reference engine: our exact kernel through graphtools' landmark graph and phate.

    values → standardize → bandwidth → K (held whole) → graphtools → phate → coordinates

This is the path of the authors' code, kept to compare with. It takes its landmarks (mini-batch
k-means on singular vectors), its choice of t (knee over singular values) and its MDS from those
packages, and holds all of K, which makes it slow and large. It is imported when it is used, and
phate and graphtools with it, which are GPL: nothing else here needs or imports them.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped
from scipy import sparse
from threadpoolctl import threadpool_limits

from mmphate_widget import diffusion, embedding
from mmphate_widget._pipeline import Fit, Progress, Stopwatch, find_bandwidth, standardize
from mmphate_widget._settings import Settings
from mmphate_widget.kernel.multiway import assemble_kernel
from mmphate_widget.kernel.ragged import ragged_points
from mmphate_widget.kernel.standardize import duplicate_distance

# phate's name of each of our solvers: how, and with what.
SOLVERS = {
    "auto": ("metric", "sgd"),
    "sgd": ("metric", "sgd"),
    "smacof": ("metric", "smacof"),
    "classical": ("classic", "sgd"),
}


def load_phate() -> ModuleType:
    """The phate package; ModuleNotFoundError with the extra to install where it is missing."""
    try:
        import graphtools  # noqa: F401
        import phate
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"`engine` 'phate' needs the packages phate and graphtools; got {error}. Install "
            'them with pip install "mmphate-widget[phate]" (they are GPL), or use the default '
            "engine.",
            name=error.name,
        ) from error
    return phate  # type: ignore[no-any-return]


def run_reference(
    values: Shaped[np.ndarray, "epoch step unit sample"],
    settings: Settings,
    progress: Progress,
    *,
    lengths: Int[np.ndarray, " sample"] | None = None,
) -> Fit:
    """Embed ``values`` as the reference does; see ``MMPHATE`` for what the settings mean."""
    phate = load_phate()
    watch = Stopwatch(progress)
    n_epochs, n_steps, n_units, n_samples = values.shape
    duplicate = duplicate_distance(n_samples)
    with threadpool_limits(limits=settings.n_jobs):
        with watch.stage("standardize"):
            ragged = None
            if lengths is not None:
                ragged = ragged_points(values, lengths, normalize=settings.normalize, name="X")
            z = standardize(values, settings) if ragged is None else ragged.padded()
        with watch.stage("bandwidth") as report:
            bandwidth, error = find_bandwidth(
                z, settings, duplicate=duplicate, progress=report, ragged=ragged
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
            components = diffusion.count_components(kernel)
        with undisturbed():
            with watch.stage("diffusion"):
                operator = make_operator(phate, settings).fit(sparse.csr_matrix(kernel))
                transition = np.asarray(operator.diff_op)
            with watch.stage("embedding"):
                operator.transform()
        t = int(operator.optimal_t if settings.t is None else settings.t)
        potential = diffusion.potential(np.linalg.matrix_power(transition, t), gamma=settings.gamma)
        landmarks, stress = scaled(operator.embedding, potential)
    small = operator.graph.__class__.__name__.find("Landmark") < 0
    points = landmarks if small else operator.graph.interpolate(landmarks)
    center, rotation = embedding.fixed_axes(points)
    return Fit(
        embedding=((points - center) @ rotation).reshape(n_epochs, n_steps, n_units, -1),
        landmarks=(landmarks - center) @ rotation,
        t=t,
        stress=stress,
        bandwidth=bandwidth,
        bandwidth_error=error,
        components=components,
        eigenvalues=np.linalg.svd(transition, compute_uv=False),
        labels=None if small else occupied(operator.graph.clusters),
        operator=None if small else transition,
        timings=watch.seconds,
    )


def make_operator(phate: ModuleType, settings: Settings) -> Any:
    """phate's estimator with our settings."""
    how, solver = SOLVERS[settings.mds_solver]
    return phate.PHATE(
        n_components=settings.n_components,
        n_landmark=settings.n_landmark,
        t="auto" if settings.t is None else settings.t,
        gamma=settings.gamma,
        n_pca=None,
        mds=how,
        mds_solver=solver,
        knn_dist="precomputed_affinity",
        n_jobs=settings.n_jobs,
        random_state=settings.seeds.landmarks,
        verbose=0,
    )


def occupied(clusters: Any) -> Int[np.ndarray, " point"]:
    """Landmark of each point, counted as the operator's rows are: clusters without points left out."""
    return np.unique(clusters, return_inverse=True)[1].astype(np.int64, copy=False)


def scaled(
    landmarks: Float[np.ndarray, "landmark component"],
    potential: Float[np.ndarray, "landmark landmark"],
) -> tuple[Float[np.ndarray, "landmark component"], float]:
    """Landmarks in units of potential distance, whose scale phate gives up, and their stress.

    The factor is that of least squares, sum(D d) / sum(d²), with D the distances of the potential
    and d those of the landmarks.
    """
    distances = embedding.pairwise_distances(potential)
    found = embedding.pairwise_distances(landmarks)
    squares = float((found**2).sum())
    factor = float((distances * found).sum()) / squares if squares > 0 else 1.0
    landmarks = np.asarray(landmarks * factor)
    return landmarks, embedding.normalized_stress(distances, landmarks)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let those packages neither speak nor leave their logger or numpy's global seed changed."""
    logger = logging.getLogger("graphtools")
    level, state = logger.level, np.random.get_state()
    try:
        with warnings.catch_warnings():
            # Disconnected graphs are ours to report; the rest concerns their own insides.
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        np.random.set_state(state)
