"""The channels of one widget: those of trace and coordinates, and those the user adds.

Each carries a revision that grows when its values change, so that a page can tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float32

from mmphate_widget._hashing import shared
from mmphate_widget._validation import check_choice
from mmphate_widget.channels import (
    OF_COORDINATES,
    Channel,
    activation_channel,
    available_channels,
    build_channel,
    check_pair,
    user_channel,
)
from mmphate_widget.trace import Trace
from mmphate_widget.widget.describe import describe_channel
from mmphate_widget.widget.filters import Filter, check_filters, hidden_by
from mmphate_widget.widget.lasso import Hidden

# Without labels or layers to tell apart, points are colored along the sequence.
DEFAULTS = ("label", "layer", "step")
# What an array given as `color_by` is called in the list "Color by".
ARRAY_CHANNEL = "values"


class Coloring:
    """Channels by name, in the order of the list "Color by"."""

    def __init__(
        self, trace: Trace | None, positions: Float32[np.ndarray, "epoch step unit 3"]
    ) -> None:
        n_epochs, n_steps, n_units, _ = positions.shape
        self._shape = (n_epochs, n_steps, n_units)
        self._trace = trace
        self._positions = positions
        # Those of coordinates stand here without their values, until somebody asks for them.
        self._channels: dict[str, tuple[Channel, int]] = {}
        self._found: dict[str, Channel] = {}
        self._own: set[str] = set()
        # Revisions of channels that are gone: pages may still have their values.
        self._dropped: dict[str, int] = {}
        for name in available_channels(trace, shape=self._shape, positions=positions):
            channel = self._build(name)
            if name in OF_COORDINATES:
                channel = replace(channel, values=np.empty((0,) * len(channel.axes), np.float32))
            self._keep(channel)

    @property
    def of_coordinates(self) -> tuple[str, ...]:
        """Names of the channels that are lengths in the embedding."""
        return tuple(n for n in OF_COORDINATES if n in self._channels and n not in self._own)

    @property
    def names(self) -> tuple[str, ...]:
        """Names that ``color_by`` takes."""
        return tuple(self._channels)

    @property
    def default(self) -> str:
        """The channel to color by when nobody says."""
        return next(name for name in DEFAULTS if name in self._channels)

    def __getitem__(self, name: str) -> tuple[Channel, int]:
        channel, revision = self._channels[name]
        if name in self.of_coordinates:
            if name not in self._found:
                self._found[name] = self._build(name)
            channel = self._found[name]
        return channel, revision

    def make(self, name: str, values: Any, **how: Any) -> Channel:
        """A channel of an array's values."""
        return user_channel(name, values, shape=self._shape, **how)

    def make_activation(self, name: str, *, sample: Any, **how: Any) -> Channel:
        """A channel of the activation of one sample."""
        if self._trace is None:
            raise ValueError(
                f"`sample` must be None for a widget without its trace; got {sample!r}."
            )
        return activation_channel(name, self._trace, sample=sample, **how)

    def check_fits(self, channel: Channel) -> Channel:
        """``channel``, or ValueError where its values are not for the points on screen."""
        sizes = dict(zip(("epoch", "step", "unit"), self._shape, strict=True))
        wanted = tuple(sizes[axis] for axis in channel.axes)
        if channel.values.shape != wanted:
            raise ValueError(
                f"`{channel.name}` must have shape {wanted}, a value for each "
                f"{' and '.join(channel.axes)} on screen; got {channel.values.shape}."
            )
        return channel

    def has_alike(self, channel: Channel) -> bool:
        """Whether there is one of this name that a filter means the same of."""
        known = self._channels.get(channel.name, (None,))[0]
        return known is not None and (known.kind, known.categories) == (
            channel.kind,
            channel.categories,
        )

    def put(self, channel: Channel, *, own: bool) -> None:
        """Add a channel, or put it in the place of one of its name; ``own``: it is the user's."""
        self._keep(channel)
        (self._own.add if own else self._own.discard)(channel.name)

    def drop(self, name: str) -> None:
        """Forget a channel that is not the user's; one of this name made later is a newer one."""
        channel, revision = self._channels.pop(name)
        self._dropped[channel.name] = revision

    def is_own(self, name: str) -> bool:
        """Whether the channel of this name is the user's, not the trace's."""
        return name in self._own

    def listed(self) -> tuple[tuple[Channel, bool], ...]:
        """Every channel, and whether it is the user's own."""
        return tuple((self[name][0], name in self._own) for name in self._channels)

    def restore(self, listed: Sequence[tuple[Channel, bool]], *, all_of_them: bool) -> None:
        """Take up what was ``listed``, in its order: the user's, what is missing here, or all."""
        for channel, own in listed:
            is_known = channel.name in self._channels
            is_kept = all_of_them and channel.name not in self.of_coordinates
            if own or is_kept or not is_known:
                self.put(channel, own=own)
        names = dict.fromkeys([*(channel.name for channel, _ in listed), *self._channels])
        self._channels = {name: self._channels[name] for name in names}

    def check(self, name: str) -> str:
        """``name``, or ValueError with those there are."""
        if name not in self._channels:
            raise ValueError(
                f"`color_by` must be an array or one of {', '.join(map(repr, self._channels))}; "
                f"got {name!r}."
            )
        return name

    def check_filters(self, filters: Any) -> dict[str, Filter]:
        """``filters`` in the form that travels, or TypeError / ValueError."""
        return check_filters(filters, {name: one for name, (one, _) in self._channels.items()})

    def hidden(self, filters: Mapping[str, Filter]) -> tuple[Hidden, ...]:
        """What checked filters hide."""
        return tuple(hidden_by(rule, self[name][0]) for name, rule in filters.items())

    def check_limits(self, limits: Any) -> dict[str, list[float]]:
        """Limits of colors by channel in the form that travels, or TypeError / ValueError."""
        if not isinstance(limits, Mapping):
            raise TypeError(f"`color_limits` must be a dict by names of channels; got {limits!r}.")
        checked = {}
        for name, pair in limits.items():
            check_choice(name, name="color_limits", choices=self.names)
            channel, _ = self._channels[name]
            if channel.kind == "categorical":
                raise ValueError(
                    f"`color_limits` must be of channels with numbers; got {name!r}, which has "
                    "categories."
                )
            low, high = check_pair(pair, name=f"color_limits[{name!r}]")
            if channel.scale == "log" and not low > 0:
                raise ValueError(
                    f"`color_limits[{name!r}]` must be positive for a logarithmic channel; got "
                    f"{(low, high)}."
                )
            checked[name] = [low, high]
        return checked

    def limited(self, name: str, limits: Mapping[str, Iterable[float]]) -> Channel:
        """The channel as it is colored: between its own limits where none are given for it."""
        channel, _ = self[name]
        if name not in limits:
            return channel
        low, high = limits[name]
        return replace(channel, limits=(low, high))

    def describe(self) -> list[dict[str, Any]]:
        """All channels without their values, in the form that travels."""
        return [
            describe_channel(channel, revision=revision)
            for channel, revision in self._channels.values()
        ]

    def _build(self, name: str) -> Channel:
        return build_channel(name, trace=self._trace, shape=self._shape, positions=self._positions)

    def _keep(self, channel: Channel) -> None:
        dropped = self._dropped.get(channel.name, -1)
        _, revision = self._channels.get(channel.name, (None, dropped))
        kept = replace(channel, values=shared(channel.values))
        self._channels[channel.name] = (kept, revision + 1)
