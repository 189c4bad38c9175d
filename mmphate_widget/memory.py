"""How much memory a fit will take, before it runs.

The peak is the largest of its stages' peaks. Three sizes make them: Z, the standardized points;
B, whose entries a point (measured on a few slices of a few units where values are given) decide
what the kernel costs; and L², the dense matrices between landmarks.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmphate_widget._settings import Settings
from mmphate_widget._types import AXES, AnyArray
from mmphate_widget._validation import check_int, check_real_array
from mmphate_widget.kernel.inter import REACH, global_bandwidth, squared_distances, unit_bandwidth
from mmphate_widget.kernel.intra import BLOCK_VALUES, intra_kernel
from mmphate_widget.kernel.kmeans import kmeans
from mmphate_widget.kernel.landmarks import MICRO_PER_LANDMARK, MICRO_PER_UNIT
from mmphate_widget.kernel.standardize import duplicate_distance, zscore
from mmphate_widget.mmphate import MMPHATE

FLOAT = 8
# An entry of a sparse matrix: value and column.
ENTRY = 16
# Units, slices of each and rows compared with them that are looked at.
SAMPLED_UNITS, SAMPLED_SLICES, SAMPLED_ROWS = 4, 4_000, 100
# Micro-clusters of its own unit that a point reaches, where there are no values to look at.
USUAL_REACH = 30
# Different lengths among the samples of one trace, more or less.
USUAL_LENGTHS = 10
# Landmark-sized matrices that live at once while landmarks are laid out, and while points are.
LANDMARK_MATRICES, POINT_MATRICES = 9.5, 7.0
# Landmark-sized matrices of the eigenproblem: itself, its copy, twice as workspace, and P_L.
EIGEN_MATRICES = 5.0
# Part of the kernel's memory that its small blocks leave scattered for the stages after it.
SCATTERED = 0.15
# Numbers of every point that live at once: labels, cells, orders and degrees.
POINT_ARRAYS = 10
# Bytes of one thread for each value of a block: of distances to neighbors, and of intra-step
# kernels with their nonzeros.
NEIGHBOR_BYTES, INTRA_BYTES = 16, 36
# Modules that load on first use, thread stacks and small arrays.
FIXED = 12_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """Lengths of the axes, bytes of one value, and entries a point of B, inter and intra."""

    n_slices: int
    n_units: int
    n_samples: int
    itemsize: int
    ragged: bool
    inter: float
    intra: float

    @property
    def n_points(self) -> int:
        """Number of points."""
        return self.n_slices * self.n_units


def n_micro(settings: Settings, n_units: int) -> tuple[float, bool]:
    """Micro-clusters of a unit, and whether landmarks span units."""
    spanning = settings.n_landmark < MICRO_PER_UNIT * n_units
    total = MICRO_PER_LANDMARK * settings.n_landmark if spanning else settings.n_landmark
    return max(1.0, total / n_units), spanning


def inter_entries(z: AnyArray, settings: Settings, n_slices: int, n_units: int) -> float:
    """Mean number of micro-clusters of its own unit that a slice reaches.

    ``z`` (unit, slice, sample) holds a sample of slices, among which the neighbor that sets the
    bandwidth is as many times nearer as there are fewer slices.
    """
    n_sampled = z.shape[1]
    if n_sampled < 2:
        return 1.0
    knn = max(1, round(settings.interslice_knn * n_sampled / n_slices))
    duplicate = duplicate_distance(z.shape[2])
    knn = min(knn, n_sampled - 1)
    rows = np.arange(0, n_sampled, max(1, n_sampled // SAMPLED_ROWS))
    bandwidth, _ = global_bandwidth(
        [
            unit_bandwidth(unit, knn=knn, duplicate=duplicate, n_sampled=SAMPLED_ROWS, seed=0)
            for unit in z
        ]
    )
    reached = []
    for unit in z:
        micro = kmeans(unit, min(n_sampled, round(n_micro(settings, n_units)[0])), seed=0)
        near = squared_distances(unit, rows) <= (REACH * bandwidth) ** 2
        order = np.argsort(micro, kind="stable")
        starts = np.searchsorted(micro[order], np.arange(micro.max() + 1))
        reached.append(np.logical_or.reduceat(near[:, order], starts, axis=1).sum(axis=1).mean())
    return float(np.mean(reached))


def intra_entries(z: AnyArray, settings: Settings) -> float:
    """Mean number of other units that a unit of ``z`` (slice, unit, sample) is connected to."""
    kernel = intra_kernel(
        z,
        knn=settings.intraslice_knn,
        decay=settings.decay,
        duplicate=duplicate_distance(z.shape[2]),
    )
    return float(np.count_nonzero(kernel) / (z.shape[0] * z.shape[1]))


def entries(values: AnyArray, settings: Settings) -> tuple[float, float]:
    """Entries a point of B between slices and inside a slice, from a few slices and units."""
    n_epochs, n_steps, n_units, _ = values.shape
    n_slices = n_epochs * n_steps
    generator = np.random.default_rng(0)
    slices = np.sort(
        generator.choice(n_slices, min(n_slices, SAMPLED_SLICES), replace=False, shuffle=False)
    )
    units = np.unique(generator.integers(n_units, size=SAMPLED_UNITS))
    epoch, step = np.divmod(slices, n_steps)
    # One unit at a time, so that a memory map is never read as a whole.
    z = np.stack([values[epoch, step, i] for i in units])
    few = generator.choice(len(slices), min(len(slices), max(1, BLOCK_VALUES // n_units**2), 200))
    inside = values[epoch[few], step[few]]
    if settings.normalize:
        z, inside = zscore(z), zscore(inside)
    z, inside = (np.asarray(points, dtype=np.float64) for points in (z, inside))
    return inter_entries(z, settings, n_slices, n_units), intra_entries(inside, settings)


def standardize_bytes(size: Size, settings: Settings) -> float:
    """Values as float64, scaled, and one temporary; with PCA the factors as well."""
    raw = FLOAT * size.n_points * size.n_samples
    if size.n_samples <= settings.n_pca or size.ragged:
        return 3.0 * raw
    return 3.0 * raw + 2.0 * FLOAT * size.n_points * settings.n_pca


def kernel_bytes(size: Size, settings: Settings, points: float) -> float:
    """B by unit, by point, its intra-step part and their sum; merged where landmarks span units."""
    block = min(BLOCK_VALUES, size.n_points * size.n_units)
    working = settings.n_jobs * INTRA_BYTES * block
    entry = ENTRY * size.n_points
    both = size.inter + size.intra
    if n_micro(settings, size.n_units)[1]:
        return 2 * points + working + entry * (size.intra + 3 * both)
    return 2 * points + working + entry * (2 * size.inter + size.intra + both)


def ragged_bytes(size: Size, settings: Settings) -> float:
    """For each thread one unit's layers, and a block of rows: distances, kernel and a copy."""
    if not size.ragged:
        return 0.0
    layers = size.n_slices * size.n_samples * min(size.n_samples, USUAL_LENGTHS)
    block = 4 * min(BLOCK_VALUES, size.n_slices**2)
    return settings.n_jobs * FLOAT * float(layers + block)


def peak_bytes(size: Size, settings: Settings) -> int:
    """Largest of the stages' peaks."""
    blocks = ragged_bytes(size, settings)
    n_features = size.n_samples if size.ragged else min(size.n_samples, settings.n_pca)
    points = FLOAT * size.n_points * n_features
    first = standardize_bytes(size, settings)
    per_thread = NEIGHBOR_BYTES * min(BLOCK_VALUES, size.n_slices**2)
    bandwidth = points + settings.n_jobs * per_thread + blocks
    if size.n_points <= settings.n_landmark:
        square = FLOAT * size.n_points**2
        stages = [first, bandwidth, points + POINT_MATRICES * square]
    else:
        square = FLOAT * settings.n_landmark**2
        affinity = ENTRY * size.n_points * min(size.inter + size.intra, settings.n_landmark)
        kernel = kernel_bytes(size, settings, points) + blocks
        labels = FLOAT * size.n_points * POINT_ARRAYS
        kernel += labels
        held = points + labels + SCATTERED * kernel
        product = held + 3 * affinity + 3 * square
        eigen = held + affinity + EIGEN_MATRICES * square
        layout = held + affinity + LANDMARK_MATRICES * square
        stages = [first, bandwidth, kernel, product, eigen, layout]
    unpadded = size.itemsize * size.n_points * size.n_samples if size.ragged else 0
    return int(max(stages)) + unpadded + FIXED


def estimate_memory(trace: Any, **parameters: Any) -> int:
    """Bytes of memory that ``MMPHATE(**parameters).fit(trace)`` adds at its peak.

    That is the peak resident memory of the process less what it held before the fit: the input
    is not counted, the result is. On real inputs it is within about a quarter of what is
    measured. Nothing is embedded; a few slices of a few units are looked at.

    Parameters
    ----------
    trace : Trace, array_like, or tuple of 4 int
        Activations, or their shape (epoch, step, unit, sample) alone. From a shape all units of
        a slice are taken to be connected, and each to 30 micro-clusters of its own slices.
    **parameters
        Parameters of `MMPHATE`.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    ValueError, TypeError
        If there are not 4 axes, or a parameter is not what `MMPHATE` takes.

    Examples
    --------
    >>> few, many = (estimate_memory((n, 80, 6, 10), n_jobs=2) for n in (101, 2020))
    >>> few < 1e9 < many
    True
    """
    shape, values = read_input(trace)
    with warnings.catch_warnings():
        # What the fit itself will say.
        warnings.simplefilter("ignore", UserWarning)
        settings = MMPHATE(**parameters)._settings(np.broadcast_to(np.float32(0), shape))
    n_epochs, n_steps, n_units, n_samples = shape
    n_slices = n_epochs * n_steps
    if values is None:
        clusters = min(n_slices, n_micro(settings, n_units)[0])
        inter, intra = min(float(USUAL_REACH), clusters), n_units - 1.0
    else:
        inter, intra = entries(values, settings)
    lengths = getattr(trace, "lengths", None)
    ragged = lengths is not None and bool(np.any(np.asarray(lengths) != n_steps))
    itemsize = FLOAT if values is None else values.dtype.itemsize
    return peak_bytes(Size(n_slices, n_units, n_samples, itemsize, ragged, inter, intra), settings)


def read_input(trace: Any) -> tuple[tuple[int, ...], AnyArray | None]:
    """Shape, and the values where there are any."""
    is_shape = isinstance(trace, tuple) and all(np.ndim(size) == 0 for size in trace)
    if is_shape:
        shape = tuple(check_int(size, name="trace", minimum=1) for size in trace)
        values = None
    else:
        values = check_real_array(getattr(trace, "values", trace), name="trace")
        shape = values.shape
    if len(shape) != len(AXES):
        raise ValueError(
            f"`trace` must have 4 axes (epoch, step, unit, sample), or be their 4 lengths; got "
            f"shape {shape}."
        )
    return shape, values
