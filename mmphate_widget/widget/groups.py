"""Named selections: communities that were found once and are wanted again.

A mapping from names to Selections. A group keeps the points, what was offered, the record and the
rule of units of the moment it was named, and does not change when the selection goes on. Each has
a color, by which the picture shows it in the channel "group".
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mmphate_widget._dataframe import make_table
from mmphate_widget._validation import check_choice, check_name
from mmphate_widget._words import count
from mmphate_widget.channels import Channel, color_table
from mmphate_widget.selection import Selection, UnitRule
from mmphate_widget.widget.group_comparison import GroupComparison, compare_groups
from mmphate_widget.widget.history import COMBINES, State
from mmphate_widget.widget.selector import Selector

# Of the form that `to_json` writes.
EXPORT_VERSION = 1
# Categories of the palette for few, and of that for many: colors of groups before they repeat.
N_FEW, N_MANY = 8, 24


@dataclass(frozen=True, slots=True)
class Group:
    """A state of the selection, the rule by which it stands for units, and a color, "#rrggbb"."""

    state: State
    unit_rule: UnitRule
    color: str


class Groups(MutableMapping[str, Selection]):
    """Selections by name; made by the widget as ``w.groups``.

    Parameters
    ----------
    selector : Selector
        Resolves states to Selections.
    current : callable
        The current selection.
    recall : callable
        Combines a state with the current selection, as one step that can be undone.
    changed : callable
        Called after each change of the groups, with the new names of those renamed.
    lock : context manager
        Held while the groups change: pages change them, too.

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
        recall: Callable[[State, str], Selection],
        changed: Callable[[Mapping[str, str]], None],
        lock: AbstractContextManager[Any],
    ) -> None:
        self._selector = selector
        self._current = current
        self._recall = recall
        self._changed = changed
        self._lock = lock
        self._groups: dict[str, Group] = {}

    def add(
        self, name: str, selection: Selection | None = None, *, color: str | None = None
    ) -> Selection:
        """Name a selection; returns it.

        Parameters
        ----------
        name : str
            Not empty, and free: ``w.groups[name] = w.selection`` replaces a group.
        selection : Selection, optional
            Default: the current one.
        color : str, optional
            "#rrggbb". Default: one that no other group has.

        Raises
        ------
        TypeError
            If `name` or `color` is not a string, or `selection` not a Selection.
        ValueError
            If `name` is empty or stands for other points already, if nothing is selected, or
            `selection` is of another shape, or `color` of another form.
        """
        check_name(name, name="name")
        if color is not None:
            color = check_color(color)
        chosen = self._current() if selection is None else selection
        self._check_selection(chosen)
        if selection is None:
            self._check_not_empty(chosen)
        # The same points once more are no mistake: cells are run again.
        if name in self and not np.array_equal(self[name].mask, chosen.mask):
            raise ValueError(
                f"`name` must be free; got {name!r}, which names other points. "
                f"w.groups[{name!r}] = w.selection replaces them."
            )
        self._put(name, chosen, color)
        return self[name]

    def save(self, name: str, *, color: str | None = None) -> Selection:
        """Name the current selection, in the place of a group that has this name; returns it.

        Raises
        ------
        TypeError, ValueError
            As `add` does, but for a name that is taken.
        """
        check_name(name, name="name")
        checked = None if color is None else check_color(color)
        chosen = self._current()
        self._check_not_empty(chosen)
        self._put(name, chosen, checked)
        return self[name]

    def select(self, name: str, *, combine: str = "replace") -> Selection:
        """Make a group the current selection, as one step that can be undone; returns it.

        Units are promoted by the widget's present ``unit_rule``.

        Parameters
        ----------
        name : str
            One of the groups.
        combine : {"replace", "add", "subtract", "intersect"}
            How its points combine with what is selected already.

        Raises
        ------
        KeyError
            If there is no such group.
        ValueError
            If `combine` is not as stated.
        """
        check_choice(combine, name="combine", choices=COMBINES)
        return self._recall(self.state_of(name), combine)

    def remove(self, name: str) -> None:
        """Forget a group, as ``del w.groups[name]`` does; KeyError if there is none."""
        del self[name]

    def rename(self, name: str, to: str) -> None:
        """Call a group otherwise; it keeps its place among the others.

        Raises
        ------
        KeyError
            If there is no group called `name`.
        TypeError, ValueError
            If `to` is not a string, empty, or names another group.
        """
        check_name(to, name="to")
        with self._lock:
            self._group(name)
            if to != name and to in self:
                raise ValueError(f"`to` must be free; got {to!r}, which is another group.")
            self._groups = {
                to if key == name else key: group for key, group in self._groups.items()
            }
        self._changed({name: to})

    @property
    def colors(self) -> dict[str, str]:
        """The color of each group, "#rrggbb"."""
        return {name: group.color for name, group in self._groups.items()}

    def recolor(self, name: str, color: str) -> None:
        """Give a group another color, "#rrggbb".

        Raises
        ------
        KeyError
            If there is no such group.
        TypeError, ValueError
            If `color` is not of this form.
        """
        checked = check_color(color)
        with self._lock:
            group = replace(self._group(name), color=checked)
            self._groups = {**self._groups, name: group}
        self._changed({})

    def compare(self, a: str, b: str) -> GroupComparison:
        """How large two groups are and how much they share, in units and in points.

        Raises
        ------
        KeyError
            If there is no such group.

        Examples
        --------
        >>> import numpy as np
        >>> import mmphate_widget as mm
        >>> w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(5, 4, 6, 3)))
        >>> w.groups["a"] = w.select(units=[1, 2, 3])
        >>> w.groups["b"] = w.select(units=[3, 4])
        >>> w.groups.compare("a", "b").points
        Overlap(a=60, b=40, both=20)
        """
        return compare_groups(a, self[a], b, self[b])

    def to_dataframe(self) -> Any:
        """A row a group: its color, how many units it stands for, how many points it holds.

        Which points they are is in ``w.to_dataframe()``.

        Returns
        -------
        pandas.DataFrame
            Columns `color`, `units`, `points`; the index, "group", holds the names.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        groups = list(self.items())
        return make_table(
            {
                "color": [self._groups[name].color for name, _ in groups],
                "units": [len(group.promoted_units) for _, group in groups],
                "points": [len(group) for _, group in groups],
            },
            index=[name for name, _ in groups],
            index_name="group",
        )

    def to_json(self) -> str:
        """All groups as JSON, in the form that the page copies and downloads.

        ``{"version": 1, "shape": [E, T, H], "groups": [{"name", "color", "units", "points"}]}``
        with 0-based positions of units and ids of points.
        """
        listed = [
            {
                "name": name,
                "color": self._groups[name].color,
                "units": group.promoted_units.tolist(),
                "points": group.points.tolist(),
            }
            for name, group in self.items()
        ]
        shape = list(self._selector.history.state.shape)
        return json.dumps({"version": EXPORT_VERSION, "shape": shape, "groups": listed})

    def __getitem__(self, name: str) -> Selection:
        group = self._group(name)
        return self._selector.resolve(group.unit_rule, state=group.state)

    def __setitem__(self, name: str, selection: Selection) -> None:
        check_name(name, name="name")
        self._check_selection(selection)
        self._put(name, selection, None)

    def __delitem__(self, name: str) -> None:
        with self._lock:
            self._group(name)
            self._groups = {key: group for key, group in self._groups.items() if key != name}
        self._changed({})

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

    def state_of(self, name: str) -> State:
        """The state of the selection that a group is; KeyError if there is none."""
        return self._group(name).state

    def kept(self) -> dict[str, Group]:
        """The groups as they are kept."""
        return dict(self._groups)

    def restore(self, groups: Mapping[str, Group]) -> None:
        """Put kept groups in the place of all that are there."""
        with self._lock:
            self._groups = dict(groups)
        self._changed({})

    def _put(self, name: str, selection: Selection, color: str | None) -> None:
        with self._lock:
            state = self._selector.state_of(selection)
            known = self._groups.get(name)
            if color is None:
                color = free_color(self.colors.values()) if known is None else known.color
            self._groups = {**self._groups, name: Group(state, selection.unit_rule, color)}
        self._changed({})

    def _group(self, name: str) -> Group:
        if name not in self._groups:
            listed = ", ".join(map(repr, self._groups)) or "none"
            raise KeyError(f"`name` must be one of the groups ({listed}); got {name!r}")
        return self._groups[name]

    @staticmethod
    def _check_not_empty(selection: Selection) -> None:
        if not len(selection):
            raise ValueError(
                "`selection` must hold points; got none, as nothing is selected now. Select "
                "something first."
            )

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


def free_color(taken: Collection[str]) -> str:
    """The first color of the palettes that is not taken; the first again where all are."""
    colors = [color for count in (N_FEW, N_MANY) for color in _palette(count)]
    return next((color for color in colors if color not in taken), colors[0])


def _palette(count: int) -> list[str]:
    """Colors of so many categories, "#rrggbb"; grey, which stands for no value, left out."""
    names = tuple(map(str, range(count)))
    values = np.zeros(1, dtype=np.float32)
    table = color_table(Channel("", values, ("unit",), "categorical", names, (0.0, 1.0)))[:-1]
    return ["#{:02x}{:02x}{:02x}".format(*row) for row in table if len(set(row.tolist())) > 1]


def check_color(color: Any) -> str:
    """``color`` in lower case, or TypeError / ValueError unless it is "#rrggbb"."""
    if not isinstance(color, str):
        raise TypeError(f'`color` must be a string "#rrggbb"; got {color!r}.')
    if re.fullmatch("#[0-9a-fA-F]{6}", color) is None:
        raise ValueError(f'`color` must be "#rrggbb" with hexadecimal digits; got {color!r}.')
    return color.lower()
