"""Small multiples: several runs side by side, which move together.

Each panel is a widget of its own with its own trace; a link moves them together by epoch, by camera
and by the names of units. Their coordinates have no frame in common unless they are aligned.
"""

import weakref
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import ipywidgets
import numpy as np

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_bool, check_int, check_name
from mmphate_widget.embedding.alignment import LEAST_POINTS, Alignment, align
from mmphate_widget.exploration import explore
from mmphate_widget.trace import Trace
from mmphate_widget.widget import MMPHATEWidget
from mmphate_widget.widget.copying import at_other_coordinates
from mmphate_widget.widget.describe import bounds
from mmphate_widget.widget.linking import WidgetLink, check_links, listed, make_link
from mmphate_widget.widget.projection import View, home_view
from mmphate_widget.widget.transfers import DEFAULT_LINKS

# Narrower, and panels stand one below the other: a toolbar needs about this, in CSS pixels.
PANEL_WIDTH = 340
# A page has 16 WebGL contexts at most; some are left for others.
MOST_PANELS = 12


class Frame(NamedTuple):
    """What a camera sees from home: a sphere, or in 2-D a box by the halves of its sides."""

    center: list[float]
    radius: float
    extent: list[float]

    @classmethod
    def of(cls, widget: MMPHATEWidget) -> "Frame":
        """As the widget's pages know it."""
        return cls(*(widget._meta[name] for name in cls._fields))


class Comparison(ipywidgets.GridBox):
    """Widgets side by side, linked; made by `mm.compare`.

    Show it by making it the last line of a notebook cell.

    Attributes
    ----------
    widgets : dict of str to MMPHATEWidget
        The panels by name, in their order. With ``align=True`` all but the first are new.
    disparity : dict of str to float
        How far each panel is from the first in shape after alignment, 0 to 1; empty without.
    linked : WidgetLink or None
        What moves the panels together.
    """

    def __init__(
        self,
        widgets: Mapping[str, MMPHATEWidget],
        *,
        disparity: Mapping[str, float],
        shared: tuple[str, ...],
        columns: int | None,
    ) -> None:
        self._panels = dict(widgets)
        self.disparity = dict(disparity)
        self.linked: WidgetLink | None = None
        self._notes = [_text() for _ in widgets]
        titles = [_title(name, disparity.get(name)) for name in widgets]
        panels = [
            ipywidgets.VBox(parts, layout=ipywidgets.Layout(min_width="0"))
            for parts in zip(titles, widgets.values(), self._notes, strict=True)
        ]
        layout = ipywidgets.Layout(
            grid_template_columns=_columns(columns), grid_gap="20px 16px", width="100%"
        )
        super().__init__(panels, layout=layout)
        for name, widget in widgets.items():
            widget._entitle(name)
        self._frames = {
            name: Frame(*bounds(widget.coordinates)) for name, widget in widgets.items()
        }
        if shared:
            ends = tuple(widgets.values())
            # Of what is amiss the caller of `compare` is told.
            self.linked = make_link(ends, shared, say=self._say_missing, stacklevel=4)
        if "view" in shared:
            self._share_frame()

    @property
    def widgets(self) -> dict[str, MMPHATEWidget]:
        """The panels by name, in their order."""
        return dict(self._panels)

    def __getitem__(self, name: str) -> MMPHATEWidget:
        return self._panels[name]

    def unlink(self) -> None:
        """Let each panel go its own way again; does nothing the second time."""
        for widget in self._panels.values():
            widget._entitle(None)
        if self.linked is not None and self.linked.is_active:
            self.linked.unlink()
            for name, widget in self._panels.items():
                widget._look_at(*self._frames[name])
            for note in self._notes:
                _say(note, "")

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(map(repr, self._panels))}>"

    def _say_missing(self, place: int, names: Sequence[str]) -> None:
        _say(self._notes[place], f"Not in this run: {listed(tuple(names))}" if names else "")

    def _share_frame(self) -> None:
        """One frame around the points of all, which every camera shows from home."""
        frame = _around(list(self._frames.values()))
        first = next(iter(self._panels.values()))
        was_home = _home(first, Frame.of(first)) == first.view
        for widget in self._panels.values():
            widget._look_at(*frame)
        if was_home:
            first.view = _home(first, frame)


def compare(
    runs: Mapping[str, Any],
    *,
    align: bool = False,
    link: Sequence[str] = DEFAULT_LINKS,
    columns: int | None = None,
) -> Comparison:
    """Show runs side by side: ``mm.compare({"LSTM": w1, "GRU": w2})``.

    Parameters
    ----------
    runs : mapping of str to MMPHATEWidget, Trace or (Y, Trace)
        What each panel shows, by its title. A widget stays itself: what is selected in the panel is
        ``w1.selection``. A Trace is embedded as by `mm.explore`.
    align : bool
        Lay the coordinates of all others onto those of the first: turned, mirrored, scaled and
        moved as a whole (Procrustes) by the points that both have, that is units of equal names at
        equal epochs and steps (by position where both have as many of these, else by number). Their
        panels are new widgets, with what was selected, named and colored; those that were given
        stay as they are. ``disparity`` says what difference is left. Comparing the same widgets
        again ends the links of the comparison before.
    link : sequence of str
        What the panels share, as in `mm.link`; ``()`` for nothing.
    columns : int, optional
        Panels in a row. Default: as many as the page has room for, one below the other on a
        narrow one.

    Returns
    -------
    Comparison
        Shown by being the last line of a cell; ``.widgets["GRU"]``, ``.disparity``, ``.unlink()``.

    Raises
    ------
    TypeError, ValueError
        If `runs` does not name two runs or more, or too many for a page; if an argument is not as
        stated; if with ``align=True`` a run shares fewer than three points with the first.

    References
    ----------
    Schönemann, A generalized solution of the orthogonal Procrustes problem, Psychometrika 31
    (1966), doi:10.1007/BF02289451.

    Examples
    --------
    >>> import numpy as np
    >>> import mmphate_widget as mm
    >>> Y = np.random.default_rng(0).normal(size=(5, 4, 6, 3))
    >>> both = mm.compare(
    ...     {"one": mm.MMPHATEWidget(Y), "other": mm.MMPHATEWidget(2 * Y[..., ::-1])}, align=True
    ... )
    >>> round(both.disparity["other"], 6)
    0.0
    >>> both.widgets["one"].epoch = 3
    >>> both.widgets["other"].epoch
    3.0
    """
    is_aligned = check_bool(align, name="align")
    names = check_links(link, name="link")
    if columns is not None:
        columns = check_int(columns, name="columns", minimum=1)
    given = widgets = _check_runs(runs)
    _unlink_earlier(given)
    disparity: dict[str, float] = {}
    if is_aligned:
        widgets, disparity = _aligned(widgets)
    made = Comparison(widgets, disparity=disparity, shared=names, columns=columns)
    _LAST[next(iter(given.values()))] = (_ids(given), weakref.ref(made))
    return made


# By the first of its widgets, the last comparison: ids of what was given to it, and itself.
_LAST: weakref.WeakKeyDictionary[
    MMPHATEWidget, tuple[list[int], weakref.ReferenceType[Comparison]]
] = weakref.WeakKeyDictionary()


def _unlink_earlier(given: Mapping[str, MMPHATEWidget]) -> None:
    """A cell that is run again leaves no link of its last run."""
    ids, find = _LAST.get(next(iter(given.values())), ([], lambda: None))
    earlier = find() if ids == _ids(given) else None
    if earlier is not None:
        earlier.unlink()


def _ids(widgets: Mapping[str, MMPHATEWidget]) -> list[int]:
    return [id(widget) for widget in widgets.values()]


def _check_runs(runs: Any) -> dict[str, MMPHATEWidget]:
    if not isinstance(runs, Mapping):
        raise TypeError(f"`runs` must be a dict of runs by name; got {type(runs).__name__}.")
    if not 2 <= len(runs) <= MOST_PANELS:
        raise ValueError(f"`runs` must name 2 to {MOST_PANELS} runs; got {len(runs)}.")
    for name in runs:
        check_name(name, name="runs")
    # All are checked before one is embedded.
    for name, run in runs.items():
        if not isinstance(run, MMPHATEWidget | Trace) and not _is_pair(run):
            raise TypeError(
                f"`runs[{name!r}]` must be an MMPHATEWidget, a Trace or a pair (Y, Trace); "
                f"got {type(run).__name__}."
            )
    given = [id(run) for run in runs.values() if isinstance(run, MMPHATEWidget)]
    if len(set(given)) < len(given):
        raise ValueError("`runs` must name each widget once; got one of them under two names.")
    return {name: _widget(run) for name, run in runs.items()}


def _is_pair(run: Any) -> bool:
    return isinstance(run, tuple) and len(run) == 2 and isinstance(run[1], Trace)


def _widget(run: Any) -> MMPHATEWidget:
    if isinstance(run, MMPHATEWidget):
        return run
    return explore(run) if isinstance(run, Trace) else MMPHATEWidget(run[0], trace=run[1])


def _aligned(
    widgets: Mapping[str, MMPHATEWidget],
) -> tuple[dict[str, MMPHATEWidget], dict[str, float]]:
    """The first as it is, the others as new widgets laid onto it; and what difference is left."""
    names = list(widgets)
    first = widgets[names[0]]
    found = {name: _find_alignment(widgets[name], first, name=name) for name in names[1:]}
    moved = {
        name: at_other_coordinates(
            widgets[name], _applied(alignment, widgets[name]), scale=alignment.scale
        )
        for name, alignment in found.items()
    }
    disparity = {names[0]: 0.0, **{name: found[name].disparity for name in names[1:]}}
    return {names[0]: first, **moved}, disparity


def _find_alignment(widget: MMPHATEWidget, first: MMPHATEWidget, *, name: str) -> Alignment:
    axes = [
        _shared(widget.axis_numbers(axis), first.axis_numbers(axis), by_position=True)
        for axis in ("epochs", "steps")
    ]
    axes.append(_shared(widget.unit_names, first.unit_names, by_position=False))
    # What is flat stays so, to the bit.
    components = 3 if widget.coordinates[..., 2].any() or first.coordinates[..., 2].any() else 2
    here, there = (np.ix_(*sides) for sides in zip(*axes, strict=True))
    points = widget.coordinates[here][..., :components].reshape(-1, components)
    onto = first.coordinates[there][..., :components].reshape(-1, components)
    if len(points) < LEAST_POINTS:
        counts = " × ".join(str(len(places)) for places, _ in axes)
        raise ValueError(
            f"`runs[{name!r}]` must share at least {LEAST_POINTS} points with the first run, to be "
            f"aligned by; got {counts} (epochs × steps × units of equal names)."
        )
    try:
        return align(points, onto)
    except ValueError as error:
        raise ValueError(
            f"`runs[{name!r}]` cannot be aligned with the first run: {error}"
        ) from error


def _applied(alignment: Alignment, widget: MMPHATEWidget) -> AnyArray:
    return alignment.apply(widget.coordinates[..., : len(alignment.rotation)])


def _shared(
    here: Sequence[Any], there: Sequence[Any], *, by_position: bool
) -> tuple[list[int], list[int]]:
    """Positions of what both have: all, side by side, or what is called the same."""
    if by_position and len(here) == len(there):
        return list(range(len(here))), list(range(len(there)))
    lookup = {entry: place for place, entry in enumerate(there)}
    pairs = [(place, lookup[entry]) for place, entry in enumerate(here) if entry in lookup]
    return [place for place, _ in pairs], [place for _, place in pairs]


def _around(frames: Sequence[Frame]) -> Frame:
    """A sphere and a box around all, in the middle of the box that holds the spheres."""
    centers = np.array([frame.center for frame in frames])
    radii = np.array([frame.radius for frame in frames])
    extents = np.array([frame.extent for frame in frames])
    low, high = (centers - radii[:, None]).min(axis=0), (centers + radii[:, None]).max(axis=0)
    middle = (low + high) / 2
    radius = float((np.linalg.norm(centers - middle, axis=1) + radii).max())
    extent = (np.abs(centers - middle) + extents).max(axis=0)
    return Frame(middle.tolist(), radius, extent.tolist())


def _home(widget: MMPHATEWidget, frame: Frame) -> dict[str, Any]:
    """The view of the whole frame in the mode and on the canvas that the widget has."""
    view = View.from_dict(widget.view)
    home = home_view(frame._asdict(), view.mode, width=view.width, height=view.height)
    return home.to_dict()


def _columns(columns: int | None) -> str:
    if columns is not None:
        return f"repeat({columns}, minmax(0, 1fr))"
    return f"repeat(auto-fit, minmax(min(100%, {PANEL_WIDTH}px), 1fr))"


def _title(name: str, disparity: float | None) -> ipywidgets.Label:
    label = _text(name if not disparity else f"{name} (disparity {disparity:.2g})")
    label.style.font_weight = "bold"
    return label


def _text(text: str = "") -> ipywidgets.Label:
    """A line of text, never HTML."""
    label = ipywidgets.Label(layout=ipywidgets.Layout(min_width="0"))
    _say(label, text)
    return label


def _say(label: ipywidgets.Label, text: str) -> None:
    label.value = text
    label.layout.display = None if text else "none"
