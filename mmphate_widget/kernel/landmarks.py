"""The kernel reduced to landmarks: B = K C, computed without K.

C (point x landmark) says which landmark each point belongs to. Slices of one unit are cut
into micro-clusters; the inter-step part of B is summed tile by tile (``tiles``), the
intra-step part block by block (``intra``). With few units each micro-cluster is a landmark;
with many, micro-clusters that diffuse alike are merged across units (``coarsen``).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from mmphate_widget._parallel import Progress, map_items, no_progress
from mmphate_widget._points import point_ids
from mmphate_widget.kernel.coarsen import group_micro_clusters
from mmphate_widget.kernel.intra import intra_block, slice_blocks
from mmphate_widget.kernel.micro import by_point, micro_clusters, offset_labels
from mmphate_widget.kernel.ragged import Ragged, layered_affinity
from mmphate_widget.kernel.tiles import UnitAffinity, unit_affinity

# Micro-clusters that a unit gets at least, on average: with fewer landmarks a unit than this,
# landmarks span units instead.
MICRO_PER_UNIT = 4
# Micro-clusters for each landmark where landmarks span units.
MICRO_PER_LANDMARK = 4


@dataclass(frozen=True, slots=True)
class LandmarkKernel:
    """B, the landmark of each point, and a graph with the connected components of K.

    ``cells`` are groups of points that K connects inside; ``cell_graph`` joins two cells
    where K has an entry between their points, so its components are those of K exactly.
    """

    affinity: sparse.csr_array  # (point, landmark)
    labels: Int[np.ndarray, " point"]
    cells: Int[np.ndarray, " point"]
    cell_graph: sparse.csr_array


def stack_units(units: list[UnitAffinity], n_slices: int) -> sparse.csr_array:
    """Block-diagonal affinity of all units, (point, micro), rows by point id."""
    offsets = np.cumsum([0] + [unit.affinity.shape[1] for unit in units])
    entries = np.cumsum([0] + [unit.affinity.nnz for unit in units])
    indices = [unit.affinity.indices + shift for unit, shift in zip(units, offsets, strict=False)]
    bounds = [
        unit.affinity.indptr[:-1].astype(np.int64) + shift
        for unit, shift in zip(units, entries, strict=False)
    ]
    stacked = sparse.csr_array(
        (
            np.concatenate([unit.affinity.data for unit in units]),
            np.concatenate(indices),
            np.append(np.concatenate(bounds), entries[-1]),
        ),
        shape=(len(units) * n_slices, int(offsets[-1])),
    )
    return stacked[by_point(np.arange(stacked.shape[0]).reshape(len(units), n_slices))]


def intra_affinity(
    z: Float[np.ndarray, "slice unit feature"],
    labels: Int[np.ndarray, " point"],
    cells: Int[np.ndarray, " point"],
    *,
    knn: int,
    decay: float,
    duplicate: float,
    n_jobs: int,
    progress: Progress,
    intra_of: Callable[..., sparse.coo_array] = intra_block,
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Intra-step part of B, and the cells that intra-step entries join."""
    n_slices, n_units, _ = z.shape
    n_labels, n_cells = int(labels.max()) + 1, int(cells.max()) + 1

    def one_block(slices: slice) -> tuple[sparse.csr_array, sparse.csr_array]:
        block = intra_of(z, slices, knn=knn, decay=decay, duplicate=duplicate)
        points = slice(*(point_ids(at, 0, n_units=n_units) for at in (slices.start, slices.stop)))
        row, column = cells[points][block.row], cells[points][block.col]
        joined = sparse.coo_array(
            (np.ones(block.nnz, dtype=bool), (row, column)), shape=(n_cells, n_cells)
        )
        summed = sparse.coo_array(
            (block.data, (block.row, labels[points][block.col])),
            shape=(block.shape[0], n_labels),
        )
        return summed.tocsr(), spanning_forest(joined.tocsr())

    blocks = map_items(one_block, slice_blocks(n_slices, n_units), n_jobs=n_jobs, progress=progress)
    graph = blocks[0][1]
    for _, joined in blocks[1:]:
        graph = graph + joined
    return sparse.vstack([summed for summed, _ in blocks], format="csr"), graph


def spanning_forest(graph: sparse.csr_array) -> sparse.csr_array:
    """A graph with the same connected components and an edge from each node to the first of its."""
    n_nodes = graph.shape[0]
    _, labels = connected_components(graph, directed=False)
    _, first = np.unique(labels, return_index=True)
    return sparse.csr_array(
        (np.ones(n_nodes, dtype=bool), first[labels], np.arange(n_nodes + 1)), shape=graph.shape
    )


def landmark_kernel(
    z: Float[np.ndarray, "slice unit feature"],
    *,
    n_landmark: int,
    bandwidth: float,
    intraslice_knn: int,
    decay: float,
    duplicate: float,
    seed: int,
    n_jobs: int = 1,
    progress: Progress = no_progress,
    ragged: Ragged | None = None,
    affinity_of: Callable[..., UnitAffinity] = unit_affinity,
    intra_of: Callable[..., sparse.coo_array] = intra_block,
) -> LandmarkKernel:
    """Choose landmarks and sum the multiway kernel over them.

    Parameters
    ----------
    z : ndarray, shape (slice, unit, feature)
        Standardized points.
    n_landmark : int
        Upper bound on the number of landmarks, nearly reached where points are distinct.
    bandwidth : float
        Global inter-step bandwidth b.
    intraslice_knn : int
        Neighbor that sets the intra-step bandwidth, within range.
    decay : float
        Exponent of the intra-step kernel.
    duplicate : float
        Distances below this count as 0.
    seed : int
        Seed of the clusterings.
    n_jobs : int, default 1
        Threads; the result does not depend on it.
    progress : callable(fraction), optional
    ragged : Ragged, optional
        Compares slices of unequal length; ``z`` then is ``ragged.padded()``.
    affinity_of, intra_of : callable, optional
        What does the work of ``unit_affinity`` and ``intra_block``.

    Returns
    -------
    LandmarkKernel
    """
    n_slices, n_units, _ = z.shape
    spanning = n_landmark < MICRO_PER_UNIT * n_units
    total = max(n_units, MICRO_PER_LANDMARK * n_landmark) if spanning else n_landmark
    by_unit = np.ascontiguousarray(z.transpose(1, 0, 2))
    micro, copies = micro_clusters(by_unit, total=total, seed=seed, n_jobs=n_jobs)

    def one_unit(i: int) -> UnitAffinity:
        if ragged is not None:
            points = ragged.unit(i)
            return layered_affinity(points, micro[i], bandwidth=bandwidth, duplicate=duplicate)
        return affinity_of(
            by_unit[i], micro[i], bandwidth=bandwidth, duplicate=duplicate, copies=copies[i]
        )

    units = map_items(
        one_unit,
        range(n_units),
        n_jobs=n_jobs,
        progress=lambda fraction: progress(0.8 * fraction),
    )
    labels, cells = offset_labels(micro), offset_labels([unit.cells for unit in units])
    affinity = stack_units(units, n_slices)
    intra, graph = intra_affinity(
        z,
        labels,
        cells,
        knn=intraslice_knn,
        decay=decay,
        duplicate=duplicate,
        n_jobs=n_jobs,
        progress=lambda fraction: progress(0.8 + 0.2 * fraction),
        intra_of=intra_of,
    )
    graph = graph + unit_edges(units)
    affinity = affinity + intra
    if spanning:
        groups = group_micro_clusters(affinity, n_groups=n_landmark, seed=seed)
        labels = groups[labels]
        affinity = merge_columns(affinity, groups)
    return LandmarkKernel(affinity, labels, cells, graph)


def unit_edges(units: list[UnitAffinity]) -> sparse.csr_array:
    """Graph of the edges between cells of the same unit."""
    offsets = np.cumsum([0] + [int(unit.cells.max()) + 1 for unit in units])
    pairs = np.concatenate(
        [unit.edges + shift for unit, shift in zip(units, offsets, strict=False)], axis=1
    )
    shape = (int(offsets[-1]), int(offsets[-1]))
    return sparse.coo_array(
        (np.ones(pairs.shape[1], dtype=bool), tuple(pairs)), shape=shape
    ).tocsr()


def merge_columns(
    affinity: sparse.csr_array, groups: Int[np.ndarray, " micro"]
) -> sparse.csr_array:
    """Sum the columns of each group."""
    indicator = sparse.csr_array(
        (np.ones(len(groups)), groups, np.arange(len(groups) + 1)),
        shape=(len(groups), int(groups.max()) + 1),
    )
    return affinity @ indicator
