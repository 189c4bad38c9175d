"""The small state that Python and the page share: one trait each, checked at every assignment.

A trait refuses what does not exist in the data with an error that says what it must be, whoever
assigns it and however (also while notifications are held), and keeps its old value. Traits that
the page writes often are not echoed back to it.
"""

import itertools
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import anywidget
import numpy as np
import traitlets
from ipywidgets import widget_serialization

from mmphate_widget._validation import check_choice, check_int, check_real
from mmphate_widget.selection import UNIT_RULES
from mmphate_widget.widget.bundle import LOADER, Bundle, read_script, shared_bundle
from mmphate_widget.widget.lasso import DEPTHS, SHOWS, Hidden, Window
from mmphate_widget.widget.projection import View

# Playback speeds in epochs a second that make sense to an eye.
MIN_SPEED, MAX_SPEED = 0.1, 240.0
# Heights of the canvas in CSS pixels.
MIN_HEIGHT, MAX_HEIGHT = 120, 4000


class Checked(traitlets.TraitType[Any, Any]):
    """A trait whose values pass ``check(widget, value)``, which returns what is stored."""

    def __init__(self, default: Any, check: Callable[[Any, Any], Any], **tags: Any) -> None:
        # None goes through the check like any other value.
        super().__init__(default, allow_none=False)
        self._check = check
        self.tag(sync=True, **tags)

    def validate(self, obj: Any, value: Any) -> Any:
        """The value as it is stored; raises TypeError or ValueError."""
        return self._check(obj, value)


def _epoch(widget: Any, value: Any) -> float:
    return check_real(value, name="epoch", minimum=0, maximum=widget.shape[0] - 1)


def _step(widget: Any, value: Any) -> int | None:
    if value is None:
        return None
    return check_int(value, name="step", minimum=0, maximum=widget.shape[1] - 1)


def _choice(name: str, choices: tuple[str, ...]) -> Callable[[Any, Any], str]:
    def check(widget: Any, value: Any) -> str:
        check_choice(value, name=name, choices=choices)
        return str(value)

    return check


def _flag(widget: Any, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"`playing` must be True or False; got {value!r}.")
    return bool(value)


def _speed(widget: Any, value: Any) -> float:
    return check_real(value, name="speed", minimum=MIN_SPEED, maximum=MAX_SPEED)


def _view(widget: Any, value: Any) -> dict[str, Any]:
    return View.from_dict(value).to_dict()


def _hidden_units(widget: Any, value: Any) -> list[int]:
    last = widget.shape[2] - 1
    units = np.atleast_1d(np.asarray(value, dtype=object))
    return sorted({check_int(unit, name="hidden_units", minimum=0, maximum=last) for unit in units})


def _height(widget: Any, value: Any) -> int:
    return check_int(value, name="height", minimum=MIN_HEIGHT, maximum=MAX_HEIGHT)


def _color_by(widget: Any, value: Any) -> str:
    return str(widget.channel_to_color_by(value))


def _filters(widget: Any, value: Any) -> dict[str, Any]:
    return dict(widget.check_filters(value))


def _color_limits(widget: Any, value: Any) -> dict[str, Any]:
    return dict(widget.check_color_limits(value))


# Pages that are remembered, the last heard of; a reload counts as a new page.
PAGES = 16

# What Python and a hand on a page both move.
MOVED = (
    "epoch",
    "step",
    "show",
    "view",
    "playing",
    "color_by",
    "speed",
    "depth",
    "unit_rule",
    "hidden_units",
    "filters",
    "color_limits",
    "height",
)
# What a page hears through the stream, paced and repeated where lost, not from ipywidgets.
STREAMED = frozenset({*MOVED, "_told", "_page", "_meta"})


class InstrumentTraits(anywidget.AnyWidget):
    """Traits of the instrument and their checks; a subclass says its shape and its channels.

    Python and pages move the same things, and their messages cross. `_told` holds the last move of
    each thing: its running count, its value, and the page that made it ("" for Python). A page says
    where it stands and up to which count it knows the others' moves: what it wrote of a thing
    before it knew is passed over, so that an assignment in Python is never undone by an older one
    of a page. A page reads the traits when it opens; from then on it hears `_told` alone.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _bundle = traitlets.Instance(Bundle).tag(sync=True, **widget_serialization)
    _meta = traitlets.Dict().tag(sync=True)
    _told = traitlets.Dict().tag(sync=True)
    _page = traitlets.Dict().tag(sync=True, echo_update=False)
    # What a page without a kernel shows; empty unless `embed` was asked for.
    _offline = traitlets.Dict().tag(sync=True)
    _offline_now = traitlets.Dict().tag(sync=True)
    epoch: Any = Checked(0.0, _epoch, echo_update=False)
    step: Any = Checked(None, _step, echo_update=False)
    show: Any = Checked("epoch", _choice("show", SHOWS), echo_update=False)
    color_by: Any = Checked("", _color_by, echo_update=False)
    playing: Any = Checked(False, _flag, echo_update=False)
    speed: Any = Checked(8.0, _speed, echo_update=False)
    view: Any = Checked({}, _view, echo_update=False)
    depth: Any = Checked("through", _choice("depth", DEPTHS), echo_update=False)
    unit_rule: Any = Checked("majority", _choice("unit_rule", UNIT_RULES), echo_update=False)
    hidden_units: Any = Checked([], _hidden_units, echo_update=False)
    filters: Any = Checked({}, _filters, echo_update=False)
    color_limits: Any = Checked({}, _color_limits, echo_update=False)
    height: Any = Checked(480, _height, echo_update=False)

    def __init__(self, **traits: Any) -> None:
        self._speaking = threading.local()
        self._moments = itertools.count(1)
        self._counting = threading.Lock()
        # Numbers of the last word and the last hello of each page.
        self._heard: dict[str, tuple[int, int]] = {}
        super().__init__(_esm=read_script(LOADER), _bundle=shared_bundle(), **traits)
        self.observe(self._on_moved, MOVED)

    def _on_moved(self, change: Any) -> None:
        page, name, value = getattr(self._speaking, "move", ("", "", None))
        # An observer of a page's move may move on: that is Python's move.
        if change["name"] != name or change["new"] != value:
            page = ""
        # A page may speak on another thread than the cell: what is told last is what it is now.
        # Nobody is notified, who might move on with the lock held.
        names = [change["name"]]
        if page == "" and names == ["playing"] and not change["new"]:
            # Stopped by Python, it stands where Python sees it: what a page that played on says
            # of the epoch is older than that.
            names.append("epoch")
        with self._counting:
            moves = {name: [next(self._moments), getattr(self, name), page] for name in names}
            self._trait_values["_told"] = {**self._told, **moves}
        if page == "" or len(self._heard) > 1:
            self._tell()

    def _hear(self, page: str, word: int | None = None, *, hello: int | None = None) -> bool:
        """Note a page's word or hello; False where a newer word of it has overtaken this one."""
        with self._counting:
            heard = dict(self._heard)
            last_word, last_hello = heard.pop(page, (0, 0))
            heard[page] = (max(last_word, word or 0), max(last_hello, hello or 0))
            self._heard = dict(list(heard.items())[-PAGES:])
            return word is None or word >= last_word

    def is_overtaken(self, page: str, word: int) -> bool:
        """Whether a later word of this page has been heard."""
        return word < self._heard.get(page, (0, 0))[0]

    def _tell(self) -> None:
        """Let every page know where things stand."""
        raise NotImplementedError

    def _reported(self, what: str) -> AbstractContextManager[None]:
        """Log an exception and show it on the pages, instead of raising it."""
        raise NotImplementedError

    def send_state(self, key: Any = None) -> None:
        """Send traits as ipywidgets does, but not what the stream carries once a page is open."""
        names = {key} if isinstance(key, str) else key
        rest = None if names is None else set(names) - STREAMED
        if rest is None or rest:
            super().send_state(rest)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a page wrote; called by ipywidgets, perhaps beside the running cell."""
        if "_page" in sync_data:
            self.take_page(sync_data["_page"])
        own = ("_page", "_told", "_meta", "_offline", "_offline_now")
        rest = {name: value for name, value in sync_data.items() if name not in own}
        if rest:
            super().set_state(rest)

    def take_page(self, word: dict[str, Any]) -> None:
        """Go where a page stands, except where others have moved without its knowledge."""
        page = str(word["page"])
        if not self._hear(page, word.get("word")):
            return
        for name in MOVED:
            moment, _, by = self._told.get(name, (0, None, page))
            if name in word and (by == page or word.get("seen", 0) >= moment):
                self._speaking.move = (page, name, word[name])
                # One by one, not held: what Python sets meanwhile is not the page's. One that
                # fails, or whose observer does, leaves the others alone.
                with self._reported(f"`{name}` of a page"):
                    self.set_trait(name, word[name])
                self._speaking.move = ("", "", None)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Epochs, steps and units (E, T, H) of the picture."""
        raise NotImplementedError

    def channel_to_color_by(self, value: Any) -> str:
        """Name of the channel that `value` (a name or an array) stands for."""
        raise NotImplementedError

    def check_filters(self, value: Any) -> dict[str, Any]:
        """Filters by channel in the form that travels."""
        raise NotImplementedError

    def check_color_limits(self, value: Any) -> dict[str, Any]:
        """Limits of colors by channel in the form that travels."""
        raise NotImplementedError

    def hidden_by(self, filters: Any) -> tuple[Hidden, ...]:
        """The points that these filters hide."""
        raise NotImplementedError

    @property
    def window(self) -> Window:
        """What the picture shows now, frozen."""
        units, hidden = tuple(self.hidden_units), self.hidden_by(self.filters)
        return Window(self.show, self.epoch, self.step, units, hidden)
