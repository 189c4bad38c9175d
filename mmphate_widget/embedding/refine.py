"""Local refinement: points move to where their neighbors are, and hardly anything else changes.

An embedded point is a mean of landmarks, weighted by its transitions to them. That gets the
course of training right and folds what lies between landmarks into a few directions. Here each
point moves from there under the forces of two graphs (``forces``): the nearest other slices of
its unit, and the nearest other units of its slice; in either, points that the layout puts
near without reason push. Rounds of it alternate with new looks at who lies near whom.

No point leaves the ball of radius REACH times the layout's root mean square radius around
its start. The Procrustes disparity to the start is therefore at most REACH² = 0.04.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import KDTree

from mmphate_widget._lengths import LayeredPoints
from mmphate_widget._parallel import Progress, map_items, no_progress
from mmphate_widget.embedding.forces import move
from mmphate_widget.embedding.neighbors import (
    BLOCK_VALUES,
    false_neighbors,
    nearest_slices,
    nearest_units,
    without_self,
)

# Scale of the forces, and the farthest that a point may go, in root mean square radii of the
# layout. A scale half as large keeps fewer neighbors, one twice as large hardly more while points
# move twice as far.
SCALE, REACH = 0.03, 0.2
# True neighbors of a point, and as many in the layout that are looked at for false ones. Ten
# slices keep more of the 10 nearest and less of the 40 nearest; thirty the other way round.
NEAR_SLICES, NEAR_UNITS = 15, 3
# Looks at who lies near whom, and moves between two looks. More moves a look push at places
# from which the false neighbors have gone.
ROUNDS, MOVES = 12, 4
# Part of the time in which neighbors are found.
NEIGHBORS_PART = 0.2
# Weight of the slice's forces beside the unit's. At 0.7 the units of pitchfork × pitchfork lost a
# little of their order in a slice; more costs neighbors among slices.
SLICE_WEIGHT = 0.85

Places = Float[np.ndarray, "slice unit component"]


def refine_units(
    layout: Places,
    points: Float[np.ndarray, "slice unit feature"],
    *,
    duplicate: float,
    unit: Callable[[int], LayeredPoints] | None = None,
    n_jobs: int = 1,
    progress: Progress = no_progress,
) -> Places:
    """Move every point so that it keeps more of its neighbors, near where it is.

    Parameters
    ----------
    layout : ndarray, shape (slice, unit, component)
        Embedding to start from, in any unit of length.
    points : ndarray, shape (slice, unit, feature)
        The standardized points whose neighbors count.
    duplicate : float
        Distances between points below this count as 0. A point whose nearest are all its
        copies has no order to show; it only follows others.
    unit : callable(i), optional
        Slices of unit i of unequal length, to be compared over the samples valid in both;
        ``points`` then are padded.
    n_jobs : int, default 1
        Threads; the result does not depend on it.
    progress : callable(fraction), optional

    Returns
    -------
    ndarray of float64, shape (slice, unit, component)
        On the axes of ``layout``; no point is further from its start than ``REACH`` times the
        root mean square distance from the mean.

    Examples
    --------
    >>> points = np.random.default_rng(0).normal(size=(40, 5, 8))
    >>> layout = points[..., :3]
    >>> moved = np.linalg.norm(refine_units(layout, points, duplicate=1e-7) - layout, axis=2)
    >>> bool(0 < moved.max() <= 0.2 * np.sqrt((layout**2).sum(axis=2).mean()))
    True
    """
    n_slices, n_units, _ = layout.shape
    middle = layout.mean(axis=(0, 1))
    spread = float(np.sqrt(((layout - middle) ** 2).sum(axis=2).mean()))
    # Not all of the others, so that there can be false neighbors.
    n_near = max(0, min(NEAR_SLICES, n_slices - 2))
    n_mates = max(0, min(NEAR_UNITS, n_units - 2))
    if spread == 0 or n_near + n_mates == 0:
        return layout.astype(np.float64)
    scale = SCALE * spread
    start = ((layout - middle) / scale).astype(np.float32)
    places = start.copy()

    def near_of(i: int) -> Int[np.ndarray, "slice neighbor"]:
        own = np.ascontiguousarray(points[:, i]) if unit is None else unit(i)
        return nearest_slices(own, n_near, duplicate=duplicate)

    def mates_of(block: slice) -> Int[np.ndarray, "slice unit neighbor"]:
        return nearest_units(points[block], n_mates, duplicate=duplicate)

    blocks = slice_blocks(n_slices, n_units)
    near = map_items(
        near_of,
        range(n_units),
        n_jobs=n_jobs,
        progress=lambda fraction: progress(NEIGHBORS_PART * fraction / 2),
    )
    mates = map_items(
        mates_of,
        blocks,
        n_jobs=n_jobs,
        progress=lambda fraction: progress(NEIGHBORS_PART * (1 + fraction) / 2),
    )

    def slice_step(at: int) -> Places:
        return move_slices(places[blocks[at]], mates[at])

    def unit_places(i: int) -> Float[np.ndarray, "component slice"]:
        return move_unit(places[:, i].T, near[i], drift[:, i].T, done=done)

    for done in range(ROUNDS):
        progress(NEIGHBORS_PART + (1 - NEIGHBORS_PART) * done / ROUNDS)
        drift = np.concatenate(map_items(slice_step, range(len(blocks)), n_jobs=n_jobs))
        for i, moved in enumerate(map_items(unit_places, range(n_units), n_jobs=n_jobs)):
            places[:, i] = within_reach(moved.T, start[:, i])
    return np.asarray(layout + scale * (places - start).astype(np.float64))


def slice_blocks(n_slices: int, n_units: int) -> list[slice]:
    """Runs of slices whose pairs of units fill a working array."""
    block = max(1, BLOCK_VALUES // n_units**2)
    return [slice(at, min(at + block, n_slices)) for at in range(0, n_slices, block)]


def move_slices(places: Places, mates: Int[np.ndarray, "slice unit neighbor"]) -> Places:
    """The step that the units of each slice ask of one another, for a block of slices."""
    n_slices, n_units, n_components = places.shape
    n_mates = mates.shape[2]
    if n_mates == 0:
        return np.zeros_like(places)
    # A layout has no copies that matter: distances of 0 are neighbors like others.
    found = nearest_units(places, n_mates, duplicate=0.0)
    first = n_units * np.arange(n_slices)[:, None, None]
    near, found = ((table + first).reshape(-1, n_mates) for table in (mates, found))
    flat = np.ascontiguousarray(places.reshape(-1, n_components).T)
    return move(flat, near, false_neighbors(found, near)).T.reshape(places.shape)


def move_unit(
    places: Float[np.ndarray, "component slice"],
    near: Int[np.ndarray, "slice neighbor"],
    drift: Float[np.ndarray, "component slice"],
    *,
    done: int,
) -> Float[np.ndarray, "component slice"]:
    """One unit after the moves of a round, in steps that shrink to nothing in the last round."""
    places = np.array(places, order="C")
    n_near = near.shape[1]
    false = near
    if n_near:
        here = np.ascontiguousarray(places.T)
        false = false_neighbors(without_self(KDTree(here).query(here, k=n_near + 1)[1]), near)
    for number in range(MOVES):
        rate = np.float32(1 - (done * MOVES + number) / (ROUNDS * MOVES))
        places += rate * (move(places, near, false) + np.float32(SLICE_WEIGHT) * drift)
    return places


def within_reach(
    places: Float[np.ndarray, "slice component"], start: Float[np.ndarray, "slice component"]
) -> Float[np.ndarray, "slice component"]:
    """Places brought back to within reach of where they started."""
    way = places - start
    distance = np.sqrt(np.einsum("sc,sc->s", way, way))
    limit = np.float32(REACH / SCALE)
    return np.asarray(start + way * (limit / np.maximum(distance, limit))[:, None])
