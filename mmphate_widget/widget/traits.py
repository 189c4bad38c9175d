"""The small state that Python and the page share: one trait each, checked at every assignment.

A trait refuses what does not exist in the data with an error that says what it must be, whoever
assigns it and however (also while notifications are held), and keeps its old value. Traits that
the page writes often are not echoed back to it.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import anywidget
import numpy as np
import traitlets
from ipywidgets import widget_serialization

from mmphate_widget._validation import check_bool, check_choice, check_int, check_real
from mmphate_widget.selection import UNIT_RULES
from mmphate_widget.widget.bundle import LOADER, Bundle, read_script, shared_bundle
from mmphate_widget.widget.interval import Interval, check_interval, nearest
from mmphate_widget.widget.lasso import DEPTHS, SHOWS, Hidden, Window
from mmphate_widget.widget.projection import MODES, View

# Playback speeds in epochs a second that make sense to an eye.
MIN_SPEED, MAX_SPEED = 0.1, 240.0
# Which way time runs while playing.
DIRECTIONS = ("forward", "back")
# Heights of the canvas in CSS pixels.
MIN_HEIGHT, MAX_HEIGHT = 120, 4000
# Diameters of points, widths of lines in CSS pixels, and opacities that can be seen.
MIN_POINT_SIZE, MAX_POINT_SIZE = 0.5, 50.0
MIN_LINE_WIDTH, MAX_LINE_WIDTH = 0.25, 20.0
MIN_OPACITY = 0.01


@dataclass(frozen=True, slots=True)
class Joint:
    """A page's move that linked sessions there made together: which it was, and who made it.

    ``at`` counts such moves of a page; names of sessions in ``pages``.
    """

    at: int = 0
    pages: tuple[str, ...] = ()

    @classmethod
    def read(cls, said: dict[str, Any]) -> "Joint":
        """As a page says it."""
        return cls(int(said["at"]), tuple(map(str, said["pages"])))


ALONE = Joint()


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
    epoch = check_real(value, name="epoch", minimum=0, maximum=widget.shape[0] - 1)
    widget.check_inside(epoch, "epoch")
    return epoch


def _step(widget: Any, value: Any) -> int | None:
    if value is None:
        return None
    step = check_int(value, name="step", minimum=0, maximum=widget.shape[1] - 1)
    widget.check_inside(step, "step")
    return step


def _epoch_window(widget: Any, value: Any) -> Interval | None:
    return check_interval(value, name="epoch_window", size=widget.shape[0])


def _step_window(widget: Any, value: Any) -> Interval | None:
    return check_interval(value, name="step_window", size=widget.shape[1])


def _choice(name: str, choices: tuple[str, ...]) -> Callable[[Any, Any], str]:
    def check(widget: Any, value: Any) -> str:
        check_choice(value, name=name, choices=choices)
        return str(value)

    return check


def _flag(name: str) -> Callable[[Any, Any], bool]:
    return lambda widget, value: check_bool(value, name=name)


def _speed(widget: Any, value: Any) -> float:
    return check_real(value, name="speed", minimum=MIN_SPEED, maximum=MAX_SPEED)


def _view(widget: Any, value: Any) -> dict[str, Any]:
    # A mode alone: all points, seen in it.
    if isinstance(value, dict) and list(value) == ["mode"]:
        check_choice(value["mode"], name="view['mode']", choices=MODES)
        return dict(widget.home_view(value["mode"]))
    return View.from_dict(value).to_dict()


def _hidden_units(widget: Any, value: Any) -> list[int]:
    last = widget.shape[2] - 1
    units = np.atleast_1d(np.asarray(value, dtype=object))
    return sorted({check_int(unit, name="hidden_units", minimum=0, maximum=last) for unit in units})


def _height(widget: Any, value: Any) -> int:
    return check_int(value, name="height", minimum=MIN_HEIGHT, maximum=MAX_HEIGHT)


def _real_or_auto(name: str, low: float, high: float) -> Callable[[Any, Any], float | None]:
    def check(widget: Any, value: Any) -> float | None:
        if value is None:
            return None
        return check_real(value, name=name, minimum=low, maximum=high)

    return check


def _fade(widget: Any, value: Any) -> float:
    return check_real(value, name="fade", minimum=0, maximum=1)


def _color_by(widget: Any, value: Any) -> str:
    return str(widget.channel_to_color_by(value))


def _filters(widget: Any, value: Any) -> dict[str, Any]:
    return dict(widget.check_filters(value))


def _color_limits(widget: Any, value: Any) -> dict[str, Any]:
    return dict(widget.check_color_limits(value))


# Pages that are remembered, the last heard of; a reload counts as a new page.
PAGES = 16

# So many characters are the same in the names of all sessions on one page (js/src/util/uuid.ts).
PAGE_ID_LENGTH = 16

# What Python and a hand on a page both move.
MOVED = (
    "epoch",
    "step",
    "epoch_window",
    "step_window",
    "show",
    "view",
    "playing",
    "color_by",
    "speed",
    "loop",
    "direction",
    "depth",
    "unit_rule",
    "hidden_units",
    "filters",
    "color_limits",
    "point_size",
    "opacity",
    "line_width",
    "fade",
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
    epoch_window: Any = Checked(None, _epoch_window, echo_update=False)
    step_window: Any = Checked(None, _step_window, echo_update=False)
    playing: Any = Checked(False, _flag("playing"), echo_update=False)
    speed: Any = Checked(8.0, _speed, echo_update=False)
    loop: Any = Checked(True, _flag("loop"), echo_update=False)
    direction: Any = Checked("forward", _choice("direction", DIRECTIONS), echo_update=False)
    view: Any = Checked({}, _view, echo_update=False)
    depth: Any = Checked("through", _choice("depth", DEPTHS), echo_update=False)
    unit_rule: Any = Checked("majority", _choice("unit_rule", UNIT_RULES), echo_update=False)
    hidden_units: Any = Checked([], _hidden_units, echo_update=False)
    filters: Any = Checked({}, _filters, echo_update=False)
    color_limits: Any = Checked({}, _color_limits, echo_update=False)
    point_size: Any = Checked(
        None, _real_or_auto("point_size", MIN_POINT_SIZE, MAX_POINT_SIZE), echo_update=False
    )
    opacity: Any = Checked(None, _real_or_auto("opacity", MIN_OPACITY, 1), echo_update=False)
    line_width: Any = Checked(
        None, _real_or_auto("line_width", MIN_LINE_WIDTH, MAX_LINE_WIDTH), echo_update=False
    )
    fade: Any = Checked(0.5, _fade, echo_update=False)
    height: Any = Checked(480, _height, echo_update=False)

    def __init__(self, **traits: Any) -> None:
        # On this thread: the page whose move is being taken, and who made it together with it.
        self._speaking = threading.local()
        self._moments = itertools.count(1)
        self._counting = threading.Lock()
        # Numbers of the last word and the last hello of each page.
        self._heard: dict[str, tuple[int, int]] = {}
        # The last joint move of each trait by each page, by the common start of its names.
        self._joints: dict[tuple[str, str], int] = {}
        super().__init__(_esm=read_script(LOADER), _bundle=shared_bundle(), **traits)
        self.observe(self._on_moved, MOVED)
        self.observe(self._on_window, ("epoch_window", "step_window"))

    def _on_moved(self, change: Any) -> None:
        page, _ = self.mover(change["name"], change["new"])
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
        if page == "" or any(other != page for other in self._heard):
            self._tell()

    def _on_window(self, _: Any) -> None:
        # What a page says of both is taken whole first.
        if not self._is_page_speaking():
            self._keep_inside()

    def _keep_inside(self) -> None:
        """Take the epoch and the step into their windows."""
        for name in ("epoch", "step"):
            position = getattr(self, name)
            if position is not None:
                inside = nearest(position, getattr(self, f"{name}_window"))
                if inside != position:
                    setattr(self, name, inside)

    def check_inside(self, position: float, name: str) -> None:
        """Raise ValueError unless a position on the axis ``name`` lies in its window."""
        interval = getattr(self, f"{name}_window")
        # A page may not know of the window yet, and while notifications are held the position may
        # be there before the window: it is taken inside afterwards.
        is_new = self._trait_values.get(name) != position and not self._is_page_speaking()
        if is_new and nearest(position, interval) != position:
            raise ValueError(
                f"`{name}` must lie between {interval[0]} and {interval[1]}, which is "
                f"`{name}_window`; got {position:g}. Set w.{name}_window = None first to go "
                "anywhere."
            )

    def _is_page_speaking(self) -> bool:
        return getattr(self._speaking, "move", None) is not None

    def mover(self, name: str, value: Any) -> tuple[str, Joint]:
        """Who moves `name` to `value` on this thread, "" for Python, and who with it."""
        moving = getattr(self._speaking, "move", None)
        # An observer of a page's move may move on: that is Python's move. JSON has lists alone.
        said = list(value) if isinstance(value, tuple) else value
        if moving is None or (name, said) != moving[2:]:
            return "", ALONE
        page: str = moving[0]
        joint: Joint = moving[1]
        return page, joint

    @contextmanager
    def moved_by(self, page: str, joint: Joint, name: str, value: Any) -> Iterator[None]:
        """What moves `name` to `value` on this thread is this page's move."""
        before = getattr(self._speaking, "move", None)
        self._speaking.move = (page, joint, name, value)
        try:
            yield
        finally:
            self._speaking.move = before

    def take_joint(self, page: str, name: str, joint: Joint) -> bool:
        """Note a joint move of a page; False where a later one of that page is known already."""
        key = (page[:PAGE_ID_LENGTH], name)
        with self._counting:
            if 0 < joint.at < self._joints.get(key, 0):
                return False
            if joint.at:
                rest = {other: at for other, at in self._joints.items() if other != key}
                self._joints = dict(list({**rest, key: joint.at}.items())[-PAGES * len(MOVED) :])
            return True

    def tell_again(self, name: str) -> None:
        """Tell every page where `name` stands, also one that believes it knows better."""
        with self._counting:
            move = [next(self._moments), getattr(self, name), ""]
            self._trait_values["_told"] = {**self._told, name: move}
        self._tell()

    def session_in(self, joint: Joint) -> str:
        """The session of this widget that took part in a move; "" where none did."""
        heard = self._heard
        return next((page for page in joint.pages if page in heard), "")

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

    def _on_passed_over(self, name: str, joint: Joint) -> None:
        """What a page said of `name` was older than what others did; who took part must hear."""

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
        joined = word.get("joined", {})
        for name in MOVED:
            if name not in word:
                continue
            moment, _, by = self._told.get(name, (0, None, page))
            joint = ALONE if name not in joined else Joint.read(joined[name])
            if by != page and word.get("seen", 0) < moment:
                self._on_passed_over(name, joint)
                continue
            if not self.take_joint(page, name, joint):
                continue
            # One by one, not held: what Python sets meanwhile is not the page's. One that fails, or
            # whose observer does, leaves the others alone.
            with (
                self._reported(f"`{name}` of a page"),
                self.moved_by(page, joint, name, word[name]),
            ):
                self.set_trait(name, word[name])
        # Python may have moved a window in the meantime.
        with self._reported(f"the windows that meet a move of page {page}"):
            self._keep_inside()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Epochs, steps and units (E, T, H) of the picture."""
        raise NotImplementedError

    def channel_to_color_by(self, value: Any) -> str:
        """Name of the channel that `value` (a name or an array) stands for."""
        raise NotImplementedError

    def home_view(self, mode: str) -> dict[str, Any]:
        """The view that shows all points in this mode."""
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
        windows = (self.epoch_window, self.step_window)
        return Window(self.show, self.epoch, self.step, units, hidden, *windows)
