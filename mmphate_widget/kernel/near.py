"""Slices of one unit that are near enough to some leaves to have kernel entries with them.

Two tests, both exact: whole clusters are skipped when their bounding ball is further from a
leaf's than the kernel reaches, then single slices beyond the reach of the leaf's ball. Of each
pair of leaves only the later one counts as near.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial.distance import cdist

from mmphate_widget.kernel.balls import Balls, balls
from mmphate_widget.kernel.cells import SortedSlices
from mmphate_widget.kernel.gaussian import is_product_exact

# Balls are widened by this part of the reach and of the largest norm, far above rounding.
BALL_MARGIN = 1e-9
# Leaves whose near slices are found together, at most, and pairs of a leaf and a slice: 16 MB.
BATCH_LEAVES = 64
BATCH_PAIRS = 2_097_152


@dataclass(frozen=True, slots=True)
class Near:
    """A batch of consecutive leaves, and for each the columns near it, its own slices first.

    ``ids`` are sorted slices, ascending, those of the leaves first; ``points`` are theirs, around
    the middle of the leaves. ``columns`` are places in ``ids``, those of one leaf after another;
    leaf l has ``heights[l]`` slices and ``widths[l]`` columns. ``is_product_exact`` says whether
    inner products of ``points`` give their distances.
    """

    ids: Int[np.ndarray, " slice"]
    points: Float[np.ndarray, "slice feature"]
    columns: Int[np.ndarray, " column"]
    heights: Int[np.ndarray, " leaf"]
    widths: Int[np.ndarray, " leaf"]
    is_product_exact: bool


def near_slices(slices: SortedSlices, reach: float) -> Iterator[Near]:
    """Near slices of all leaves, a batch of leaves at a time."""
    leaves = balls(slices.points, slices.leaves)
    starts = np.flatnonzero(np.diff(slices.micro, prepend=-1))
    clusters = balls(slices.points, np.append(starts, len(slices.micro)))
    norms = np.einsum("sf,sf->s", slices.points, slices.points)
    reach += BALL_MARGIN * float(np.sqrt(norms.max()))
    n_leaves = max(1, min(BATCH_LEAVES, BATCH_PAIRS // len(slices.micro)))
    for first in range(0, len(leaves.radii), n_leaves):
        yield near_batch(slices, leaves, clusters, slice(first, first + n_leaves), reach)


def near_batch(
    slices: SortedSlices, leaves: Balls, clusters: Balls, batch: slice, reach: float
) -> Near:
    """Near slices of some leaves."""
    bounds = leaves.starts[batch.start : batch.stop + 1]
    limit = leaves.radii[batch] + reach
    gap = cdist(leaves.centers[batch], clusters.centers) - clusters.radii
    close = (gap <= limit[:, None]).any(axis=0)
    first = int(bounds[0])
    ids = (first + np.flatnonzero(close[slices.micro[first:]])).astype(np.int32)
    middle = leaves.centers[batch].mean(axis=0)
    points, centers = slices.points[ids] - middle, leaves.centers[batch] - middle
    norms = np.einsum("sf,sf->s", points, points)
    squared = norms - 2 * (centers @ points.T)
    squared += np.einsum("lf,lf->l", centers, centers)[:, None]
    within = squared <= (limit**2 * (1 + BALL_MARGIN) + BALL_MARGIN * norms.max())[:, None]
    heights = np.diff(bounds)
    # A leaf's own slices are near it, those before it have it among theirs.
    for leaf, start in enumerate((bounds[:-1] - first).tolist()):
        within[leaf, :start] = False
        within[leaf, start : start + heights[leaf]] = True
    return Near(
        ids,
        points,
        np.nonzero(within)[1],
        heights,
        within.sum(axis=1),
        is_product_exact(norms, points.shape[1]),
    )
