"""Micro-clusters: the slices of each unit cut into short, compact pieces of its trajectory.

Each micro-cluster holds slices of one unit only, so that the inter-step kernel, which connects
a unit with itself alone, can be summed over it unit by unit. How many a unit gets depends on
how many distinct slices it has, not on how many slices.
"""

from bisect import bisect_right

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget._parallel import map_items
from mmphate_widget.kernel.copies import Copies, count_distinct, find_copies
from mmphate_widget.kernel.kmeans import kmeans


def spread_budget(capacities: Int[np.ndarray, " unit"], total: int) -> Int[np.ndarray, " unit"]:
    """Split ``total`` over units as evenly as their capacities allow; at least 1 each.

    Examples
    --------
    >>> spread_budget(np.array([1, 9, 9]), 12)
    array([1, 6, 5])
    """
    levels = range(1, int(capacities.max()) + 1)
    affordable = bisect_right(levels, total, key=lambda level: np.minimum(capacities, level).sum())
    level = max(1, affordable)
    budget = np.minimum(capacities, level)
    rest = max(0, total - int(budget.sum()))
    budget[np.flatnonzero(capacities > level)[:rest]] += 1
    return np.asarray(budget)


def micro_clusters(
    by_unit: Float[np.ndarray, "unit slice feature"], *, total: int, seed: int, n_jobs: int
) -> tuple[list[Int[np.ndarray, " slice"]], list[Copies | None]]:
    """Micro-cluster of each slice within its unit, about ``total`` over all units.

    With them the copies among each unit's slices, which share a micro-cluster.
    """
    distinct = np.array(map_items(count_distinct, by_unit, n_jobs=n_jobs))
    budget = spread_budget(distinct, total)
    seeds = np.random.default_rng(seed).integers(2**32, size=len(by_unit))

    def cluster(i: int) -> tuple[Int[np.ndarray, " slice"], Copies | None]:
        copies = find_copies(by_unit[i], int(distinct[i]))
        if copies is None:
            return kmeans(by_unit[i], int(budget[i]), seed=int(seeds[i])), None
        kinds = kmeans(by_unit[i][copies.first], int(budget[i]), seed=int(seeds[i]))
        return kinds[copies.kind], copies

    found = map_items(cluster, range(len(by_unit)), n_jobs=n_jobs)
    return [labels for labels, _ in found], [copies for _, copies in found]


def by_point(unit_major: Int[np.ndarray, "unit slice"]) -> Int[np.ndarray, " point"]:
    """Values of (unit, slice) in the order of point ids."""
    return np.ascontiguousarray(unit_major.T).ravel()


def offset_labels(labels: list[Int[np.ndarray, " slice"]]) -> Int[np.ndarray, " point"]:
    """Labels counted per unit made unique over units, by point id."""
    offsets = np.cumsum([0] + [int(of_unit.max()) + 1 for of_unit in labels])
    shifted = [of_unit + shift for of_unit, shift in zip(labels, offsets, strict=False)]
    return by_point(np.stack(shifted))
