"""What to draw, made of what the user gave: coordinates with a trace, or a widget that has both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int, Int64

from mmphate_widget._points import point_ids
from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_choice, check_positions
from mmphate_widget.channels import (
    Channel,
    available_channels,
    build_channel,
    color_rows,
    color_table,
    of_result,
    user_channel,
)
from mmphate_widget.channels.channel import AXES
from mmphate_widget.plot.direction import Angles, angles_of
from mmphate_widget.trace import Trace
from mmphate_widget.trace.coordinates import check_coordinates

# What points are colored by where nobody says, if the trace has it.
PREFERRED = ("label", "layer")
# What an array given as `color_by` is called, as in the widget.
UNNAMED = "values"


@runtime_checkable
class Labeled(Protocol):
    """Names and numbers of the axes, and curves: a Trace, or what a kept run has of one."""

    @property
    def epochs(self) -> Int[np.ndarray, " epoch"]:
        """Number of each epoch."""

    @property
    def steps(self) -> Int[np.ndarray, " step"]:
        """Number of each step."""

    @property
    def units(self) -> tuple[str, ...]:
        """Name of each unit."""

    @property
    def metrics(self) -> Mapping[str, Float[np.ndarray, " epoch"]]:
        """Training curves by name."""


@runtime_checkable
class Shown(Protocol):
    """What a widget tells of its picture."""

    @property
    def coordinates(self) -> Float[np.ndarray, "epoch step unit 3"]:
        """Where every point is; z = 0 where there are two components."""

    @property
    def labels(self) -> Labeled | None:
        """Names and curves, where there are any."""

    @property
    def view(self) -> Any:
        """The camera, as a mapping."""

    def channel(self, name: str | None = None) -> Channel:
        """The channel of a name, or the one that the picture is colored by."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Coordinates, the names of their axes, what to color them by, and where to look from."""

    coordinates: Float[np.ndarray, "epoch step unit component"]
    epochs: Int[np.ndarray, " epoch"]
    steps: Int[np.ndarray, " step"]
    units: tuple[str, ...]
    channel: Channel
    angles: Angles | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Epochs, steps and units (E, T, H)."""
        n_epochs, n_steps, n_units, _ = self.coordinates.shape
        return n_epochs, n_steps, n_units

    def seen_from(self, components: Sequence[int]) -> Angles | None:
        """The widget's direction of view, where these coordinates are drawn as it shows them."""
        return self.angles if list(components) == [0, 1, 2] else None


def read_drawing(Y: Any, *, trace: Any, color_by: Any, along: str) -> Drawing:
    """The drawing of a widget, or of coordinates and a Trace; either is checked.

    Without anything that tells units apart, points are colored along the axis ``along``.
    """
    if isinstance(Y, Shown):
        if trace is not None:
            raise TypeError("`trace` must be None where `Y` is a widget, which has its own.")
        return _drawing_of_widget(Y, color_by)
    coordinates = check_coordinates(Y, trace)
    shape = coordinates.shape[:3]
    if color_by is None or isinstance(color_by, str):
        names = available_channels(trace, shape=shape)
        preferred = next(name for name in (*PREFERRED, along) if name in names)
        chosen = preferred if color_by is None else color_by
        check_choice(chosen, name="color_by", choices=names)
        channel = build_channel(chosen, trace=trace, shape=shape)
    else:
        channel = _channel_of(color_by, shape, trace)
    return _labeled(coordinates, trace, channel)


def read_labels(trace: Any) -> Labeled:
    """The Trace, or the labels of a widget."""
    if isinstance(trace, Trace):
        return trace
    if not isinstance(trace, Shown):
        raise TypeError(f"`trace` must be a Trace or a widget; got {type(trace).__name__}.")
    if trace.labels is None:
        raise ValueError("`trace` must have metrics; got a widget that was made without a trace.")
    return trace.labels


def read_position(at: Any, *, name: str, size: int) -> int:
    """One position on an axis; the last where None is given."""
    if at is None:
        return size - 1
    positions = check_positions(at, name=name, size=size)
    if np.ndim(at) or len(positions) != 1:
        raise TypeError(f"`{name}` must be one position between 0 and {size - 1}; got {at!r}.")
    return int(positions[0])


def colors_of(
    channel: Channel, values: Float[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape 3"]:
    """Red, green and blue of values, 0 … 1."""
    return np.asarray(color_table(channel)[color_rows(channel, values)] / 255)


def grid_ids(
    epochs: Int64[np.ndarray, " e"],
    steps: Int64[np.ndarray, " t"],
    units: Int64[np.ndarray, " h"],
    shape: tuple[int, int, int],
) -> Int64[np.ndarray, "e t h"]:
    """Ids of the points at every combination of these positions."""
    _, n_steps, n_units = shape
    slices = epochs[:, None] * n_steps + steps
    return np.asarray(point_ids(slices[..., None], units, n_units=n_units))


def _drawing_of_widget(widget: Shown, color_by: Any) -> Drawing:
    coordinates = widget.coordinates
    if not coordinates[..., 2].any():
        coordinates = coordinates[..., :2]
    if color_by is None or isinstance(color_by, str):
        channel = widget.channel(color_by)
    else:
        channel = _channel_of(color_by, coordinates.shape[:3], getattr(widget, "trace", None))
    return replace(_labeled(coordinates, widget.labels, channel), angles=angles_of(widget.view))


def _channel_of(color_by: Any, shape: tuple[int, int, int], trace: Trace | None) -> Channel:
    """A finished Channel, if it fits, or an array of the user's as one."""
    color_by = of_result(color_by, "channel", name="color_by", trace=trace)
    if not isinstance(color_by, Channel):
        return user_channel(UNNAMED, color_by, shape=shape)
    sizes = dict(zip(AXES, shape, strict=True))
    expected = tuple(sizes[axis] for axis in color_by.axes)
    if color_by.values.shape != expected:
        raise ValueError(
            f"`color_by` must have shape {expected}, {color_by.axes} of `Y`; "
            f"got {color_by.values.shape}."
        )
    return color_by


def _labeled(coordinates: AnyArray, labels: Labeled | None, channel: Channel) -> Drawing:
    """Numbers stand for names where there are none."""
    n_epochs, n_steps, n_units = coordinates.shape[:3]
    if labels is not None:
        return Drawing(coordinates, labels.epochs, labels.steps, labels.units, channel)
    units = tuple(map(str, range(n_units)))
    return Drawing(coordinates, np.arange(n_epochs), np.arange(n_steps), units, channel)
