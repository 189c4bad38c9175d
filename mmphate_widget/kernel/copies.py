"""Slices in which a unit does exactly the same: taken once, weighted by how often they occur.

A unit that is dead or saturated for long has thousands of identical slices. They share their row
of the kernel, so that one of them stands for all, and their pairs need not be visited.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

# Finding copies pays where at most this part of a unit's slices is distinct.
WORTHWHILE = 0.5


@dataclass(frozen=True, slots=True)
class Copies:
    """One slice of each kind, the kind of each slice, and the slices of each kind."""

    first: Int[np.ndarray, " kind"]
    kind: Int[np.ndarray, " slice"]
    count: Int[np.ndarray, " kind"]


def count_distinct(z: Float[np.ndarray, "slice feature"]) -> int:
    """Number of distinct slices, seen along one generic direction."""
    direction = np.random.default_rng(0).normal(size=z.shape[1])
    return len(np.unique(np.round(z @ direction, 9)))


def find_copies(z: Float[np.ndarray, "slice feature"], n_distinct: int) -> Copies | None:
    """Slices of a unit that are equal to the last bit, or None where that would save little.

    ``n_distinct`` is ``count_distinct(z)``, a lower bound that is quick to find.
    """
    if n_distinct > WORTHWHILE * len(z):
        return None
    _, first, kind, count = np.unique(
        z, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    return None if len(first) > WORTHWHILE * len(z) else Copies(first, kind.ravel(), count)
