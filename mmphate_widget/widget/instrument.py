"""What works behind the instrument: its parts, put together, and the way a change takes.

Whether Python or a page asks for it, a change of the selection is a step of the selector, goes
back to every page as the authoritative state, and is announced to who listens. Handlers of
messages may run on another thread than the user's cell, so everything that changes is changed
under one lock.
"""

import logging
import math
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import traitlets

from mmphate_widget._hashing import shared
from mmphate_widget._types import AnyArray
from mmphate_widget.channels import Channel, of_result
from mmphate_widget.channels.bands import Band
from mmphate_widget.selection import Selection
from mmphate_widget.trace import Trace
from mmphate_widget.widget.announcer import Announcer
from mmphate_widget.widget.coloring import ARRAY_CHANNEL, Coloring
from mmphate_widget.widget.commands import check_embedding, check_parameters
from mmphate_widget.widget.density import Style
from mmphate_widget.widget.describe import bands, curves, make_meta
from mmphate_widget.widget.groups import Groups
from mmphate_widget.widget.kept import TRAITS, Kept, TraceReference
from mmphate_widget.widget.labels import Labels
from mmphate_widget.widget.lasso import Hidden
from mmphate_widget.widget.link import Link
from mmphate_widget.widget.moves import Joint
from mmphate_widget.widget.operations import record_window
from mmphate_widget.widget.presence import Presence
from mmphate_widget.widget.projection import View, home_view
from mmphate_widget.widget.protocol import (
    Message,
    encode_told,
    wire_positions,
)
from mmphate_widget.widget.routing import hear_beside_cells
from mmphate_widget.widget.selector import Selector
from mmphate_widget.widget.stand_in import LONGEST_SIDE, SKETCHED, StandIn, encode_stand_in
from mmphate_widget.widget.traits import InstrumentTraits

if TYPE_CHECKING:
    from mmphate_widget.widget.picture import Drawing

_logger = logging.getLogger(__name__)

SelectionCallback = Callable[[Selection], object]

# The selection as traits.
SELECTED = ("selected_points", "selected_units")
# Changes of these change the picture; "playing" because it comes to rest.
ON_SCREEN = (
    *("epoch", "step", "epoch_window", "step_window", "show", "view", "playing"),
    *("color_by", "color_limits", "hidden_units", "filters", "selected_points"),
    *("point_size", "opacity", "line_width", "fade"),
)


class LinkEnd(Protocol):
    """A link to other widgets, as a widget at one end of it sees it."""

    @property
    def id(self) -> str:
        """Names the link, at all its ends alike."""

    @property
    def moved(self) -> Sequence[str]:
        """Names of the traits that it moves."""

    @property
    def widgets(self) -> Sequence["Instrument"]:
        """All its ends."""


class Instrument(InstrumentTraits):
    """Coordinates, selection, coloring and link of one picture; `MMPHATEWidget` is its face."""

    selected_units = traitlets.Instance(np.ndarray, (0,), {"dtype": np.int64}, read_only=True)
    selected_points = traitlets.Instance(np.ndarray, (0,), {"dtype": np.int64}, read_only=True)

    def __init__(
        self,
        Y: AnyArray,
        *,
        trace: Trace | None,
        color_by: Any,
        show: str,
        height: int,
        parameters: Mapping[str, Any] | None,
    ) -> None:
        embedding = check_embedding(Y, trace)
        is_flat = embedding.shape[3] == 2
        self._positions = shared(wire_positions(embedding))
        self.trace = trace
        self.parameters = check_parameters(parameters)
        self._labels = None if trace is None else Labels.of(trace)
        self._reference: TraceReference | None = None
        self._lock = threading.RLock()
        self._callbacks: list[tuple[SelectionCallback]] = []
        self._announcer = Announcer(self._announce)
        self._links: dict[str, LinkEnd] = {}
        # What observers have heard last.
        self._announced = dict.fromkeys(SELECTED, np.zeros(0, dtype=np.int64))
        self._selector = Selector(self._positions, self._labels)
        self._groups = Groups(
            self._selector,
            current=self._current,
            recall=lambda state, combine: self._change(
                lambda: self._selector.recall(state, combine)
            ),
            changed=self._on_groups,
            lock=self._lock,
        )
        self._coloring = Coloring(trace, self._positions)
        self._own_curves: dict[str, AnyArray] = {}
        self._bands: dict[str, tuple[Band, ...]] = {}
        color_by = of_result(color_by, "channel", name="color_by", trace=trace)
        if color_by is None:
            color_by = self._coloring.default
        elif isinstance(color_by, Channel):
            self._coloring.put(self._coloring.check_fits(color_by), own=True)
            color_by = color_by.name
        elif not isinstance(color_by, str):
            self._coloring.put(self._coloring.make(ARRAY_CHANNEL, color_by), own=True)
            color_by = ARRAY_CHANNEL
        self._generation = uuid.uuid4().hex
        meta = self._make_meta()
        super().__init__(
            _meta={**meta, "channels": self._coloring.describe(), "revision": 1},
            view=home_view(meta, "2d" if is_flat else "3d").to_dict(),
            show=show,
            height=height,
            color_by=color_by,
        )
        self._resolved: Selection | None = None
        self._presence = presence = Presence(self)
        self._link = Link(
            self._send_by_stream,
            self._positions,
            generation=self._generation,
            is_deserted=lambda: presence.is_deserted,
        )
        self.observe(self._on_color_by, "color_by")
        self.observe(self._on_filters, "filters")
        self.observe(self._on_unit_rule, "unit_rule")
        self._stand_in = StandIn(
            self._generation,
            draw=self._draw_stand_in,
            describe=self._describe_picture,
            is_moving=lambda: self.playing,
            sketch=self._sketch_stand_in,
            frame=self._draw_frame,
        )
        self.observe(lambda _: self._stand_in.touch(), ON_SCREEN)
        self._link.offer_frames(range(self.shape[0]))
        self._offer_channel()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Epochs, steps and units (E, T, H) of the picture."""
        n_epochs, n_steps, n_units, _ = self._positions.shape
        return n_epochs, n_steps, n_units

    @property
    def unit_names(self) -> tuple[str, ...]:
        """Names of the units, "0", "1", … where nobody named them."""
        return tuple(self._meta["units"])

    def axis_numbers(self, axis: str) -> list[int]:
        """Numbers of the "epochs" or "steps", 0, 1, … where nobody gave them."""
        return list(self._meta[axis])

    def check_filters(self, value: Any) -> dict[str, Any]:
        """Filters by channel in the form that travels, or TypeError / ValueError."""
        return self._coloring.check_filters(value)

    def check_color_limits(self, value: Any) -> dict[str, Any]:
        """Limits of colors by channel in the form that travels, or TypeError / ValueError."""
        return self._coloring.check_limits(value)

    def home_view(self, mode: str) -> dict[str, Any]:
        """The view that shows all points in the viewport as it is."""
        now = View.from_dict(self.view)
        return home_view(self._meta, mode, width=now.width, height=now.height).to_dict()

    def hidden_by(self, filters: Any) -> tuple[Hidden, ...]:
        """The points that these filters hide."""
        return self._coloring.hidden(filters)

    # -- a change, from wherever it comes ----------------------------------------------------

    def _operate(self, operation: dict[str, Any], *, done: str | None = None) -> Selection:
        return self._change(lambda: self._selector.operate(operation), done=done)

    def _change(self, step: Callable[[], None], *, done: str | None = None) -> Selection:
        """Let the selector take a step, tell the pages, then tell who listens."""
        with self._lock:
            step()
            self._refresh(done)
        self._announcer.request()
        return self._current()

    def _current(self) -> Selection:
        """The selection; worked out once, and again where no page has shown it for a while."""
        with self._lock:
            if self._resolved is None:
                self._resolved = self._selector.resolve(self.unit_rule)
            return self._resolved

    def _refresh(self, done: str | None = None) -> None:
        """Bring traits and pages up to date; observers hear of it in `_announce`."""
        self._resolved = None
        selection = self._current()
        self._set_silently("selected_points", selection.points)
        self._set_silently("selected_units", selection.promoted_units)
        units = selection.promoted_units.tolist()
        self._link.offer_selection(self._selector.history, units, done)

    def _set_silently(self, name: str, value: AnyArray) -> None:
        if not np.array_equal(getattr(self, name), value):
            value.flags.writeable = False
            self._trait_values[name] = value

    def _announce(self) -> None:
        """Tell observers and callbacks, outside the lock: they may take long, or wait for it."""
        with self._lock:
            selection = self._current()
            now = {name: getattr(self, name) for name in SELECTED}
            before, self._announced = self._announced, now
        changed = [name for name in SELECTED if not np.array_equal(before[name], now[name])]
        for name in changed:
            with self._reported(f"an observer of {name}"):
                self._notify_trait(name, before[name], now[name])
        if changed:
            for registration in tuple(self._callbacks):
                with self._reported(f"the callback {registration[0]!r}"):
                    registration[0](selection)

    def _window_record(self) -> dict[str, Any]:
        return record_window(self.window, View.from_dict(self.view))

    # -- the page hears ----------------------------------------------------------------------

    def _send_by_stream(self, header: dict[str, object], buffers: list[bytes]) -> None:
        hear_beside_cells(self.comm)
        self.send(header, buffers)

    def _on_color_by(self, _: Any) -> None:
        with self._lock:
            self._offer_channel()

    def _on_filters(self, change: Any) -> None:
        # What it is colored by is on the pages already.
        with self._lock:
            for name in change["new"].keys() - change["old"].keys() - {self.color_by}:
                self._link.offer_channel(*self._coloring[name])

    def _on_unit_rule(self, _: Any) -> None:
        self._change(lambda: None)

    def _tell(self) -> None:
        # A move may come while the widget is being made: it is in the state that opens the page.
        if hasattr(self, "_link"):
            self._link.offer_told(self._told_now)

    def _told_now(self) -> Message:
        return encode_told(
            self._told,
            heard={page: list(last) for page, last in self._heard.items()},
            meta=self._meta["revision"],
            selection=self._selector.history.revision,
        )

    def _make_meta(self) -> dict[str, Any]:
        meta = make_meta(
            self._positions,
            self._labels,
            generation=self._generation,
            has_activity=self.trace is not None,
        )
        return {**meta, "curves": curves(self._all_curves()), "bands": bands(self._bands)}

    def _all_curves(self) -> dict[str, AnyArray]:
        """Metrics of the trace and the user's own curves, which win where the name is the same."""
        return {**({} if self._labels is None else self._labels.metrics), **self._own_curves}

    def _describe(self, meta: Mapping[str, Any]) -> None:
        """Replace the description of what is shown; channels as they are now."""
        self._meta = {
            **meta,
            "channels": self._coloring.describe(),
            "links": [{"id": link.id, "names": list(link.moved)} for link in self._links.values()],
            "revision": self._meta["revision"] + 1,
        }
        self._link.offer_meta(self._meta)

    def _join(self, link: LinkEnd) -> None:
        """Let pages know of a link to other widgets."""
        with self._lock:
            self._links = {**self._links, link.id: link}
            self._describe(self._meta)

    def _part(self, link: LinkEnd) -> None:
        """Let pages forget a link."""
        with self._lock:
            self._links = {key: other for key, other in self._links.items() if key != link.id}
            self._describe(self._meta)

    def _entitle(self, title: str | None) -> None:
        """Name the picture beside others, for those who read the page with a screen reader."""
        named = {} if title is None else {"title": title}
        with self._lock:
            self._describe({**_without(self._meta, "title"), **named})

    def _look_at(self, center: Sequence[float], radius: float, extent: Sequence[float]) -> None:
        """Let the camera's home look at this sphere, in 2-D this box, not at the points."""
        frame = {"center": list(center), "radius": float(radius), "extent": list(extent)}
        with self._lock:
            self._describe({**self._meta, **frame})

    def _on_passed_over(self, name: str, joint: Joint) -> None:
        for widget in self._linked_by(name):
            if widget.session_in(joint):
                widget.tell_again(name)

    def _on_joint(self, name: str, joint: Joint) -> None:
        for widget in self._linked_by(name):
            page = widget.session_in(joint)
            if page:
                widget.take_joint(page, name, joint)

    def _linked_by(self, name: str) -> list["Instrument"]:
        """The other widgets that a move of `name` reaches."""
        reached = [self]
        # A list that grows while it is gone through: links may form a chain.
        for widget in reached:
            for link in widget._links.values():
                if name in link.moved:
                    reached += [end for end in link.widgets if end not in reached]
        return reached[1:]

    def _offer_channel(self) -> None:
        channel, revision = self._coloring[self.color_by]
        self._link.offer_channel(channel, revision)
        self._stand_in.touch()

    def _colored_by(self) -> Channel:
        """The channel as it is colored now."""
        return self._coloring.limited(self.color_by, self.color_limits)

    def _on_groups(self, renamed: Mapping[str, str]) -> None:
        """Show the groups as they are now; ``renamed`` has the new names of some."""
        raise NotImplementedError

    def _put_channel(self, channel: Channel, *, own: bool = True) -> None:
        """Add a channel; what was said of another of this name goes with that."""
        name = channel.name
        # Before the lock is taken: observers may take long, or wait for it.
        if name in self.color_limits:
            self.color_limits = _without(self.color_limits, name)
        if name in self.filters and not self._coloring.has_alike(channel):
            self.filters = _without(self.filters, name)
        with self._lock:
            self._coloring.put(channel, own=own)
            self._describe(self._meta)
            if name == self.color_by:
                self._offer_channel()
            elif name in self.filters:
                self._link.offer_channel(*self._coloring[name])
                self._stand_in.touch()

    def _put_curve(self, name: str, curve: AnyArray) -> None:
        with self._lock:
            self._own_curves[name] = curve
            self._describe({**self._meta, "curves": curves(self._all_curves())})

    def _put_bands(self, name: str, stretches: tuple[Band, ...]) -> None:
        with self._lock:
            self._bands[name] = stretches
            if not stretches:
                del self._bands[name]
            self._describe({**self._meta, "bands": bands(self._bands)})

    @contextmanager
    def _reported(self, what: str) -> Iterator[None]:
        """Log an exception and show it in the widget: in a notebook it would vanish unseen."""
        try:
            yield
        except Exception as error:
            _logger.exception("%s failed", what)
            self._link.offer_error(f"{type(error).__name__}: {error}")

    # -- the picture that stays --------------------------------------------------------------

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The live view; before it the picture that stays is published, as an output of its own."""
        self._stand_in.show()
        return super()._repr_mimebundle_(**options)

    def _sketch_stand_in(self) -> bytes | None:
        is_large = self._drawing().has_trail and math.prod(self.shape) > SKETCHED
        return self._draw_stand_in(most=SKETCHED) if is_large else None

    def _draw_stand_in(self, most: int | None = None) -> bytes:
        from mmphate_widget.widget.caption import write_caption
        from mmphate_widget.widget.picture import draw_points

        drawing = self._drawing()
        longest = max(drawing.view.width, drawing.view.height)
        points = draw_points(drawing, scale=min(1.0, LONGEST_SIDE / longest), most=most)
        picture = write_caption(points, self._describe_picture())
        return encode_stand_in(picture, self._generation)

    def _drawing(self) -> "Drawing":
        """What is on screen, for a picture of it."""
        from mmphate_widget.widget.picture import Drawing

        with self._lock:
            selection = self._current()
            return Drawing(
                positions=self._positions,
                window=self.window,
                view=View.from_dict(self.view),
                channel=self._colored_by(),
                selected=selection.mask,
                promoted=selection.promoted_units,
                style=Style(self.point_size, self.opacity, self.line_width, self.fade),
                radius=self._meta["radius"],
            )

    def _draw_frame(self, picture: bytes) -> str | None:
        """HTML to show in the place of the picture that stays; see keeping.py."""
        return None

    def _describe_picture(self) -> str:
        from mmphate_widget.widget.caption import describe_picture

        return describe_picture(
            self.window,
            epochs=self._meta["epochs"],
            steps=self._meta["steps"],
            n_units=self.shape[2],
            color_by=self.color_by,
            is_flat=self.view["mode"] == "2d",
            filtered_by=tuple(self.filters),
            n_selected_units=len(self.selected_units),
            n_selected_points=len(self.selected_points),
        )

    # -- what is kept --------------------------------------------------------------------------

    def _kept(self) -> Kept:
        # Before the lock is taken: the hash of a large trace takes a while.
        reference = self._reference if self.trace is None else TraceReference.of(self.trace)
        with self._lock:
            history = self._selector.history
            return Kept(
                positions=self._positions,
                traits={name: getattr(self, name) for name in TRAITS},
                labels=self._labels,
                channels=self._coloring.listed(),
                curves=dict(self._own_curves),
                bands=dict(self._bands),
                states=history.states,
                cursor=history.cursor,
                groups=self._groups.kept(),
                parameters=self.parameters,
                trace=reference,
            )

    def _restore(self, kept: Kept) -> None:
        """Go on from what was kept; coordinates and trace are here already."""
        with self._lock:
            self._reference = kept.trace
            if self.trace is None:
                self._labels = kept.labels
                self._selector.labels = kept.labels
            self._coloring.restore(kept.channels, all_of_them=self.trace is None)
            self._own_curves = dict(kept.curves)
            self._bands = dict(kept.bands)
            self._describe(self._make_meta())
            # Before the traits: they may color by the groups.
            self._groups.restore(kept.groups)
            for name, value in kept.traits.items():
                setattr(self, name, value)
            self._offer_channel()
            self._selector.history.restore(kept.states, kept.cursor)
            self._refresh()
        self._announcer.request()

    def close(self) -> None:
        """End the stream and close the widget's comm; what Python holds stays."""
        # A widget whose arguments were refused is closed, too, when it is collected.
        if hasattr(self, "_link"):
            self._link.stream.close()
            self._stand_in.close()
        super().close()


def _without(entries: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {other: entry for other, entry in entries.items() if other != name}
