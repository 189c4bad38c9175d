"""A selection carried from one widget to another by the names of its units.

What travels are the units that a selection stands for; the other selects all their points. Where
the one undid or redid and that step of the other's own history holds the same units, the other
takes that step, too, so that both histories stay side by side; else it is a new step.
"""

from collections.abc import Sequence
from typing import Any, Literal

from mmphate_widget.selection import Selection
from mmphate_widget.widget.history import History, State

Names = tuple[str, ...]


def names_of(widget: Any, selection: Selection) -> Names:
    """Names of the units that a selection of ``widget`` stands for, in the widget's order."""
    names = widget.unit_names
    return tuple(names[unit] for unit in selection.promoted_units)


def select_names(widget: Any, names: Names, *, step: Literal[-1, 0, 1]) -> None:
    """Select the units of these names, all of which ``widget`` has.

    ``step`` says that another has undone (-1) or redone (1) this; 0 that it did something new.
    """
    if names == names_of(widget, widget.selection):
        return
    if step and names == _names_after(widget, step):
        (widget.undo if step < 0 else widget.redo)()
    elif names:
        widget.select(units=list(names))
    else:
        widget.clear_selection()


class Pace:
    """Tells undoing and redoing in a history from new steps."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._states: Sequence[State] = history.states
        self._cursor = history.cursor

    def step(self) -> Literal[-1, 0, 1]:
        """How the history has moved since the last time: undone, redone, or 0 for anything else."""
        before, cursor = self._states, self._cursor
        self._states, self._cursor = self._history.states, self._history.cursor
        is_same = len(before) == len(self._states) and all(map(_is, before, self._states))
        if not is_same or self._cursor == cursor:
            return 0
        return -1 if self._cursor < cursor else 1


def _names_after(widget: Any, step: int) -> Names | None:
    """Names that the step before or after would select; None where there is none."""
    history = widget._selector.history
    place = history.cursor + step
    if not 0 <= place < len(history.states):
        return None
    state = history.states[place]
    return names_of(widget, widget._selector.resolve(widget.unit_rule, state=state))


def _is(one: object, other: object) -> bool:
    return one is other
