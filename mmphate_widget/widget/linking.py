"""Widgets that move together: what one of them does, the others do.

Python's link is the truth, for every page and without one. Where linked widgets stand on one page,
their sessions move each other there at once, also while the kernel is busy
(js/src/state/company.ts), and the page says which went along; a move that the link makes for such a
session is put down to it, so that it is not told of what it has done.

Moves come on any thread. They wait in one line and are made by whoever came first, so that nobody
waits for another's observers. A move that its widget has left behind by then is dropped: the one
that replaced it stands further back in the line. Thus all ends meet at the last.
"""

import threading
import uuid
import warnings
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from mmphate_widget._validation import check_choice
from mmphate_widget.selection import Selection
from mmphate_widget.widget.moves import ALONE, Joint
from mmphate_widget.widget.shared_units import Names, Pace, names_of, select_names
from mmphate_widget.widget.transfers import (
    DEFAULT_LINKS,
    LINKS,
    NOTHING,
    SELECTION,
    is_same,
    transfer,
)
from mmphate_widget.widget.widget import MMPHATEWidget

Say = Callable[[int, Names], object]

# Names of units that a sentence lists before it says how many more there are.
LISTED_NAMES = 5


def link(*linked: "MMPHATEWidget | str") -> "WidgetLink":
    """Let widgets move together: ``mm.link(w1, w2, "epoch", "view", "selection")``.

    At first all others go where the first widget is; from then on whichever is moved, in Python or
    on a page, takes the others along. Linking the same widgets again replaces the link before.

    Parameters
    ----------
    *linked : MMPHATEWidget, then str
        Two widgets or more, then what they share; by default "epoch", "view" and "selection".

        - "epoch": the epoch, and with it ``playing`` and ``speed``. By position where both have the
          same number of epochs; else by ``trace.epochs``, interpolated, and at the end where the
          other has no such epoch. The widget with the most epochs keeps time.
        - "view": the camera, in embedding coordinates; the size of each canvas stays its own. For
          coordinates that have no frame in common see ``mm.compare(..., align=True)``.
        - "selection": the units that a selection stands for, by name. The others select all points
          of those that they have, as a step of their own history, and undo what the one undoes.
          Names that a widget lacks are in ``missing``, and the widget says so the first time.
        - "step" (as "epoch", to the nearest), "show", "color_by" (where the other has such a
          channel), "playing", "speed", "depth", "unit_rule", "height".

    Returns
    -------
    WidgetLink
        ``unlink()`` ends it, as does leaving ``with mm.link(w1, w2):``.

    Raises
    ------
    TypeError
        If something is neither a widget nor a name, or a name stands before a widget.
    ValueError
        If there are fewer than two widgets, one occurs twice, or a name is none of these.

    Warns
    -----
    UserWarning
        If "selection" is to be shared by widgets of which two have no name of a unit in common.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> w1, w2 = (mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
    ...           for _ in range(2))
    >>> both = mm.link(w1, w2, "epoch", "selection")
    >>> w1.epoch = 2.5
    >>> _ = w2.select(units=["3"])
    >>> w2.epoch, w1.selected_units
    (2.5, array([3]))
    >>> both.unlink()
    """
    return make_link(*_split(linked), stacklevel=3)


def make_link(
    widgets: tuple[MMPHATEWidget, ...],
    names: tuple[str, ...],
    *,
    say: Say | None = None,
    stacklevel: int,
) -> "WidgetLink":
    """Link widgets by checked names; ``say(place, names)`` tells of units that a widget lacks.

    Default: its page does, the first time. A warning counts its ``stacklevel`` from here.
    """
    made = WidgetLink(widgets, names, say=say)
    _warn_of_strangers(made, stacklevel=stacklevel + 1)
    return made


@dataclass(frozen=True, slots=True)
class _Move:
    """Where a widget has gone, who moved it there, and how its history has gone."""

    source: int
    name: str
    value: Any
    page: str = ""
    joint: Joint = ALONE
    step: Literal[-1, 0, 1] = 0


class WidgetLink:
    """Widgets that move together until ``unlink()``; made by `mm.link`.

    Attributes
    ----------
    widgets : tuple of MMPHATEWidget
        What is linked.
    names : tuple of str
        What they share, as it was named.
    """

    def __init__(
        self,
        widgets: tuple[MMPHATEWidget, ...],
        names: tuple[str, ...],
        *,
        say: Say | None = None,
    ) -> None:
        self.widgets, self.names = widgets, names
        self.id = uuid.uuid4().hex
        traits = dict.fromkeys(trait for name in names for trait in LINKS[name])
        self.moved = tuple(trait for trait in traits if trait != SELECTION)
        self._shares_selection = SELECTION in traits
        self._line: deque[_Move] = deque()
        self._lock = threading.Lock()
        self._busy = False
        # What is being made just now, so that it is not taken for a move of the widget's own.
        self._making: tuple[int, str, Any] | None = None
        self._names: list[Names] = [names_of(widget, widget.selection) for widget in widgets]
        self._paces = [Pace(widget._selector.history) for widget in widgets]
        self._missing: dict[int, Names] = {}
        self._said: set[int] = set()
        self._say: Say = self._say_once if say is None else say
        self._ends: list[Callable[[], object]] = []
        self._replace_earlier()
        self._start()

    @property
    def missing(self) -> tuple[Names, ...]:
        """For each widget the names of selected units that it lacks, of the last selection."""
        return tuple(self._missing.get(place, ()) for place in range(len(self.widgets)))

    @property
    def is_active(self) -> bool:
        """Whether the widgets move together still."""
        return bool(self._ends)

    def unlink(self) -> None:
        """Let each widget go its own way again, from where it is; does nothing the second time."""
        ends, self._ends = self._ends, []
        for end in ends:
            end()

    def __enter__(self) -> "WidgetLink":
        return self

    def __exit__(self, *_: object) -> None:
        self.unlink()

    def __repr__(self) -> str:
        shared = ", ".join(self.names)
        state = "" if self.is_active else ", ended"
        return f"<WidgetLink of {len(self.widgets)} widgets: {shared}{state}>"

    # -- from here on: how it works ----------------------------------------------------------

    def _replace_earlier(self) -> None:
        for earlier in tuple(self.widgets[0]._links.values()):
            if isinstance(earlier, WidgetLink) and self._covers(earlier):
                earlier.unlink()

    def _covers(self, other: "WidgetLink") -> bool:
        are_same = [id(widget) for widget in other.widgets] == [id(w) for w in self.widgets]
        return are_same and set(other.names) <= set(self.names)

    def _start(self) -> None:
        for place, widget in enumerate(self.widgets):
            # No names would stand for all of them.
            if self.moved:
                hear = partial(self._on_trait, place)
                widget.observe(hear, self.moved)
                self._ends.append(partial(widget.unobserve, hear, self.moved))
            if self._shares_selection:
                self._ends.append(widget.on_selection(partial(self._on_selection, place)))
            widget._join(self)
            self._ends.append(partial(widget._part, self))
        first = self.widgets[0]
        for name in self.moved:
            self._put(_Move(0, name, getattr(first, name)))
        if self._shares_selection:
            # The first one that has a selection, so that none is lost for nothing.
            lead = next((place for place, names in enumerate(self._names) if names), 0)
            self._put(_Move(lead, SELECTION, self._names[lead]))

    def _on_trait(self, place: int, change: Any) -> None:
        name, value = change["name"], change["new"]
        if self._making == (place, name, value):
            return
        page, joint = self.widgets[place].mover(name, value)
        self._put(_Move(place, name, value, page, joint))

    def _on_selection(self, place: int, selection: Selection) -> None:
        step = self._paces[place].step()
        names = names_of(self.widgets[place], selection)
        # Also when it was this link that selected them.
        if names == self._names[place]:
            return
        self._names[place] = names
        self._put(_Move(place, SELECTION, names, step=step))

    def _put(self, move: _Move) -> None:
        """Stand in line; whoever is first makes all moves that wait."""
        with self._lock:
            self._line.append(move)
            if self._busy:
                return
            self._busy = True
        try:
            while (waiting := self._next()) is not None:
                self._make(waiting)
        except BaseException:
            # An interrupt must not silence what comes after.
            self._busy = False
            raise

    def _next(self) -> _Move | None:
        with self._lock:
            self._busy = bool(self._line)
            return self._line.popleft() if self._line else None

    def _make(self, move: _Move) -> None:
        if not self.is_active or not self._stands(move):
            return
        make = self._select if move.name == SELECTION else self._move
        for place, target in enumerate(self.widgets):
            if place != move.source:
                with target._reported(f"a link of `{move.name}`"):
                    make(move, place, target)

    def _stands(self, move: _Move) -> bool:
        """Whether the widget is still where it went; else another move of it waits in line."""
        source = self.widgets[move.source]
        if move.name == SELECTION:
            return bool(names_of(source, source.selection) == move.value)
        return bool(getattr(source, move.name) == move.value)

    def _move(self, move: _Move, place: int, target: MMPHATEWidget) -> None:
        name = move.name
        value = transfer(self.widgets[move.source], target, name, move.value)
        if value is NOTHING:
            return
        page = target.session_in(move.joint)
        if page:
            target.take_joint(page, name, move.joint)
        if is_same(name, value, getattr(target, name)):
            return
        self._making = (place, name, value)
        try:
            with target.moved_by(page or move.page, move.joint, name, value):
                target.set_trait(name, value)
        finally:
            self._making = None

    def _select(self, move: _Move, place: int, target: MMPHATEWidget) -> None:
        there = set(target.unit_names)
        names = tuple(name for name in move.value if name in there)
        self._miss(place, tuple(name for name in move.value if name not in there))
        self._miss(move.source, ())
        # In the target's order, in which it will announce them.
        wanted = set(names)
        names = tuple(name for name in target.unit_names if name in wanted)
        self._names[place] = names
        select_names(target, names, step=move.step)
        self._paces[place].step()

    def _miss(self, place: int, names: Names) -> None:
        if names != self._missing.get(place, ()):
            self._missing[place] = names
            self._say(place, names)

    def _say_once(self, place: int, names: Names) -> None:
        """On the page of the widget, the first time."""
        if names and place not in self._said:
            self._said.add(place)
            self.widgets[place]._link.offer_error(
                f"Selected in a linked picture, but not here: {listed(names)}. "
                "link.missing has the names; this is said once."
            )


def listed(names: Names) -> str:
    """``"units a, b and 7 more"``."""
    more = len(names) - LISTED_NAMES
    shown = ", ".join(names[:LISTED_NAMES])
    noun = "unit" if len(names) == 1 else "units"
    return f"{noun} {shown} and {more} more" if more > 0 else f"{noun} {shown}"


def check_links(names: Any, *, name: str) -> tuple[str, ...]:
    """Names of what is shared, each once; TypeError or ValueError."""
    if isinstance(names, str) or not hasattr(names, "__iter__"):
        raise TypeError(f"`{name}` must be a sequence of names of what is shared; got {names!r}.")
    checked = tuple(dict.fromkeys(names))
    for each in checked:
        check_choice(each, name=name, choices=tuple(LINKS))
    return checked


def _split(linked: tuple[Any, ...]) -> tuple[tuple[MMPHATEWidget, ...], tuple[str, ...]]:
    """Widgets, then names; raises where they are not like that."""
    count = next((at for at, one in enumerate(linked) if isinstance(one, str)), len(linked))
    widgets, names = linked[:count], linked[count:]
    for one in linked:
        if not isinstance(one, str | MMPHATEWidget):
            raise TypeError(
                "`linked` must be widgets (mm.MMPHATEWidget), then names; "
                f"got {type(one).__name__}."
            )
    if not all(isinstance(one, str) for one in names):
        raise TypeError("`linked` must be widgets first, then names; got a widget after a name.")
    if len(widgets) < 2:
        raise ValueError(f"`linked` must hold two widgets or more; got {len(widgets)}.")
    if len({id(widget) for widget in widgets}) < len(widgets):
        raise ValueError("`linked` must hold each widget once; got one of them twice.")
    return widgets, check_links(names, name="linked") if names else DEFAULT_LINKS


def _warn_of_strangers(made: WidgetLink, *, stacklevel: int) -> None:
    """A selection by name moves nothing where no name is shared."""
    if SELECTION not in made.names:
        return
    first, *others = (set(widget.unit_names) for widget in made.widgets)
    if all(first & other for other in others):
        return
    stranger = next(place for place, other in enumerate(others, start=1) if not first & other)
    warnings.warn(
        "`selection` is shared by the names of units, and none occurs in both of two widgets: got "
        f"{made.widgets[0].unit_names[0]!r}, … and {made.widgets[stranger].unit_names[0]!r}, …. "
        "Give equal names with Trace.from_array(..., units=...).",
        UserWarning,
        stacklevel=stacklevel,
    )
