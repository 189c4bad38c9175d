"""A widget once more, at other coordinates of the same points."""

from collections.abc import Mapping
from typing import Any

from mmphate_widget._types import AnyArray
from mmphate_widget.widget.groups import Group
from mmphate_widget.widget.history import State
from mmphate_widget.widget.kept import TRAITS, Kept
from mmphate_widget.widget.widget import MMPHATEWidget


def at_other_coordinates(widget: MMPHATEWidget, Y: AnyArray, *, scale: float) -> MMPHATEWidget:
    """A new widget like ``widget`` with coordinates ``Y``; the one that is given stays as it is.

    Trace, names, coloring, filters, epoch, selection and groups come along; the camera is at home
    and the history begins anew, since its steps were made on other coordinates. Lengths in ``Y``
    are ``scale`` times those before: filters and limits of colors by length follow.
    """
    copy = MMPHATEWidget(Y, trace=widget.trace, parameters=widget.parameters)
    with widget._lock:
        lengths = widget._coloring.of_coordinates
        traits = {name: getattr(widget, name) for name in TRAITS if name != "view"}
        for name in ("filters", "color_limits"):
            traits[name] = _scaled(traits[name], lengths, scale)
        selection, mode = widget.selection, widget.view["mode"]
        groups = {
            name: Group(copy._selector.state_of(widget.groups[name]), group.unit_rule, group.color)
            for name, group in widget._groups.kept().items()
        }
        kept = Kept(
            positions=copy.coordinates,
            traits=traits,
            labels=widget.labels,
            channels=widget._coloring.listed(),
            curves=dict(widget._own_curves),
            bands=dict(widget._bands),
            states=(State.empty(widget.shape),),
            cursor=0,
            groups=groups,
            parameters=widget.parameters,
            trace=widget._reference,
        )
    copy._restore(kept)
    copy.view = {"mode": mode}
    if len(selection):
        # As it was offered, so that it stands for the same units.
        state = copy._selector.state_of(selection)
        copy._change(lambda: copy._selector.recall(state))
    return copy


def _scaled(entries: Mapping[str, Any], names: tuple[str, ...], scale: float) -> dict[str, Any]:
    """Filters or limits by channel, those of some channels as they read on another scale."""
    return {
        name: _grown(entry, scale) if name in names else entry for name, entry in entries.items()
    }


def _grown(entry: Any, scale: float) -> Any:
    if isinstance(entry, Mapping):
        return {name: _grown(part, scale) for name, part in entry.items()}
    return [None if end is None else end * scale for end in entry]
