"""The NumPy engine: the stages of MM-PHATE in order, each a pure function from its own package.

    values → standardize → bandwidth → kernel → diffusion → potential → embedding → coordinates

Two paths through the kernel: up to ``n_landmark`` points diffuse themselves; more points
diffuse between landmarks, and their transitions to landmarks carry the coordinates back.
"""

import time
from collections.abc import Callable, Hashable, Iterator
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
from mmphate_widget._stages import StageCache, frozen, spectrum_key
from mmphate_widget.kernel.inter import (
    BANDWIDTH_SLICES,
    UnitBandwidth,
    global_bandwidth,
    unit_bandwidth,
)
from mmphate_widget.kernel.landmarks import landmark_kernel
from mmphate_widget.kernel.multiway import assemble_kernel
from mmphate_widget.kernel.placement import FittedPoints, keep_points
from mmphate_widget.kernel.principal import Projection
from mmphate_widget.kernel.ragged import Ragged, ragged_points
from mmphate_widget.kernel.standardize import (
    duplicate_distance,
    standardize,
)

# Points whose neighbors the bandwidth is taken from, of all units together: half a second on one
# core. Up to so many points, whatever their shape, it is taken from all of them.
BANDWIDTH_POINTS = 20_000
# Part of the potential's time that the power of the operator takes; distances take the rest.
POWER_PART = 0.5
# Part of the refinement's time in which points are standardized anew.
STANDARDIZED_PART = 0.02

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
class Graph:
    """What is known before the power is chosen; ``points`` is None for unequal lengths."""

    bandwidth: float
    bandwidth_error: float
    diffused: Diffused
    points: FittedPoints | None


@dataclass(frozen=True, slots=True)
class Fit:
    """Everything that a fit found.

    ``faithful`` are the places that MDS and transitions give, to which new points are added;
    ``points`` is None where none can be.
    """

    embedding: Float[np.ndarray, "epoch step unit component"]
    faithful: Float[np.ndarray, "point component"]
    points: FittedPoints | None
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
    cache: StageCache | None = None,
    data: Hashable = None,
) -> Fit:
    """Embed ``values``; see ``MMPHATE`` for what the settings mean.

    ``cache`` gives what an earlier run found and keeps what this one finds, for values (and
    lengths) that ``data`` identifies.
    """
    watch = Stopwatch(progress)
    cache = StageCache() if cache is None else cache
    key = spectrum_key(settings, data)
    # Several BLAS threads gain a second here, lose many where another process holds a core, and
    # round differently; what takes long is cut into work items instead (``_parallel``).
    with threadpool_limits(limits=1):
        graph = cache.reuse(
            "diffused", key, lambda: diffuse(values, settings, watch, lengths, operations)
        )
        t = settings.t or diffusion.choose_time(graph.diffused.spectrum.values)
        distances = cache.reuse(
            "distances",
            (key, t, settings.gamma),
            lambda: potential_distances(
                graph.diffused.spectrum, settings, t, watch=watch, operations=operations
            ),
        )
        with watch.stage("embedding") as report:
            landmarks, points, stress = embed(
                distances, graph.diffused.transitions, settings, progress=report
            )
        layout = points.reshape(*values.shape[:3], settings.n_components)
        if settings.refine:
            with watch.stage("refinement") as report:
                layout = refine(values, layout, settings, report, lengths=lengths)
    return Fit(
        layout,
        points,
        graph.points,
        landmarks,
        t,
        stress,
        graph.bandwidth,
        graph.bandwidth_error,
        graph.diffused,
        watch.seconds,
    )


def diffuse(
    values: Activations,
    settings: Settings,
    watch: Stopwatch,
    lengths: Int[np.ndarray, " sample"] | None,
    operations: Operations,
) -> Graph:
    """From values to the spectrum of diffusion."""
    with watch.stage("standardize") as report:
        z, ragged, axes = standardized_points(values, settings, report, lengths=lengths)
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
    diffuse_them = diffuse_points if small else diffuse_landmarks
    diffused = diffuse_them(
        z,
        settings,
        bandwidth=bandwidth,
        duplicate=duplicate,
        watch=watch,
        ragged=ragged,
        operations=operations,
    )
    # What the estimator shows of them must not change what the next fit begins with.
    for shown in (diffused.spectrum.values, diffused.labels, diffused.operator):
        if shown is not None:
            frozen(shown)
    points = None
    if ragged is None:
        points = kept_points(z, axes, settings, bandwidth=bandwidth, n_samples=values.shape[3])
    return Graph(bandwidth, error, diffused, points)


def kept_points(
    z: Float[np.ndarray, "slice unit feature"],
    axes: Projection | None,
    settings: Settings,
    *,
    bandwidth: float,
    n_samples: int,
) -> FittedPoints:
    """What new points will be compared with."""
    return keep_points(
        z,
        bandwidth=bandwidth,
        duplicate=duplicate_distance(n_samples),
        n_samples=n_samples,
        normalize=settings.normalize,
        axes=axes,
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
) -> tuple[Float[np.ndarray, "slice unit feature"], Ragged | None, Projection | None]:
    """Standardized points of each slice, what compares unequal lengths, and the components."""
    if lengths is not None:
        ragged = ragged_points(np.asarray(values), lengths, normalize=settings.normalize, name="X")
        return ragged.padded(), ragged, None
    z, components = standardize(
        values,
        n_pca=settings.n_pca,
        normalize=settings.normalize,
        seed=settings.seeds.pca,
        name="X",
        n_jobs=settings.n_jobs,
        progress=progress,
    )
    return z, None, components


def refine(
    values: Activations,
    layout: Float[np.ndarray, "epoch step unit component"],
    settings: Settings,
    progress: Callable[[float], None],
    *,
    lengths: Int[np.ndarray, " sample"] | None,
) -> Float[np.ndarray, "epoch step unit component"]:
    """Every point moved near its neighbors, among points standardized anew: no stage keeps them."""
    z, ragged, _ = standardized_points(
        values, settings, lambda fraction: progress(STANDARDIZED_PART * fraction), lengths=lengths
    )
    refined = embedding.refine_units(
        layout.reshape(-1, *layout.shape[2:]),
        z,
        duplicate=duplicate_distance(values.shape[3]),
        unit=None if ragged is None else ragged.unit,
        n_jobs=settings.n_jobs,
        progress=lambda fraction: progress(STANDARDIZED_PART + (1 - STANDARDIZED_PART) * fraction),
    )
    return refined.reshape(layout.shape)


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
        spectrum = diffusion.point_spectrum(
            kernel,
            n_jobs=settings.n_jobs,
            eigenvalues=operations.eigenvalues,
            gram=operations.gram,
        )
        return Diffused(spectrum, components)


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
            eigenvalues=operations.eigenvalues,
            gram=operations.gram,
            progress=report,
        )
        steps = diffusion.transitions(kernel.affinity, kernel.labels)
    return Diffused(spectrum, components, steps, kernel.labels, operator)


def potential_distances(
    spectrum: diffusion.Spectrum,
    settings: Settings,
    t: int,
    *,
    watch: Stopwatch,
    operations: Operations,
) -> Float[np.ndarray, "landmark landmark"]:
    """Distances between the potentials of landmarks after ``t`` steps; read-only."""
    n_jobs, gram = settings.n_jobs, operations.gram
    with watch.stage("potential") as report:
        powered = spectrum.power(t, n_jobs=n_jobs, gram=gram)
        report(POWER_PART)
        rows = diffusion.potential(powered, gamma=settings.gamma)
        return frozen(embedding.pairwise_distances(rows, n_jobs=n_jobs, gram=gram))


def embed(
    distances: Float[np.ndarray, "landmark landmark"],
    transitions: sparse.csr_array | None,
    settings: Settings,
    *,
    progress: Callable[[float], None] = no_progress,
) -> tuple[Float[np.ndarray, "landmark component"], Float[np.ndarray, "point component"], float]:
    """Coordinates of landmarks and of points on fixed axes, and the normalized stress."""
    landmarks = embedding.solve(
        distances,
        n_components=settings.n_components,
        solver=settings.mds_solver,
        seed=settings.seeds.mds,
        n_jobs=settings.n_jobs,
        progress=progress,
    )
    stress = embedding.normalized_stress(distances, landmarks)
    points = landmarks if transitions is None else transitions @ landmarks
    center, rotation = embedding.fixed_axes(points)
    return (landmarks - center) @ rotation, (points - center) @ rotation, stress
