"""Bands in figures of curves: where the epochs are, in rows, named."""

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.channels import Bands


def spans(axis):
    return [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in axis.patches]


def test_bands_lie_over_recorded_epochs_on_every_panel(trace):
    bands = Bands("phases", [(0, 1, "rising"), (2, 7, "flat")])
    figure = mm.plot.curves(trace, bands=bands)
    for axis in figure.axes:
        assert spans(axis) == [
            (trace.epochs[0], (trace.epochs[1] + trace.epochs[2]) / 2),
            ((trace.epochs[1] + trace.epochs[2]) / 2, trace.epochs[7]),
        ]
        assert [text.get_text() for text in axis.texts] == ["rising", "flat"]
    assert not mm.plot.curves(trace).axes[0].patches


def test_those_of_a_widget_are_drawn_in_rows(trace):
    w = mm.MMPHATEWidget(np.zeros((8, 3, 6, 2)), trace=trace)
    w.add_bands("phases", [(0, 3, "a")])
    w.add_bands("lessons", [(4, 7, "b")])
    axis = mm.plot.curves(w, bands=[Bands("phases", [(1, 2, "c")])]).axes[0]
    assert [text.get_text() for text in axis.texts] == ["c", "b"]
    assert [patch.get_y() for patch in axis.patches] == [0.5, 0]
    w.close()


def test_what_are_no_bands_is_named(trace):
    with pytest.raises(TypeError, match="`bands` must be one or more Bands; got 3"):
        mm.plot.curves(trace, bands=[3])
    with pytest.raises(ValueError, match="must be an integer between 0 and 7; got 8"):
        mm.plot.curves(trace, bands=Bands("a", [(0, 8, "x")]))
