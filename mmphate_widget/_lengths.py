"""Sequences of unequal length: which samples take part in a slice, and distances under that.

Sample k takes part in step t while t < length_k. Two slices s, r are compared over the samples
V that take part in both, each standardized over V, as if the rest of the S samples were alike:

    d²(s, r) = S / |V| * sum_{k in V} (z_s[k] - z_r[k])²

Steps with the same samples form a group, and the groups' samples are nested, so that V always is
the smaller of two sets. Inside one V distances are Euclidean; across several they break the
triangle inequality.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped
from scipy.spatial.distance import cdist

from mmphate_widget._blocks import read_blocks
from mmphate_widget._types import AnyArray
from mmphate_widget._validation import as_array

# A pattern over samples needs more than one.
FEWEST_VALID = 2

Standardize = Callable[[AnyArray], AnyArray]


@dataclass(frozen=True, slots=True)
class ValidSet:
    """The samples of a group of steps, and the slices that they can be compared over.

    ``own`` are the slices with exactly these samples, ``reaching`` those with these and maybe
    more; ``place`` is each slice's position in ``reaching``, -1 where it is not there.
    """

    samples: Int[np.ndarray, " valid"]
    own: Int[np.ndarray, " own"]
    reaching: Int[np.ndarray, " reaching"]
    place: Int[np.ndarray, " slice"]


def check_lengths(
    lengths: Any, *, n_epochs: int, n_steps: int, n_samples: int
) -> Int[np.ndarray, " sample"] | None:
    """``lengths`` as int64, or None where all samples have all steps.

    Raises where a slice has fewer than 2 valid samples, naming the first one.
    """
    if lengths is None:
        return None
    array = as_array(lengths, name="lengths")
    if array.dtype.kind not in "iu" or array.shape != (n_samples,):
        raise ValueError(
            f"`lengths` must hold the number of valid steps of each of {n_samples} samples; got "
            f"dtype {array.dtype}, shape {array.shape}."
        )
    if array.min() < 1 or array.max() > n_steps:
        raise ValueError(
            f"`lengths` must be between 1 and the {n_steps} steps; got {array.min()} to "
            f"{array.max()}."
        )
    n_valid = (np.arange(n_steps)[:, None] < array).sum(axis=1)
    short = np.flatnonzero(n_valid < FEWEST_VALID)
    if len(short):
        raise ValueError(
            f"`lengths` must leave at least {FEWEST_VALID} valid samples in every slice; got "
            f"{n_valid[short[0]]} in slice (epoch 0, step {short[0]}), as in that step of all "
            f"{n_epochs} epochs. Cut the trace to its first {short[0]} steps, or add samples."
        )
    return None if np.all(array == n_steps) else array.astype(np.int64)


def without_padding(
    values: Shaped[np.ndarray, "epoch step unit sample"], lengths: Int[np.ndarray, " sample"]
) -> Shaped[np.ndarray, "epoch step unit sample"]:
    """``values`` with zeros past the end of each sequence, so that padding can be anything.

    A copy only where there is anything else: a Trace has zeros there already.
    """
    n_steps = values.shape[1]
    valid: Bool[np.ndarray, "step sample"] = np.arange(n_steps)[:, None] < lengths
    if not any(
        (block.any(axis=1) & ~valid[np.arange(slices.start, slices.stop) % n_steps]).any()
        for slices, block in read_blocks(values)
    ):
        return values
    return np.where(valid[None, :, None, :], values, np.zeros(1, dtype=values.dtype))


def valid_sets(
    lengths: Int[np.ndarray, " sample"], *, n_epochs: int, n_steps: int
) -> tuple[ValidSet, ...]:
    """The distinct sets of valid samples of (epoch, step) slices, largest first.

    Examples
    --------
    >>> [(v.samples.tolist(), v.own.tolist(), v.reaching.tolist())
    ...  for v in valid_sets(np.array([3, 2, 3]), n_epochs=1, n_steps=3)]
    [([0, 1, 2], [0, 1], [0, 1]), ([0, 2], [2], [0, 1, 2])]
    """
    return valid_sets_at(np.tile(np.arange(n_steps), n_epochs), lengths)


def valid_sets_at(
    step: Int[np.ndarray, " slice"], lengths: Int[np.ndarray, " sample"]
) -> tuple[ValidSet, ...]:
    """The same where ``step`` says which step each slice is, for any choice of slices."""
    stops = [int(stop) for stop in np.unique(lengths) if stop > 0]
    sets = []
    for start, stop in zip([0, *stops], stops, strict=False):
        reaching = np.flatnonzero(step < stop)
        place = np.full(len(step), -1)
        place[reaching] = np.arange(len(reaching))
        own = np.flatnonzero((step >= start) & (step < stop))
        sets.append(ValidSet(np.flatnonzero(lengths > start), own, reaching, place))
    return tuple(sets)


@dataclass(frozen=True, slots=True)
class LayeredPoints:
    """One unit's slices, standardized anew over each set of valid samples."""

    sets: tuple[ValidSet, ...]
    layers: tuple[AnyArray, ...]  # (reaching, valid) of each set

    def __len__(self) -> int:
        return len(self.sets[0].place)

    def squared_distances(self, rows: Int[np.ndarray, " row"]) -> Float[np.ndarray, "row slice"]:
        """Squared distances from some slices to all, over the samples valid in both."""
        squared = np.empty((len(rows), len(self)))
        for valid, points in zip(self.sets, self.layers, strict=True):
            at = valid.place[rows]
            own = np.isin(rows, valid.own)
            longer = (at >= 0) & ~own
            if own.any():
                squared[np.ix_(own, valid.reaching)] = cdist(points[at[own]], points, "sqeuclidean")
            if longer.any():
                squared[np.ix_(longer, valid.own)] = cdist(
                    points[at[longer]], points[valid.place[valid.own]], "sqeuclidean"
                )
        return squared


def layered_points(
    values: Shaped[np.ndarray, "slice sample"],
    sets: tuple[ValidSet, ...],
    *,
    standardize: Standardize,
) -> LayeredPoints:
    """One unit's slices for distances over the samples valid at both ends."""
    n_samples = values.shape[1]
    layers = [
        standardize(values[np.ix_(valid.reaching, valid.samples)])
        * np.sqrt(n_samples / len(valid.samples))
        for valid in sets
    ]
    return LayeredPoints(sets, tuple(layers))


def padded_points(
    values: Shaped[np.ndarray, "slice unit sample"],
    sets: tuple[ValidSet, ...],
    *,
    standardize: Standardize,
) -> Float[np.ndarray, "slice unit sample"]:
    """All points over their own valid samples, 0 elsewhere: distances inside a slice are right."""
    n_samples = values.shape[2]
    padded = np.zeros(values.shape)
    for valid in sets:
        inside = np.ix_(valid.own, np.arange(values.shape[1]), valid.samples)
        padded[inside] = standardize(values[inside]) * np.sqrt(n_samples / len(valid.samples))
    return padded
