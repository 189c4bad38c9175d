"""The small state that Python and the page share: one trait each, checked at every assignment.

A trait refuses what does not exist in the data with an error that says what it must be, whoever
assigns it and however (also while notifications are held), and keeps its old value. Traits that
the page writes often are not echoed back to it; whose move counts is decided in ``moves.py``.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets
from ipywidgets import widget_serialization

from mmphate_widget._validation import check_bool, check_choice, check_int, check_real
from mmphate_widget.selection import UNIT_RULES
from mmphate_widget.widget.bundle import LOADER, Bundle, read_script, shared_bundle
from mmphate_widget.widget.interval import Interval, check_interval, nearest
from mmphate_widget.widget.lasso import DEPTHS, SHOWS, Hidden, Window
from mmphate_widget.widget.moves import MOVED, SharedMoves
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


# What a page hears through the stream, paced and repeated where lost, not from ipywidgets.
STREAMED = frozenset({*MOVED, "_told", "_page", "_meta"})


class InstrumentTraits(SharedMoves):
    """Traits of the instrument and their checks; a subclass says its shape and its channels."""

    _esm = traitlets.Unicode().tag(sync=True)
    _bundle = traitlets.Instance(Bundle).tag(sync=True, **widget_serialization)
    _meta = traitlets.Dict().tag(sync=True)
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
        super().__init__(_esm=read_script(LOADER), _bundle=shared_bundle(), **traits)
        self.observe(self._on_window, ("epoch_window", "step_window"))

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

    def _on_page_taken(self) -> None:
        # Python may have moved a window in the meantime.
        self._keep_inside()

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
