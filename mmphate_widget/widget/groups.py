"""Named selections: communities that were found once and are wanted again.

A mapping from names to Selections. A group keeps the points, what was offered, the record and the
rule of units of the moment it was named, and does not change when the selection goes on.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmphate_widget._validation import check_name
from mmphate_widget.selection import Selection, UnitRule, count
from mmphate_widget.widget.history import State
from mmphate_widget.widget.selector import Selector


@dataclass(frozen=True, slots=True)
class Group:
    """A state of the selection and the rule by which it stands for units."""

    state: State
    unit_rule: UnitRule


class Groups(MutableMapping[str, Selection]):
    """Selections by name; made by the widget as ``w.groups``.

    Parameters
    ----------
    selector : Selector
        Resolves states to Selections.
    current : callable
        The current selection.
    recall : callable
        Makes a state the current selection, as one step that can be undone.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
    >>> _ = w.select(units=[3, 5])
    >>> w.groups.add("early movers")
    Selection(2 units, 40 points of 120; 5 epochs, 4 steps)
    >>> _ = w.clear_selection()
    >>> list(w.groups), w.groups["early movers"].units
    (['early movers'], array([3, 5]))
    >>> w.groups.select("early movers").units
    array([3, 5])
    """

    def __init__(
        self,
        selector: Selector,
        *,
        current: Callable[[], Selection],
        recall: Callable[[State], Selection],
    ) -> None:
        self._selector = selector
        self._current = current
        self._recall = recall
        self._groups: dict[str, Group] = {}

    def add(self, name: str, selection: Selection | None = None) -> Selection:
        """Name a selection; returns it.

        Parameters
        ----------
        name : str
            Not empty, and free: ``w.groups[name] = w.selection`` replaces a group.
        selection : Selection, optional
            Default: the current one.

        Raises
        ------
        TypeError
            If `name` is not a string, or `selection` not a Selection.
        ValueError
            If `name` is empty or stands for other points already, if nothing is selected, or
            `selection` is of another shape.
        """
        check_name(name, name="name")
        chosen = self._current() if selection is None else selection
        self._check_selection(chosen)
        if selection is None and not len(chosen):
            raise ValueError(
                "`selection` must hold points; got none, as nothing is selected now. Select "
                "something first."
            )
        # The same points once more are no mistake: cells are run again.
        if name in self and not np.array_equal(self[name].mask, chosen.mask):
            raise ValueError(
                f"`name` must be free; got {name!r}, which names other points. "
                f"w.groups[{name!r}] = w.selection replaces them."
            )
        self[name] = chosen
        return self[name]

    def select(self, name: str) -> Selection:
        """Make a group the current selection, as one step that can be undone; returns it.

        Units are promoted by the widget's present ``unit_rule``.

        Raises
        ------
        KeyError
            If there is no such group.
        """
        return self._recall(self._group(name).state)

    def __getitem__(self, name: str) -> Selection:
        group = self._group(name)
        return self._selector.resolve(group.unit_rule, state=group.state)

    def __setitem__(self, name: str, selection: Selection) -> None:
        check_name(name, name="name")
        self._check_selection(selection)
        state = self._selector.state_of(selection)
        self._groups = {**self._groups, name: Group(state, selection.unit_rule)}

    def __delitem__(self, name: str) -> None:
        self._group(name)
        self._groups = {key: group for key, group in self._groups.items() if key != name}

    def __iter__(self) -> Iterator[str]:
        # Over what is there now: groups may be deleted on the way.
        return iter(tuple(self._groups))

    def __len__(self) -> int:
        return len(self._groups)

    def __contains__(self, name: object) -> bool:
        return name in self._groups

    def __repr__(self) -> str:
        listed = (
            f"{name!r}: {count(len(group.promoted_units), 'unit')}, {count(len(group), 'point')}"
            for name, group in self.items()
        )
        return f"Groups({'; '.join(listed)})"

    def kept(self) -> dict[str, Group]:
        """The groups as they are kept."""
        return dict(self._groups)

    def restore(self, groups: Mapping[str, Group]) -> None:
        """Put kept groups in the place of all that are there."""
        self._groups = dict(groups)

    def _group(self, name: str) -> Group:
        if name not in self._groups:
            listed = ", ".join(map(repr, self._groups)) or "none"
            raise KeyError(f"`name` must be one of the groups ({listed}); got {name!r}")
        return self._groups[name]

    def _check_selection(self, selection: Any) -> None:
        if not isinstance(selection, Selection):
            raise TypeError(
                f"`selection` must be a Selection; got {type(selection).__name__}. Make one with "
                "w.select(units=...), then w.groups.add(name)."
            )
        shape = self._selector.history.state.shape
        if selection.mask.shape != shape:
            raise ValueError(
                f"`selection` must be of this widget's (epochs, steps, units) {shape}; "
                f"got {selection.mask.shape}."
            )
