"""A widget once more, at other coordinates of the same points."""

import numpy as np

from mmphate_widget._types import AnyArray
from mmphate_widget.widget.history import State
from mmphate_widget.widget.kept import TRAITS, Kept
from mmphate_widget.widget.widget import MMPHATEWidget


def at_other_coordinates(widget: MMPHATEWidget, Y: AnyArray) -> MMPHATEWidget:
    """A new widget like ``widget`` with coordinates ``Y``; the one that is given stays as it is.

    Trace, names, coloring, filters, epoch, selection and groups come along; the camera is at home
    and the history begins anew, since its steps were made on other coordinates.
    """
    copy = MMPHATEWidget(Y, trace=widget.trace, parameters=widget.parameters)
    with widget._lock:
        kept = Kept(
            positions=copy.coordinates,
            traits={name: getattr(widget, name) for name in TRAITS if name != "view"},
            labels=widget.labels,
            channels=widget._coloring.listed(),
            curves=dict(widget._own_curves),
            states=(State.empty(widget.shape),),
            cursor=0,
            groups={},
            parameters=widget.parameters,
            trace=widget._reference,
        )
        selected, groups = widget.selection.mask, dict(widget.groups)
    copy._restore(kept)
    for name, group in groups.items():
        copy.groups[name] = group
    if np.any(selected):
        copy.select(mask=selected)
    return copy
