"""What the pages have and what they still need: the kernel's end of the wire.

Frames, channels and the selection are offered to the stream as soon as they exist; a page that
says hello with what it has is sent the rest. Knows nothing of traits or of the user.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float32

from mmphate_widget.channels import Channel
from mmphate_widget.widget.history import History
from mmphate_widget.widget.incoming import Hello
from mmphate_widget.widget.protocol import (
    GroupEntry,
    Message,
    encode_channel,
    encode_error,
    encode_frames,
    encode_groups,
    encode_meta,
    encode_selection,
    encode_trace,
    epoch_chunks,
)
from mmphate_widget.widget.stream import Send, Stream
from mmphate_widget.widget.unit_trace import UnitTrace

# How many of the browsers' operations an answer names: enough for all that wait for one.
DONE_LIMIT = 256


class Link:
    """Sends one set of coordinates, its channels and the selection to every page."""

    def __init__(
        self,
        send: Send,
        positions: Float32[np.ndarray, "epoch step unit 3"],
        *,
        generation: str,
        is_deserted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._positions = positions
        self._generation = generation
        self._done: list[str] = []
        self._errors = 0
        self.stream = Stream(send, is_deserted=is_deserted)

    def offer_frames(self, epochs: range, *, current: int = 0) -> None:
        """Queue the positions of some epochs, those around ``current`` first."""
        _, n_steps, n_units = self._positions.shape[:3]
        chunks = list(epoch_chunks(epochs, points_per_epoch=n_steps * n_units))
        chunks.sort(key=lambda chunk: max(chunk[0] - current, current - chunk[-1], 0))
        for chunk in chunks:
            make = partial(encode_frames, self._positions, chunk, generation=self._generation)
            self.stream.offer(("frames", chunk.start, len(chunk)), make)

    def offer_channel(self, channel: Channel, revision: int) -> None:
        """Queue a channel's values."""
        values = np.ravel(channel.values)
        for message in encode_channel(
            values, name=channel.name, revision=revision, generation=self._generation
        ):
            key = ("channel", channel.name, message.header["offset"])
            self.stream.offer(key, message)

    def offer_selection(self, history: History, units: list[int], done: str | None = None) -> None:
        """Queue the selection in place of one that has not left; it names what it answers."""
        if done is not None:
            self._done = [*self._done, done][-DONE_LIMIT:]
        message = encode_selection(
            history, done=list(self._done), units=units, generation=self._generation
        )
        self.stream.offer(("selection",), message, urgent=True)

    def has_done(self, operation_id: str) -> bool:
        """Whether an answer has named this operation."""
        return operation_id in self._done

    def offer_trace(self, trace: UnitTrace, *, epoch: int, unit: int) -> None:
        """Queue a unit's activity at an epoch, for the page that asked and all others."""
        message = encode_trace(trace, generation=self._generation, epoch=epoch, unit=unit)
        self.stream.offer(("trace", epoch, unit), message, urgent=True)

    def offer_groups(self, groups: Sequence[GroupEntry], *, revision: int) -> None:
        """Queue the list of groups in place of one that has not left."""
        message = encode_groups(groups, revision=revision, generation=self._generation)
        self.stream.offer(("groups",), message, urgent=True)

    def offer_ablation(self, message: Message) -> None:
        """Queue where the ablation stands in place of what has not left."""
        self.stream.offer(("ablation",), message, urgent=True)

    def offer_answer(self, question: str, message: Message) -> None:
        """Queue what a page asked for."""
        self.stream.offer(("answer", question), message, urgent=True)

    def offer_told(self, make: Callable[[], Message]) -> None:
        """Queue where things stand, made when it leaves, so that moves in quick turn are one."""
        self.stream.offer(("told",), make, urgent=True)

    def offer_meta(self, meta: dict[str, Any]) -> None:
        """Queue the description of what is shown."""
        self.stream.offer(("meta",), encode_meta(meta), urgent=True)

    def offer_error(self, text: str) -> None:
        """Queue a message for the user's eyes."""
        self._errors += 1
        self.stream.offer(("error", self._errors), encode_error(text), urgent=True)

    def missing_epochs(self, hello: Hello) -> Iterator[range]:
        """Runs of epochs that a page lacks and that are not on their way to it."""
        have = np.zeros(len(self._positions), dtype=bool)
        if hello.generation == self._generation:
            for first, count in hello.frames:
                have[first : first + count] = True
        for key in self.stream.on_the_way():
            if isinstance(key, tuple) and key[0] == "frames":
                have[key[1] : key[1] + key[2]] = True
        edges = np.flatnonzero(np.diff(np.concatenate(([True], have, [True]))))
        for first, stop in edges.reshape(-1, 2):
            yield range(int(first), int(stop))

    def lacks_channel(self, hello: Hello, name: str, revision: int) -> bool:
        """Whether a page lacks this revision of a channel and it is not on its way."""
        known = hello.generation == self._generation and hello.channels.get(name) == revision
        return not known and ("channel", name, 0) not in self.stream.on_the_way()
