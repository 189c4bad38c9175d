"""Growing a selection by its neighbors: which visible points lie nearest to those selected.

Points are neighbors within a slice, that is at one epoch and step: there a unit is compared with
other units, not with its own past. For a selected visible point p let

    r(p) = the k-th smallest distance from p to the other visible points of its slice,

in the embedding; then all visible points of the slice within r(p) are p's neighbors. Those at
equal distance count alike, so that the answer depends on the coordinates alone. Slices of many
units are searched by a tree, which only proposes: distances are compared as elsewhere, and where
points at equal distance may be missing from the proposal, all are looked at.
"""

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from scipy.spatial import cKDTree

# Distances held at once: 8 MB, which stay in a processor's cache.
DISTANCES_AT_ONCE = 1_000_000
# Up to so many units all distances are quicker than a tree.
FEW_UNITS = 200
# Candidates that a tree proposes beyond the k nearest and the point itself.
SPARE = 3
# Part of a squared distance by which a tree's rounding may differ from ours.
ROUNDING = 1e-9


def neighbor_mask(
    positions: Float32[np.ndarray, "epoch step unit 3"],
    selected: Bool[np.ndarray, "epoch step unit"],
    visible: Bool[np.ndarray, "epoch step unit"],
    *,
    k: int,
) -> Bool[np.ndarray, "epoch step unit"]:
    """The visible points among the k nearest of any selected visible point of their slice.

    Examples
    --------
    >>> line = np.zeros((1, 1, 5, 3), dtype=np.float32)
    >>> line[0, 0, :, 0] = [0, 1, 3, 6, 10]
    >>> everything = np.ones((1, 1, 5), dtype=bool)
    >>> near = neighbor_mask(line, everything & (np.arange(5) == 2), everything, k=2)
    >>> np.flatnonzero(near)
    array([0, 1, 3])
    """
    n_units = visible.shape[2]
    shown = visible.reshape(-1, n_units)
    seeds = (selected & visible).reshape(-1, n_units)
    near = np.zeros_like(shown)
    # Where all is selected, nothing is left to find.
    is_open = seeds.any(axis=1) & (shown & ~seeds).any(axis=1)
    places = positions.reshape(-1, n_units, 3)
    if n_units > FEW_UNITS:
        slices, units = _propose(places, shown, seeds & is_open[:, None], near, k)
    else:
        slices, units = np.nonzero(seeds & is_open[:, None])
    per_block = max(1, DISTANCES_AT_ONCE // n_units)
    for first in range(0, len(slices), per_block):
        block = slice(first, first + per_block)
        _look_at_all(places, shown, slices[block], units[block], near, k)
    return near.reshape(visible.shape)


def _look_at_all(
    places: Float32[np.ndarray, "slice unit 3"],
    shown: Bool[np.ndarray, "slice unit"],
    of: Int64[np.ndarray, " seed"],
    seed: Int64[np.ndarray, " seed"],
    near: Bool[np.ndarray, "slice unit"],
    k: int,
) -> None:
    """Mark the neighbors of seeds, those of one slice following each other."""
    rows = np.arange(len(of))
    squares = _squares(places[of], places[of, seed])
    squares[~shown[of]] = np.inf
    squares[rows, seed] = np.inf
    reached = (squares <= _reach(squares, k)) & np.isfinite(squares)
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    near[of[starts]] |= np.logical_or.reduceat(reached, starts, axis=0)


def _propose(
    places: Float32[np.ndarray, "slice unit 3"],
    shown: Bool[np.ndarray, "slice unit"],
    seeds: Bool[np.ndarray, "slice unit"],
    near: Bool[np.ndarray, "slice unit"],
    k: int,
) -> tuple[Int64[np.ndarray, " seed"], Int64[np.ndarray, " seed"]]:
    """Mark neighbors that trees find; slices and units of the seeds that may have more."""
    slices, units = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for at in np.flatnonzero(seeds.any(axis=1)):
        others, seed = np.flatnonzero(shown[at]), np.flatnonzero(seeds[at])
        count = min(k + 1 + SPARE, len(others))
        tree = cKDTree(places[at, others])
        _, found = tree.query(places[at, seed], k=np.arange(1, count + 1))
        candidates = others[found]
        squares = _squares(places[at, candidates], places[at, seed])
        squares[candidates == seed[:, None]] = np.inf
        reach = _reach(squares, k)
        reached = (squares <= reach) & np.isfinite(squares)
        near[at, candidates[reached]] = True
        farthest = np.where(np.isfinite(squares), squares, 0).max(axis=1)
        may_have_more = farthest <= reach[:, 0] * (1 + ROUNDING)
        if count < len(others) and may_have_more.any():
            units.append(seed[may_have_more])
            slices.append(np.full(len(units[-1]), at))
    return np.concatenate(slices), np.concatenate(units)


def _squares(
    places: Float32[np.ndarray, "seed unit 3"], seeds: Float32[np.ndarray, "seed 3"]
) -> Float64[np.ndarray, "seed unit"]:
    """Squared distances, added up axis by axis so that they are the same bits wherever asked."""
    squares = np.zeros(places.shape[:2])
    for axis in range(3):
        coordinates = places[..., axis].astype(np.float64)
        squares += (coordinates - seeds[:, axis, None].astype(np.float64)) ** 2
    return squares


def _reach(squares: Float64[np.ndarray, "seed unit"], k: int) -> Float64[np.ndarray, "seed 1"]:
    """The k-th smallest of each row; the largest where there are fewer."""
    place = min(k, squares.shape[1]) - 1
    return np.partition(squares, place, axis=1)[:, place, None]
