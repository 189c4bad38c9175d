"""Bounding balls of runs of slices."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, slots=True)
class Balls:
    """Means of runs of sorted slices, and the distance of the furthest slice from each."""

    starts: Int[np.ndarray, " bound"]
    centers: Float[np.ndarray, "ball feature"]
    radii: Float[np.ndarray, " ball"]


def balls(points: Float[np.ndarray, "slice feature"], starts: Int[np.ndarray, " bound"]) -> Balls:
    """A ball around each run of slices between two of ``starts``, the last of which is the end."""
    sizes = np.diff(starts)
    centers = np.add.reduceat(points, starts[:-1], axis=0) / sizes[:, None]
    away = points - np.repeat(centers, sizes, axis=0)
    squared = np.einsum("sf,sf->s", away, away)
    return Balls(starts, centers, np.sqrt(np.maximum.reduceat(squared, starts[:-1])))
