"""The channels of one widget: those the trace offers, and those the user adds.

Each carries a revision that grows when its values change, so that a page can tell.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from mmphate_widget._hashing import shared
from mmphate_widget.channels import Channel, available_channels, build_channel, user_channel
from mmphate_widget.trace import Trace
from mmphate_widget.widget.describe import describe_channel

# Without labels or layers to tell apart, points are colored along the sequence.
DEFAULTS = ("label", "layer", "step")
# What an array given as `color_by` is called in the list "Color by".
ARRAY_CHANNEL = "values"


class Coloring:
    """Channels by name, in the order of the list "Color by"."""

    def __init__(self, trace: Trace | None, *, shape: tuple[int, int, int]) -> None:
        self._shape = shape
        self._channels: dict[str, tuple[Channel, int]] = {}
        self._own: set[str] = set()
        for name in available_channels(trace, shape=shape):
            self._keep(build_channel(name, trace=trace, shape=shape))

    @property
    def names(self) -> tuple[str, ...]:
        """Names that ``color_by`` takes."""
        return tuple(self._channels)

    @property
    def default(self) -> str:
        """The channel to color by when nobody says."""
        return next(name for name in DEFAULTS if name in self._channels)

    def __getitem__(self, name: str) -> tuple[Channel, int]:
        return self._channels[name]

    def add(self, name: str, values: Any, *, kind: str | None = None) -> None:
        """Add an array's values, or put them in the place of the channel of this name."""
        self.put(user_channel(name, values, shape=self._shape, kind=kind), own=True)

    def put(self, channel: Channel, *, own: bool) -> None:
        """Add a finished channel; ``own`` says that it is the user's, not the trace's."""
        self._keep(channel)
        (self._own.add if own else self._own.discard)(channel.name)

    def is_own(self, name: str) -> bool:
        """Whether the channel of this name is the user's, not the trace's."""
        return name in self._own

    def listed(self) -> tuple[tuple[Channel, bool], ...]:
        """Every channel, and whether it is the user's own."""
        return tuple((channel, name in self._own) for name, (channel, _) in self._channels.items())

    def restore(self, listed: Iterable[tuple[Channel, bool]], *, all_of_them: bool) -> None:
        """Take up what was ``listed``: the user's own, what is missing here, or all of them."""
        for channel, own in listed:
            if own or all_of_them or channel.name not in self._channels:
                self.put(channel, own=own)

    def check(self, name: str) -> str:
        """``name``, or ValueError with those there are."""
        if name not in self._channels:
            raise ValueError(
                f"`color_by` must be an array or one of {', '.join(map(repr, self._channels))}; "
                f"got {name!r}."
            )
        return name

    def describe(self) -> list[dict[str, Any]]:
        """All channels without their values, in the form that travels."""
        return [
            describe_channel(channel, revision=revision)
            for channel, revision in self._channels.values()
        ]

    def _keep(self, channel: Channel) -> None:
        _, revision = self._channels.get(channel.name, (None, -1))
        kept = replace(channel, values=shared(channel.values))
        self._channels[channel.name] = (kept, revision + 1)
