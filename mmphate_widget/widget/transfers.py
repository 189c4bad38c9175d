"""What a link may move, and how a value of one widget reads in another.

An entry of ``LINKS`` is what a user names and the traits that go with it. An entry of
``TRANSFERS`` says what the trait of one widget becomes in another: a function of both and the
value, which returns ``NOTHING`` where the other has no such thing.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from mmphate_widget.widget.correspondence import correspond
from mmphate_widget.widget.interval import nearest

NOTHING: Any = object()
"""Stands for a value that the other widget cannot have."""

SELECTION = "selection"

# By the names that a user gives.
LINKS: Mapping[str, tuple[str, ...]] = {
    # Whoever moves time starts and stops it, too.
    "epoch": ("speed", "direction", "loop", "epoch", "playing"),
    "view": ("view",),
    SELECTION: (SELECTION,),
    "step": ("step",),
    "show": ("show",),
    "color_by": ("color_by",),
    "playing": ("playing",),
    "speed": ("speed",),
    "depth": ("depth",),
    "unit_rule": ("unit_rule",),
    "height": ("height",),
}
DEFAULT_LINKS = ("epoch", "view", SELECTION)
# Epochs nearer to each other than this are the same: rounding must not go round.
SAME_EPOCH = 1e-9


def transfer(source: Any, target: Any, name: str, value: Any) -> Any:
    """What `name` of `target` is to be when that of `source` is `value`; or ``NOTHING``."""
    return TRANSFERS.get(name, _as_it_is)(source, target, value)


def is_same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a trait need no move from one to the other."""
    if name == "epoch":
        return math.isclose(one, other, rel_tol=0, abs_tol=SAME_EPOCH)
    return bool(one == other)


def _as_it_is(source: Any, target: Any, value: Any) -> Any:
    return value


def _epoch(source: Any, target: Any, value: float) -> float:
    place = correspond(value, source.axis_numbers("epochs"), target.axis_numbers("epochs"))
    return nearest(place, target.epoch_window)


def _step(source: Any, target: Any, value: int | None) -> int | None:
    if value is None:
        return None
    place = correspond(value, source.axis_numbers("steps"), target.axis_numbers("steps"))
    return int(nearest(math.floor(place + 0.5), target.step_window))


def _view(source: Any, target: Any, value: dict[str, Any]) -> dict[str, Any]:
    """The same camera on a canvas that keeps its size."""
    return {**value, "width": target.view["width"], "height": target.view["height"]}


def _color_by(source: Any, target: Any, value: str) -> Any:
    return value if value in target.channels else NOTHING


TRANSFERS: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "epoch": _epoch,
    "step": _step,
    "view": _view,
    "color_by": _color_by,
}
