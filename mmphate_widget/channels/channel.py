"""`Channel`: one value for each epoch, step, unit or combination of these, to be colored."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float32, Int64

from mmphate_widget._points import point_positions
from mmphate_widget._validation import check_choice

Kind = Literal["continuous", "categorical", "cyclic", "diverging"]
KINDS: tuple[str, ...] = get_args(Kind)
Scale = Literal["linear", "log"]
SCALES: tuple[str, ...] = get_args(Scale)

AXES = ("epoch", "step", "unit")


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """Values to color by, with what they mean.

    Attributes
    ----------
    name : str
        What it is called in the interface.
    values : float32 ndarray with one axis for each of ``axes``
        Read-only. NaN where there is no value. Codes 0, 1, … where categorical.
    axes : tuple of {"epoch", "step", "unit"}
        The axes of ``values``, in this order.
    kind : {"continuous", "categorical", "cyclic", "diverging"}
        How to color: ordered, by category, around a circle, away from the middle.
    categories : tuple of str
        Names of the codes of a categorical channel, else empty.
    limits : tuple of float
        Values at the two ends of the colors.
    scale : {"linear", "log"}, default="linear"
        Whether equal steps of color are equal differences or, for continuous values with
        positive limits, equal ratios.
    colors : tuple of str, default=()
        "#rrggbb" for each of the categories; without them the palette's.
    """

    name: str
    values: Float32[np.ndarray, "*axes"]
    axes: tuple[str, ...]
    kind: Kind
    categories: tuple[str, ...]
    limits: tuple[float, float]
    scale: Scale = "linear"
    colors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_choice(self.kind, name="kind", choices=KINDS)
        if self.axes != tuple(axis for axis in AXES if axis in self.axes):
            raise ValueError(f"`axes` must be some of {AXES}, in this order; got {self.axes}.")
        if self.values.ndim != len(self.axes):
            raise ValueError(
                f"`values` must have the axes {self.axes}; got shape {self.values.shape}."
            )
        if bool(self.categories) != (self.kind == "categorical"):
            raise ValueError(
                f"`categories` must be given for categorical values only; got "
                f"{len(self.categories)} for kind {self.kind!r}."
            )
        low, high = self.limits
        if not (np.isfinite(low) and np.isfinite(high) and low <= high):
            raise ValueError(f"`limits` must be finite and in order; got {self.limits}.")
        check_choice(self.scale, name="scale", choices=SCALES)
        if self.scale == "log" and self.kind != "continuous":
            raise ValueError(f"`scale` must be 'linear' for {self.kind} values; got 'log'.")
        if self.scale == "log" and not low > 0:
            raise ValueError(f"`limits` must be positive for scale='log'; got {self.limits}.")
        if self.colors and len(self.colors) != len(self.categories):
            raise ValueError(
                f"`colors` must be given for each of the {len(self.categories)} categories or for "
                f"none; got {len(self.colors)}."
            )
        self.values.flags.writeable = False


def channel_values(
    channel: Channel, shape: tuple[int, int, int], ids: Int64[np.ndarray, " n"]
) -> Float32[np.ndarray, " n"]:
    """The channel's value at each point, whatever axes it runs over."""
    columns = dict(zip(AXES, point_positions(ids, shape=shape).T, strict=True))
    return np.asarray(channel.values[tuple(columns[axis] for axis in channel.axes)])
