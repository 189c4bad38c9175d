"""What a fit will hold in memory, from the sizes of its input and a look at a few slices.

The peak is the largest of its stages' peaks. Three sizes make them: Z, the standardized points;
B, whose entries a point (measured on a few slices of a few units where values are given) decide
what the kernel costs; and L², the dense matrices between landmarks.
"""

from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from threadpoolctl import threadpool_limits

from mmphate_widget._blocks import BLOCK_VALUES as READ_VALUES
from mmphate_widget._blocks import Activations, take_slices
from mmphate_widget._lengths import valid_sets, valid_sets_at
from mmphate_widget._settings import Settings
from mmphate_widget._types import AnyArray
from mmphate_widget.kernel.inter import (
    RAGGED_VALUES,
    REACH,
    global_bandwidth,
    squared_distances,
    unit_bandwidth,
)
from mmphate_widget.kernel.intra import BLOCK_VALUES, intra_kernel
from mmphate_widget.kernel.kmeans import kmeans
from mmphate_widget.kernel.landmarks import MICRO_PER_LANDMARK, MICRO_PER_UNIT
from mmphate_widget.kernel.ragged import Ragged
from mmphate_widget.kernel.standardize import duplicate_distance, zscore
from mmphate_widget.kernel.tiles import RUN_VALUES

FLOAT = 8
# An entry of a sparse matrix: value and column.
ENTRY = 16
# Units, slices of each and rows compared with them that are looked at.
SAMPLED_UNITS, SAMPLED_SLICES, SAMPLED_ROWS = 4, 4_000, 100
# Micro-clusters of its own unit that a point reaches, where there are no values to look at.
USUAL_REACH = 30
# Part of the slices of its unit that a point reaches, where there are no values to look at.
USUAL_NEAR = 0.25
# Bytes of the reference path for each entry of K: coordinates and values as parts and joined,
# then K, its transpose, their sum and mean, and the scaled copies of K.
KERNEL_ENTRY = 72
# Bytes for each entry once K is made: K with two sets of columns, graphtools' copy, a scaled one.
HELD_ENTRY = 44
# Bytes for each transition between a point and a landmark: raw, both ways, and a sorted copy.
TRANSITION_ENTRY = 48
# Working arrays of a thread for each block that is read, scatter matrices that live at once beside
# one a thread, and copies of sequences of unequal length while they are standardized.
BLOCKS_AT_WORK, SCATTER_MATRICES, RAGGED_COPIES = 3.0, 4.0, 3.0
# Matrices between landmarks, or between points without them, that the reference path holds at once.
REFERENCE_MATRICES = 6.5
# Numbers of every point: singular vectors while they are made, with products and copies, and after.
SINGULAR_WORK, SINGULAR_VECTORS = 500, 110
# phate, graphtools and what they import, matplotlib among it.
REFERENCE_FIXED = 60_000_000
# Landmark-sized matrices that live at once while landmarks are laid out, and while points are.
LANDMARK_MATRICES, POINT_MATRICES = 9.7, 8.5
# Landmark-sized matrices of the product that makes P_L, and copies of B beside them.
PRODUCT_MATRICES, AFFINITY_COPIES = 5.0, 1.0
# Landmark-sized matrices of the eigenproblem: M, its copy, its squares and one at work, and P_L.
EIGEN_MATRICES = 7.0
# Part of the kernel's memory that its small blocks leave scattered for the stages after it.
SCATTERED = 0.17
# Numbers of every point that live at once: labels, cells, orders and degrees.
POINT_ARRAYS = 16
# Copies of one unit's points that a thread holds with a tree of neighbors, and with its tiles;
# bytes of a thread for each value of a block of intra-step kernels with nonzeros, and of tiles.
TREE_COPIES, TILE_COPIES, INTRA_BYTES, TILE_BYTES = 3.0, 4.0, 32, 9
# Bytes of refinement: for each point its neighbors and six sets of coordinates; for each slice of
# the unit that a thread moves edges, pulls and the graph of them; and a thread's block of slices.
REFINED_POINT, REFINED_SLICE, REFINED_BLOCK = 250, 900, 40_000_000
# Modules that load on first use, thread stacks and small arrays.
FIXED = 9_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """Lengths of the axes, bytes of one value, entries a point of B and slices a point reaches.

    ``layers`` are the numbers of one unit over all its sets of valid samples, 0 where sequences
    are equally long.
    """

    n_slices: int
    n_units: int
    n_samples: int
    itemsize: int
    layers: int
    inter: float
    intra: float
    near: float

    @property
    def n_points(self) -> int:
        """Number of points."""
        return self.n_slices * self.n_units

    def thinned(self, stride: int) -> "Size":
        """The same with one of ``stride`` slices."""
        return replace(
            self,
            n_slices=-(-self.n_slices // stride),
            layers=-(-self.layers // stride),
            near=self.near / stride,
        )


def n_micro(settings: Settings, n_units: int) -> tuple[float, bool]:
    """Micro-clusters of a unit, and whether landmarks span units."""
    spanning = settings.n_landmark < MICRO_PER_UNIT * n_units
    total = MICRO_PER_LANDMARK * settings.n_landmark if spanning else settings.n_landmark
    return max(1.0, total / n_units), spanning


def inter_entries(
    z: AnyArray, ragged: Ragged | None, settings: Settings, n_slices: int, n_units: int
) -> tuple[float, float]:
    """Mean number of micro-clusters, and of slices, of its own unit that a slice reaches.

    ``z`` (slice, unit, sample) holds a sample of slices, among which the neighbor that sets the
    bandwidth is as many times nearer as there are fewer slices.
    """
    n_sampled = z.shape[0]
    by_unit = np.ascontiguousarray(z.transpose(1, 0, 2))
    units = by_unit if ragged is None else [ragged.unit(i) for i in range(len(by_unit))]
    if n_sampled < 2:
        return 1.0, 1.0
    knn = max(1, round(settings.interslice_knn * n_sampled / n_slices))
    duplicate = duplicate_distance(z.shape[2])
    knn = min(knn, n_sampled - 1)
    rows = np.arange(0, n_sampled, max(1, n_sampled // SAMPLED_ROWS))
    bandwidth, _ = global_bandwidth(
        [
            unit_bandwidth(unit, knn=knn, duplicate=duplicate, n_sampled=SAMPLED_ROWS, seed=0)
            for unit in units
        ]
    )
    reached, fraction = [], []
    for z_unit, unit in zip(by_unit, units, strict=True):
        micro = kmeans(z_unit, min(n_sampled, round(n_micro(settings, n_units)[0])), seed=0)
        near = squared_distances(unit, rows) <= (REACH * bandwidth) ** 2
        order = np.argsort(micro, kind="stable")
        starts = np.searchsorted(micro[order], np.arange(micro.max() + 1))
        reached.append(np.logical_or.reduceat(near[:, order], starts, axis=1).sum(axis=1).mean())
        fraction.append(near.mean())
    return float(np.mean(reached)), float(np.mean(fraction)) * n_slices


def intra_entries(z: AnyArray, settings: Settings) -> float:
    """Mean number of other units that a unit of ``z`` (slice, unit, sample) is connected to."""
    kernel = intra_kernel(
        z,
        knn=settings.intraslice_knn,
        decay=settings.decay,
        duplicate=duplicate_distance(z.shape[2]),
    )
    return float(np.count_nonzero(kernel) / (z.shape[0] * z.shape[1]))


def standardized(
    values: AnyArray, step: AnyArray, lengths: AnyArray | None, settings: Settings
) -> tuple[AnyArray, Ragged | None]:
    """Points (slice, unit, sample) of slices at ``step``; with ``lengths`` over valid samples.

    Padding must not pass for data: it would make late steps look alike.
    """
    if lengths is not None:
        ragged = Ragged(values, valid_sets_at(step, lengths), settings.normalize)
        return ragged.padded(), ragged
    return np.asarray(zscore(values) if settings.normalize else values, dtype=np.float64), None


def entries(
    values: Activations, lengths: AnyArray | None, settings: Settings
) -> tuple[float, float, float]:
    """Entries a point of B between slices and inside a slice, and slices that a point reaches."""
    n_epochs, n_steps, n_units, _ = values.shape
    n_slices = n_epochs * n_steps
    generator = np.random.default_rng(0)
    slices = np.sort(
        generator.choice(n_slices, min(n_slices, SAMPLED_SLICES), replace=False, shuffle=False)
    )
    units = np.unique(generator.integers(n_units, size=SAMPLED_UNITS))
    epoch, step = np.divmod(slices, n_steps)
    sampled = take_slices(values, epoch, step, units)
    few = np.sort(
        generator.choice(len(slices), min(len(slices), max(1, BLOCK_VALUES // n_units**2), 200))
    )
    whole = take_slices(values, epoch[few], step[few], np.arange(n_units))
    inside, _ = standardized(whole, step[few], lengths, settings)
    z, ragged = standardized(sampled, step, lengths, settings)
    clusters, near = inter_entries(z, ragged, settings, n_slices, n_units)
    return clusters, intra_entries(inside, settings), near


def standardize_bytes(size: Size, settings: Settings, points: float) -> float:
    """The points and what is at work on blocks; with components, scatter matrices as well."""
    if size.layers:
        return RAGGED_COPIES * FLOAT * size.n_points * size.n_samples
    least = size.n_units * size.n_samples
    block, scatter = max(READ_VALUES, least), 0.0
    if size.n_samples > settings.n_pca:
        square = size.n_samples**2
        block = max(block, square // 4)
        scatter = (settings.n_jobs + SCATTER_MATRICES) * FLOAT * square
    block = min(block, size.n_slices * least)
    return points + BLOCKS_AT_WORK * (settings.n_jobs + 1) * FLOAT * block + scatter


def kernel_bytes(size: Size, settings: Settings, points: float) -> float:
    """B by unit, by point, its intra-step part and their sum; merged where landmarks span units."""
    # A block holds a slice at least.
    block = min(max(BLOCK_VALUES, size.n_units**2), size.n_points * size.n_units)
    tiles = min(RUN_VALUES, size.n_slices**2)
    copies = TILE_COPIES * points / size.n_units
    working = settings.n_jobs * max(INTRA_BYTES * block, TILE_BYTES * tiles + copies)
    entry = ENTRY * size.n_points
    both = size.inter + size.intra
    if n_micro(settings, size.n_units)[1]:
        return 2 * points + working + entry * (size.intra + 3 * both)
    return 2 * points + working + entry * (2 * size.inter + size.intra + both)


def ragged_bytes(size: Size, settings: Settings) -> float:
    """For each thread one unit's layers, and a block of rows: distances, kernel and copies."""
    if not size.layers:
        return 0.0
    block = 5 * min(RAGGED_VALUES, size.n_slices**2)
    return settings.n_jobs * FLOAT * float(size.layers + block)


def stage_bytes(size: Size, settings: Settings) -> dict[str, float]:
    """Peak of each stage."""
    blocks = ragged_bytes(size, settings)
    n_features = size.n_samples if size.layers else min(size.n_samples, settings.n_pca)
    points = FLOAT * size.n_points * n_features
    per_thread = TREE_COPIES * points / size.n_units
    stages = {
        "standardize": standardize_bytes(size, settings, points),
        "bandwidth": points + settings.n_jobs * per_thread + blocks,
    }
    if size.n_points <= settings.n_landmark:
        square = FLOAT * size.n_points**2
        return stages | {"layout": points + POINT_MATRICES * square}
    square = FLOAT * settings.n_landmark**2
    affinity = ENTRY * size.n_points * min(size.inter + size.intra, settings.n_landmark)
    labels = FLOAT * size.n_points * POINT_ARRAYS
    kernel = kernel_bytes(size, settings, points) + labels
    # Large blocks of rows that threads have worked on stay with the process.
    held = points + labels + SCATTERED * kernel + blocks
    if settings.refine:
        block = max(REFINED_BLOCK, INTRA_BYTES * size.n_units**2)
        working = settings.n_jobs * (REFINED_SLICE * size.n_slices + block)
        stages["refinement"] = held + affinity + points + REFINED_POINT * size.n_points + working
        stages["refinement"] += 2 * square
    return stages | {
        "kernel": kernel + blocks,
        "product": held + AFFINITY_COPIES * affinity + PRODUCT_MATRICES * square,
        "eigen": held + affinity + EIGEN_MATRICES * square,
        "layout": held + affinity + LANDMARK_MATRICES * square,
    }


def peak_bytes(size: Size, settings: Settings) -> int:
    """Largest of the stages' peaks."""
    unpadded = size.itemsize * size.n_points * size.n_samples if size.layers else 0
    return int(max(stage_bytes(size, settings).values())) + unpadded + FIXED


def reference_bytes(size: Size, settings: Settings) -> int:
    """Peak of ``engine="phate"``, which holds all of K."""
    points = FLOAT * size.n_points * min(size.n_samples, settings.n_pca)
    n_entries = size.n_points * (size.near + size.intra)
    square = FLOAT * min(size.n_points, settings.n_landmark) ** 2
    held = points + HELD_ENTRY * n_entries
    stages = [
        standardize_bytes(size, settings, points),
        points + KERNEL_ENTRY * n_entries,
        held + REFERENCE_MATRICES * square,
    ]
    if size.n_points > settings.n_landmark:
        n_transitions = size.n_points * min(size.inter + size.intra, settings.n_landmark)
        vectors = FLOAT * size.n_points * SINGULAR_VECTORS
        stages += [
            held + FLOAT * size.n_points * SINGULAR_WORK,
            held + vectors + TRANSITION_ENTRY * n_transitions,
        ]
    return int(max(stages)) + REFERENCE_FIXED


def size_bytes(size: Size, settings: Settings) -> int:
    """Bytes that a fit adds at its peak."""
    held = reference_bytes if settings.engine == "phate" else peak_bytes
    return held(size, settings)


def usual_size(
    shape: tuple[int, ...], settings: Settings, *, lengths: AnyArray | None = None
) -> Size:
    """What a fit is made of where there are no values to look at."""
    n_epochs, n_steps, n_units, _ = shape
    n_slices = n_epochs * n_steps
    reach = min(float(USUAL_REACH), n_slices, n_micro(settings, n_units)[0])
    return _size(shape, FLOAT, lengths, (reach, n_units - 1.0, USUAL_NEAR * n_slices))


def largest_size(
    values: Activations, settings: Settings, *, lengths: AnyArray | None = None
) -> Size:
    """The same where every point reaches all that it can reach; the values are not looked at."""
    n_epochs, n_steps, n_units, _ = values.shape
    n_slices = n_epochs * n_steps
    reach = min(n_slices, ceil(n_micro(settings, n_units)[0]))
    found = (reach, n_units - 1.0, float(n_slices))
    return _size(values.shape, values.dtype.itemsize, lengths, found)


def measure_size(
    values: Activations, settings: Settings, *, lengths: AnyArray | None = None
) -> Size:
    """The same after a look at a few slices."""
    # Products this small lose by several threads where another process holds a core.
    with threadpool_limits(limits=1):
        found = entries(values, lengths, settings)
    return _size(values.shape, values.dtype.itemsize, lengths, found)


def _size(
    shape: tuple[int, ...],
    itemsize: int,
    lengths: AnyArray | None,
    found: tuple[float, float, float],
) -> Size:
    n_epochs, n_steps, n_units, n_samples = shape
    sets = () if lengths is None else valid_sets(lengths, n_epochs=n_epochs, n_steps=n_steps)
    layers = sum(len(valid.reaching) * len(valid.samples) for valid in sets)
    return Size(n_epochs * n_steps, n_units, n_samples, itemsize, layers, *found)
