"""The small state that Python and the page share: one trait each, checked at every assignment.

A trait refuses what does not exist in the data with an error that says what it must be, whoever
assigns it and however (also while notifications are held), and keeps its old value. Traits that
the page writes often are not echoed back to it.
"""

import itertools
import threading
from collections.abc import Callable
from typing import Any

import anywidget
import numpy as np
import traitlets
from ipywidgets import widget_serialization

from mmphate_widget._validation import check_choice, check_int, check_real
from mmphate_widget.selection import UNIT_RULES
from mmphate_widget.widget.bundle import LOADER, Bundle, read_script, shared_bundle
from mmphate_widget.widget.lasso import DEPTHS, SHOWS, Window
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


# What Python and a hand on the page both move.
MOVED = ("epoch", "step", "show", "view", "playing")


class InstrumentTraits(anywidget.AnyWidget):
    """Traits of the instrument and their checks; a subclass says its shape and its channels.

    Python and the page move the same things, and their messages cross. `_told` holds what Python
    has moved, each with a running count, and `_page` where the page stands and up to which count it
    knows Python's moves: what it wrote of a thing before it knew is passed over, so that an
    assignment in Python is never undone by an older one of the page.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _bundle = traitlets.Instance(Bundle).tag(sync=True, **widget_serialization)
    _meta = traitlets.Dict().tag(sync=True)
    _told = traitlets.Dict().tag(sync=True)
    _page = traitlets.Dict().tag(sync=True, echo_update=False)
    epoch: Any = Checked(0.0, _epoch, echo_update=False)
    step: Any = Checked(None, _step, echo_update=False)
    show: Any = Checked("epoch", _choice("show", SHOWS), echo_update=False)
    color_by: Any = Checked("", _color_by)
    playing: Any = Checked(False, _flag, echo_update=False)
    speed: Any = Checked(8.0, _speed)
    view: Any = Checked({}, _view, echo_update=False)
    depth: Any = Checked("through", _choice("depth", DEPTHS))
    unit_rule: Any = Checked("majority", _choice("unit_rule", UNIT_RULES))
    hidden_units: Any = Checked([], _hidden_units)
    height: Any = Checked(480, _height)

    def __init__(self, **traits: Any) -> None:
        self._speaking = threading.local()
        self._moments = itertools.count(1)
        super().__init__(_esm=read_script(LOADER), _bundle=shared_bundle(), **traits)
        self.observe(self._on_moved, MOVED)

    def _on_moved(self, change: Any) -> None:
        if not getattr(self._speaking, "page", False):
            self._told = {**self._told, change["name"]: [next(self._moments), change["new"]]}

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a page wrote; called by ipywidgets, perhaps beside the running cell."""
        page = sync_data.get("_page", {})
        known = {
            name: page[name]
            for name in MOVED
            if name in page and page.get("seen", 0) >= self._told.get(name, [0])[0]
        }
        self._speaking.page = True
        try:
            super().set_state({**sync_data, **known})
        finally:
            self._speaking.page = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Epochs, steps and units (E, T, H) of the picture."""
        raise NotImplementedError

    def channel_to_color_by(self, value: Any) -> str:
        """Name of the channel that `value` (a name or an array) stands for."""
        raise NotImplementedError

    @property
    def window(self) -> Window:
        """What the picture shows now, frozen."""
        return Window(self.show, self.epoch, self.step, tuple(self.hidden_units))
