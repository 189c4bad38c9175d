"""The instrument as pages meet it: what they say, taken once and in its order.

A page says hello with what it has and is sent the rest; it says what was drawn on it, and repeats
that until it is answered; it asks for the activity of what is pointed at; and it says when it
shows the picture no more. Each message may come on a thread of its own, beside a running cell.
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from mmphate_widget._types import AnyArray
from mmphate_widget.widget.ablating import AblatingInstrument
from mmphate_widget.widget.group_channel import GROUP_CHANNEL
from mmphate_widget.widget.incoming import (
    Ack,
    AskAblation,
    AskChannel,
    AskGroup,
    AskMeans,
    AskTrace,
    GroupOperation,
    GrowOperation,
    Hello,
    Operation,
    PolygonOperation,
    Rest,
    UnitsOperation,
    WhereOperation,
    WindowedOperation,
    decode,
)
from mmphate_widget.widget.operations import (
    INTERVAL_KEYS,
    WINDOW_KEYS,
    check_polygon_record,
    record_hidden,
)
from mmphate_widget.widget.presence import give_back
from mmphate_widget.widget.unit_trace import trace_unit


class HearingInstrument(AblatingInstrument):
    """An instrument that hears the pages."""

    def __init__(self, Y: AnyArray, **options: Any) -> None:
        # Operations at work, perhaps on another thread: a page repeats what is not answered.
        self._taking: set[str] = set()
        super().__init__(Y, **options)
        self.on_msg(self._on_message)

    def _on_message(self, _: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        with self._reported("a message from the page"):
            with self._answered(content.get("id")):
                message = decode(content, buffers, shape=self.shape)
            match message:
                case Ack():
                    self._link.stream.acknowledge(message.seq)
                case Rest(going=True):
                    self._rest_later(message.page)
                case Rest():
                    self._rest(message.page)
                case Hello():
                    self._welcome(message)
                case AskTrace():
                    self._tell_trace(message)
                case AskMeans() | AskGroup() | AskChannel():
                    self._answer(message)
                case AskAblation():
                    self._ablate_for(message)
                case _:
                    self._take_once(message)

    def _rest_later(self, page: str) -> None:
        """A page goes: closed, or reloaded, and then it says hello under another name."""
        held = weakref.ref(self)

        def give_up() -> None:
            there = held()
            if there is not None:
                there._rest(page)

        with self._lock:
            waits = self._presence.expect(page, give_up)
        if not waits:
            self._rest(page)

    def _rest(self, page: str) -> None:
        with self._lock:
            self._resolved = None
            self._presence.leave(page)
            deserted = self._presence.is_deserted
        if deserted:
            self._link.stream.forget()
            give_back()

    def _welcome(self, hello: Hello) -> None:
        with self._lock:
            self._presence.enter(hello.page)
        self.take_page(hello.word)
        with self._lock:
            self._hear(hello.page, hello=hello.number)
            if hello.meta != self._meta["revision"]:
                self._link.offer_meta(self._meta)
            for epochs in self._link.missing_epochs(hello):
                self._link.offer_frames(epochs, current=self.window.whole_epoch)
            for name in dict.fromkeys((self.color_by, *self.filters)):
                channel, revision = self._coloring[name]
                if self._link.lacks_channel(hello, name, revision):
                    self._link.offer_channel(channel, revision)
            if hello.selection != self._selector.history.revision:
                self._refresh()
            self._offer_groups()
            self._offer_ablation()
            self._tell()

    def _tell_trace(self, asked: AskTrace) -> None:
        """The activity that a page asks for; none where there are coordinates alone."""
        trace = self.trace
        if trace is None or asked.generation != self._generation:
            return
        found = trace_unit(
            trace.values[asked.epoch, :, asked.unit],
            sample_labels=trace.sample_labels,
            lengths=trace.lengths,
        )
        self._link.offer_trace(found, epoch=asked.epoch, unit=asked.unit)

    def _take_once(self, message: Operation) -> None:
        """Take an operation that a page repeats until it is answered: once, and in its order."""
        with self._lock:
            if self._link.has_done(message.id):
                self._refresh()
                return
            # One before it got lost: the page sends both again.
            lost = not all(self._link.has_done(before) for before in message.after)
            if lost or message.id in self._taking:
                return
            self._taking.add(message.id)
        try:
            with self._answered(message.id):
                self._take(message)
        finally:
            self._taking.discard(message.id)

    def _take(self, message: Operation) -> None:
        if isinstance(message, PolygonOperation):
            self._take_polygon(message)
        elif isinstance(message, UnitsOperation):
            operation = {"op": "units", "units": list(message.units), "combine": message.combine}
            self._operate(operation, done=message.id)
        elif isinstance(message, GroupOperation):
            self._do_with_group(message)
        elif isinstance(message, GrowOperation | WhereOperation):
            self._take_windowed(message)
        elif message.name == "invert":
            self._go_where_it_was_done(message, message.window)
            window = self._with_hidden(message.window, message.seen)
            self._operate({"op": "invert", **window}, done=message.id)
        elif message.name == "clear":
            self._change(self._selector.clear, done=message.id)
        else:
            steps: Literal[-1, 1] = -1 if message.name == "undo" else 1
            self._change(lambda: self._selector.move(steps), done=message.id)

    def _take_windowed(self, message: GrowOperation | WhereOperation) -> None:
        self._go_where_it_was_done(message, {**message.window, "playing": False})
        window = self._with_hidden(message.window, message.seen)
        if isinstance(message, GrowOperation):
            operation = {"op": "grow", "k": message.k, "combine": "add", **window}
        else:
            where = message.where
            if message.channel == GROUP_CHANNEL and "codes" in where:
                where = {"codes": self._as_meant(where["codes"], message.seen)}
            operation = self._where(message.channel, where, window=window, combine=message.combine)
        self._operate(operation, done=message.id)

    def _take_polygon(self, message: PolygonOperation) -> None:
        record = self._with_hidden(message.record, message.seen)
        check_polygon_record(record, self.shape)
        # The page's traits may arrive after its message: what it was drawn on comes with it.
        said = {*WINDOW_KEYS, *INTERVAL_KEYS, "filters"} & message.record.keys()
        window = {key: message.record[key] for key in said}
        self._go_where_it_was_done(message, {**window, "playing": False})
        if message.complete:
            hits = message.hits
            self._change(lambda: self._selector.take_hits(record, hits), done=message.id)
        else:
            self._operate(record, done=message.id)

    def _with_hidden(self, window: dict[str, Any], seen: int) -> dict[str, Any]:
        """A page's window with the points that its filters hide, in place of the filters."""
        rest = {key: value for key, value in window.items() if key != "filters"}
        meant = self._filters_as_meant(window.get("filters", {}), seen)
        filters = self.check_filters(meant)
        return {**rest, **record_hidden(self.hidden_by(filters))}

    def _go_where_it_was_done(self, message: WindowedOperation, window: dict[str, Any]) -> None:
        # Repeated, it may come after the page has said that it went on.
        if not self.is_overtaken(message.page, message.word):
            said = {"page": message.page, "seen": message.seen, "joined": message.joined}
            self.take_page({**said, **window})

    @contextmanager
    def _answered(self, operation_id: str | None) -> Iterator[None]:
        """Answer an operation that failed, too: the page takes back what it has shown."""
        try:
            yield
        except Exception:
            if operation_id is not None:
                with self._lock:
                    self._refresh(operation_id)
            raise
