"""Points that move, in either of two spaces, and how far, which way and in how many directions.

`EmbeddedPoints` are coordinates, `PatternPoints` activations over samples, scaled so that a
distance is a root mean square over the samples that count.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget._types import AnyArray
from mmphate_widget.analysis.patterns import Lengths, values_at
from mmphate_widget.kernel.standardize import DUPLICATE_DISTANCE, unscaled, zscore
from mmphate_widget.trace import Trace

Shape = tuple[int, int, int, int]


class Points(Protocol):
    """What moves: points of one step at all epochs, and the states of one epoch."""

    @property
    def space(self) -> str:
        """What the space is called."""

    @property
    def resolution(self) -> float:
        """Distance below which points count as the same."""

    def at(self, step: int, *, until: int) -> Float[np.ndarray, "epoch unit feature"]:
        """Points of a step, over what is there at step ``until`` as well."""

    def states(self, epoch: int) -> Float[np.ndarray, "variable observation"]:
        """What the dimension of an epoch is that of."""


@dataclass(frozen=True, slots=True)
class EmbeddedPoints:
    """Coordinates; states are the places of all units at all steps."""

    coordinates: Float[np.ndarray, "epoch step unit component"]
    space: str = "embedding"
    resolution: float = 0.0

    def at(self, step: int, *, until: int) -> Float[np.ndarray, "epoch unit component"]:
        """Coordinates of a step."""
        return self.coordinates[:, step].astype(np.float64)

    def states(self, epoch: int) -> Float[np.ndarray, "component point"]:
        """Coordinates of an epoch."""
        places: AnyArray = self.coordinates[epoch].astype(np.float64)
        return places.reshape(-1, places.shape[-1]).T


@dataclass(frozen=True, slots=True)
class PatternPoints:
    """Activations over samples; states are those of the network at all steps, for all samples."""

    trace: Trace
    lengths: Lengths
    normalize: bool

    @property
    def space(self) -> str:
        """What the space is called."""
        return "patterns" if self.normalize else "activations"

    @property
    def resolution(self) -> float:
        """Below it patterns that are equal differ by rounding."""
        return DUPLICATE_DISTANCE if self.normalize else 0.0

    def at(self, step: int, *, until: int) -> Float[np.ndarray, "epoch unit valid"]:
        """Activations of a step, of the samples that reach ``until``."""
        values = self._standardized(values_at(self.trace, step, self.lengths, until=until))
        values /= np.sqrt(values.shape[-1])
        return values

    def states(self, epoch: int) -> Float[np.ndarray, "unit observation"]:
        """Activations of an epoch, of all samples at all the steps that they reach."""
        one = self.trace[epoch]
        steps = [
            self._standardized(values_at(one, step, self.lengths)[0]) for step in range(one.n_steps)
        ]
        return np.concatenate(steps, axis=1)

    def _standardized(self, values: AnyArray) -> AnyArray:
        return zscore(values) if self.normalize else unscaled(values, name="trace")


def along_steps(
    points: Points, numbers: Int[np.ndarray, " step"], shape: Shape
) -> tuple[Float[np.ndarray, "epoch step unit"], Float[np.ndarray, "epoch epoch"]]:
    """Speed from each step to the next, NaN at the last, and the alignment of two epochs' flows."""
    n_epochs, n_steps, _, _ = shape
    speed = np.full(shape[:3], np.nan)
    products = np.zeros((n_epochs, n_epochs))
    for step in range(n_steps - 1):
        moved = points.at(step + 1, until=step + 1) - points.at(step, until=step + 1)
        moved[np.linalg.norm(moved, axis=-1) < points.resolution] = 0.0
        moved /= numbers[step + 1] - numbers[step]
        speed[:, step] = np.linalg.norm(moved, axis=-1)
        flat = moved.reshape(n_epochs, -1)
        products += flat @ flat.T
    length = np.sqrt(np.diagonal(products))
    length = np.where(length > 0, length, np.nan)
    return speed, np.clip(products / length / length[:, None], -1.0, 1.0)


def between_epochs(
    points: Points, numbers: Int[np.ndarray, " epoch"], shape: Shape
) -> Float[np.ndarray, "epoch step unit"]:
    """Distance of each point from itself at the epoch before, per epoch; NaN at the first."""
    displacement = np.full(shape[:3], np.nan)
    passed = np.abs(np.diff(numbers)).astype(np.float64)[:, None]
    for step in range(shape[1]):
        moved = np.diff(points.at(step, until=step), axis=0)
        distance = np.linalg.norm(moved, axis=-1)
        distance[distance < points.resolution] = 0.0
        displacement[1:, step] = distance / passed
    return displacement


def participation_ratio(states: Float[np.ndarray, "variable observation"]) -> float:
    """Number of directions that the variables' covariance fills; NaN where nothing varies.

    Examples
    --------
    >>> round(participation_ratio(np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])), 6)
    2.0
    """
    centered = states - states.mean(axis=1, keepdims=True)
    largest = np.abs(centered).max()
    if largest == 0:
        return float("nan")
    centered /= largest
    covariance = centered @ centered.T
    return float(np.trace(covariance) ** 2 / np.square(covariance).sum())
