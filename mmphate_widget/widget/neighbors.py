"""Growing a selection by its neighbors: which visible points lie nearest to those selected.

Points are neighbors within a slice, that is at one epoch and step: there a unit is compared with
other units, not with its own past. For a selected visible point p let

    r(p) = the k-th smallest distance from p to the other visible points of its slice,

in the embedding; then all visible points of the slice within r(p) are p's neighbors. Those at
equal distance count alike, so that the answer depends on the coordinates alone.
"""

import numpy as np
from jaxtyping import Bool, Float32, Float64

# Distances held at once: 8 MB, which stay in a processor's cache.
DISTANCES_AT_ONCE = 1_000_000


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
    n_epochs, n_steps, n_units = visible.shape
    shown = visible.reshape(-1, n_units)
    seeds = (selected & visible).reshape(-1, n_units)
    near = np.zeros_like(shown)
    # Where all is selected, nothing is left to find.
    open_slices = np.flatnonzero(seeds.any(axis=1) & (shown & ~seeds).any(axis=1))
    places = positions.reshape(-1, n_units, 3)
    slices, units = np.nonzero(seeds[open_slices])
    slices = open_slices[slices]
    per_block = max(1, DISTANCES_AT_ONCE // n_units)
    for first in range(0, len(slices), per_block):
        of, seed = slices[first : first + per_block], units[first : first + per_block]
        squares = _squares(places, shown, of, seed)
        reached = (squares <= _reach(squares, k)) & np.isfinite(squares)
        # Seeds of one slice follow each other.
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        near[of[starts]] |= np.logical_or.reduceat(reached, starts, axis=0)
    return near.reshape(n_epochs, n_steps, n_units)


def _squares(
    places: Float32[np.ndarray, "slice unit 3"],
    shown: Bool[np.ndarray, "slice unit"],
    of: np.ndarray,
    seed: np.ndarray,
) -> Float64[np.ndarray, "seed unit"]:
    """Squared distances from seeds to the units of their slices; inf to itself and the unseen."""
    squares = np.zeros((len(of), places.shape[1]))
    for axis in range(3):
        coordinates = places[of, :, axis].astype(np.float64)
        squares += (coordinates - coordinates[np.arange(len(of)), seed][:, None]) ** 2
    squares[~shown[of]] = np.inf
    squares[np.arange(len(of)), seed] = np.inf
    return squares


def _reach(squares: Float64[np.ndarray, "seed unit"], k: int) -> Float64[np.ndarray, "seed 1"]:
    """The k-th smallest of each row; the largest where there are fewer."""
    place = min(k, squares.shape[1]) - 1
    return np.partition(squares, place, axis=1)[:, place, None]
