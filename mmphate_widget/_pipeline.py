"""The NumPy engine: the stages of MM-PHATE in order, each a pure function from its own package.

    values → standardize → bandwidth → kernel → diffusion → embedding → coordinates

Two paths through the kernel: up to ``n_landmark`` points diffuse themselves; more points
diffuse between landmarks, and their transitions to landmarks carry the coordinates back.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse
from threadpoolctl import threadpool_limits

from mmphate_widget import diffusion, embedding
from mmphate_widget._blocks import Activations
from mmphate_widget._operations import NUMPY, Operations
from mmphate_widget._parallel import map_items, no_progress
from mmphate_widget._settings import Settings
from mmphate_widget.kernel.inter import (
    BANDWIDTH_SLICES,
    UnitBandwidth,
    global_bandwidth,
    unit_bandwidth,
)
from mmphate_widget.kernel.landmarks import landmark_kernel
from mmphate_widget.kernel.multiway import assemble_kernel
from mmphate_widget.kernel.ragged import Ragged, ragged_points
from mmphate_widget.kernel.standardize import (
    duplicate_distance,
    standardize,
)

# Points whose neighbors the bandwidth is taken from, of all units together: half a second on one
# core. Up to so many points, whatever their shape, it is taken from all of them.
BANDWIDTH_POINTS = 20_000
# Part of the embedding's time that a power of the operator takes, and as much the distances.
POWER_PART = 0.2

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Diffused:
    """What kernel and diffusion hand on; the last three are None without landmarks."""

    spectrum: diffusion.Spectrum
    components: diffusion.Components
    transitions: sparse.csr_array | None = None
    labels: Int[np.ndarray, " point"] | None = None
    operator: Float[np.ndarray, "landmark landmark"] | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """Everything that a fit found."""

    embedding: Float[np.ndarray, "epoch step unit component"]
    landmarks: Float[np.ndarray, "landmark component"]
    t: int
    stress: float
    bandwidth: float
    bandwidth_error: float
    diffused: Diffused
    timings: dict[str, float]


@dataclass(slots=True)
class Stopwatch:
    """Names the running stage to the progress callback and keeps the seconds it took."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[float], None]]:
        """Time a stage; yields a callback for the fraction of it that is done."""
        self.progress(name, 0.0)
        start = time.perf_counter()
        yield lambda fraction: self.progress(name, fraction)
        self.seconds[name] = time.perf_counter() - start
        self.progress(name, 1.0)


def run(
    values: Activations,
    settings: Settings,
    progress: Progress,
    *,
    lengths: Int[np.ndarray, " sample"] | None = None,
    operations: Operations = NUMPY,
) -> Fit:
    """Embed ``values``; see ``MMPHATE`` for what the settings mean."""
    watch = Stopwatch(progress)
    n_epochs, n_steps, n_units, _ = values.shape
    # Several BLAS threads gain a second here, lose many where another process holds a core, and
    # round differently; what takes long is cut into work items instead (``_parallel``).
    with threadpool_limits(limits=1):
        with watch.stage("standardize") as report:
            z, ragged = standardized_points(values, settings, report, lengths=lengths)
        duplicate = duplicate_distance(values.shape[3])
        with watch.stage("bandwidth") as report:
            bandwidth, error = find_bandwidth(
                z,
                settings,
                duplicate=duplicate,
                progress=report,
                ragged=ragged,
                operations=operations,
            )
        small = n_points(z) <= settings.n_landmark
        diffuse = diffuse_points if small else diffuse_landmarks
        diffused = diffuse(
            z,
            settings,
            bandwidth=bandwidth,
            duplicate=duplicate,
            watch=watch,
            ragged=ragged,
            operations=operations,
        )
        with watch.stage("embedding") as report:
            t = settings.t or diffusion.choose_time(diffused.spectrum.values)
            landmarks, points, stress = embed(diffused, settings, t, operations, progress=report)
    return Fit(
        points.reshape(n_epochs, n_steps, n_units, settings.n_components),
        landmarks,
        t,
        stress,
        bandwidth,
        error,
        diffused,
        watch.seconds,
    )


def n_points(z: Float[np.ndarray, "slice unit feature"]) -> int:
    """Number of points."""
    return int(z.shape[0] * z.shape[1])


def standardized_points(
    values: Activations,
    settings: Settings,
    progress: Callable[[float], None],
    *,
    lengths: Int[np.ndarray, " sample"] | None,
) -> tuple[Float[np.ndarray, "slice unit feature"], Ragged | None]:
    """Standardized points of each slice, and what compares slices of unequal length."""
    if lengths is not None:
        ragged = ragged_points(np.asarray(values), lengths, normalize=settings.normalize, name="X")
        return ragged.padded(), ragged
    z = standardize(
        values,
        n_pca=settings.n_pca,
        normalize=settings.normalize,
        seed=settings.seeds.pca,
        name="X",
        n_jobs=settings.n_jobs,
        progress=progress,
    )
    return z, None


def find_bandwidth(
    z: Float[np.ndarray, "slice unit feature"],
    settings: Settings,
    *,
    duplicate: float,
    progress: Callable[[float], None],
    ragged: Ragged | None = None,
    operations: Operations = NUMPY,
) -> tuple[float, float]:
    """Global inter-step bandwidth and its relative standard error, 0 where it is exact."""
    n_units: int = z.shape[1]
    n_sampled = max(BANDWIDTH_SLICES, BANDWIDTH_POINTS // n_units)
    seeds = np.random.default_rng(settings.seeds.bandwidth).integers(2**32, size=n_units)

    def one_unit(i: int) -> UnitBandwidth:
        return unit_bandwidth(
            np.ascontiguousarray(z[:, i]) if ragged is None else ragged.unit(i),
            knn=settings.interslice_knn,
            duplicate=duplicate,
            n_sampled=n_sampled,
            seed=int(seeds[i]),
            neighbors=operations.neighbor_distances,
        )

    units = map_items(one_unit, range(n_units), n_jobs=settings.n_jobs, progress=progress)
    return global_bandwidth(units)


def diffuse_points(
    z: Float[np.ndarray, "slice unit feature"],
    settings: Settings,
    *,
    bandwidth: float,
    duplicate: float,
    watch: Stopwatch,
    ragged: Ragged | None,
    operations: Operations,
) -> Diffused:
    """Diffusion between all points of a small input."""
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
    with watch.stage("diffusion"):
        return Diffused(diffusion.point_spectrum(kernel, eigh=operations.eigh), components)


def diffuse_landmarks(
    z: Float[np.ndarray, "slice unit feature"],
    settings: Settings,
    *,
    bandwidth: float,
    duplicate: float,
    watch: Stopwatch,
    ragged: Ragged | None,
    operations: Operations,
) -> Diffused:
    """Diffusion between landmarks."""
    with watch.stage("kernel") as report:
        kernel = landmark_kernel(
            z,
            n_landmark=settings.n_landmark,
            bandwidth=bandwidth,
            intraslice_knn=settings.intraslice_knn,
            decay=settings.decay,
            duplicate=duplicate,
            seed=settings.seeds.landmarks,
            n_jobs=settings.n_jobs,
            progress=report,
            ragged=ragged,
            affinity_of=operations.unit_affinity,
            intra_of=operations.intra_block,
        )
        sizes = np.bincount(kernel.cells)
        components = diffusion.count_components(kernel.cell_graph, sizes)
    with watch.stage("diffusion") as report:
        spectrum, operator = diffusion.landmark_spectrum(
            kernel.affinity,
            kernel.labels,
            n_jobs=settings.n_jobs,
            weights=operations.landmark_weights,
            eigh=operations.eigh,
            progress=report,
        )
        steps = diffusion.transitions(kernel.affinity)
    return Diffused(spectrum, components, steps, kernel.labels, operator)


def embed(
    diffused: Diffused,
    settings: Settings,
    t: int,
    operations: Operations = NUMPY,
    *,
    progress: Callable[[float], None] = no_progress,
) -> tuple[Float[np.ndarray, "landmark component"], Float[np.ndarray, "point component"], float]:
    """Coordinates of landmarks and of points on fixed axes, and the normalized stress."""
    rows = diffusion.potential(
        diffused.spectrum.power(t, n_jobs=settings.n_jobs, gram=operations.gram),
        gamma=settings.gamma,
    )
    progress(POWER_PART)
    distances = embedding.pairwise_distances(rows, n_jobs=settings.n_jobs, gram=operations.gram)
    progress(2 * POWER_PART)
    landmarks = embedding.solve(
        distances,
        n_components=settings.n_components,
        solver=settings.mds_solver,
        seed=settings.seeds.mds,
        n_jobs=settings.n_jobs,
        progress=lambda fraction: progress(2 * POWER_PART + (1 - 2 * POWER_PART) * fraction),
    )
    stress = embedding.normalized_stress(distances, landmarks)
    steps = diffused.transitions
    points = landmarks if steps is None else steps @ landmarks
    center, rotation = embedding.fixed_axes(points)
    return (landmarks - center) @ rotation, (points - center) @ rotation, stress
