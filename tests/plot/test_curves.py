"""Curves: every metric over the real epochs, gaps as gaps, kinds of metrics on panels."""

import re

import numpy as np
import pytest
from matplotlib.figure import Figure

import mmphate_widget as mm


def test_every_metric_over_the_recorded_epochs(trace):
    figure = mm.plot.curves(trace)
    lines = {line.get_label(): line for axis in figure.axes for line in axis.lines}
    assert list(lines) == ["loss", "test_loss", "accuracy"]
    for name, line in lines.items():
        np.testing.assert_array_equal(line.get_xdata(), trace.epochs)
        np.testing.assert_array_equal(line.get_ydata(), trace.metrics[name])


def test_metrics_of_one_kind_share_a_panel(trace):
    figure = mm.plot.curves(trace)
    assert [axis.get_ylabel() for axis in figure.axes] == ["loss", "accuracy"]
    assert [len(axis.lines) for axis in figure.axes] == [2, 1]
    assert [axis.get_legend() is None for axis in figure.axes] == [False, True]
    assert [axis.get_xlabel() for axis in figure.axes] == ["", "epoch"]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()


def test_panels_as_they_are_asked_for(trace):
    figure = mm.plot.curves(trace, ["accuracy", ("test_loss", "accuracy")])
    assert [[line.get_label() for line in axis.lines] for axis in figure.axes] == [
        ["accuracy"],
        ["test_loss", "accuracy"],
    ]
    assert [axis.get_ylabel() for axis in figure.axes] == ["accuracy", ""]
    assert len(mm.plot.curves(trace, "loss").axes) == 1


def test_values_stand_out_where_epochs_are_uneven(trace):
    uneven = mm.plot.curves(trace, "loss").axes[0].lines[0]
    assert uneven.get_markevery() == [0, 1, 3, 4, 5, 6, 7]
    even = mm.plot.curves(trace[:5], "loss").axes[0].lines[0]
    assert even.get_markevery() == []


def test_a_value_alone_between_gaps_is_a_dot():
    loss = [1.0, np.nan, 2.0, np.inf, 3.0, 4.0]
    trace = mm.Trace.from_array(np.zeros((6, 1, 1, 1)), metrics={"loss": loss})
    (line,) = mm.plot.curves(trace).axes[0].lines
    assert line.get_markevery() == [0, 2]
    assert np.isnan(line.get_ydata()[3])


def test_epochs_in_another_order_are_drawn_from_left_to_right(trace):
    (line,) = mm.plot.curves(trace[[7, 0, 3]], "loss").axes[0].lines
    assert line.get_xdata().tolist() == [0, 3, 40]
    assert line.get_ydata().tolist() == [3.0, 1.0, 0.6]


def test_a_widget_gives_its_curves(trace):
    w = mm.MMPHATEWidget(np.zeros((8, 3, 6, 2)), trace=trace)
    assert len(mm.plot.curves(w).axes) == 2
    bare = mm.MMPHATEWidget(np.zeros((8, 3, 6, 2)))
    with pytest.raises(ValueError, match=r"`trace` must have metrics; got a widget .* without"):
        mm.plot.curves(bare)
    for widget in (w, bare):
        widget.close()


def test_axes_of_the_user_are_drawn_into(trace):
    figure = Figure()
    axes = figure.subplots(1, 2)
    assert mm.plot.curves(trace, axes=axes) is figure
    assert [len(axis.lines) for axis in axes] == [2, 1]


def test_it_draws(trace, drawn_pixels):
    assert len(np.unique(drawn_pixels(mm.plot.curves(trace)).reshape(-1, 3), axis=0)) > 3


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("lss", "`names` must be one of 'loss', 'accuracy', 'test_loss'; got 'lss'"),
        (["loss", 3], "`names` must be one of 'loss', 'accuracy', 'test_loss'; got 3"),
        ([], "`names` must be one or more names of metrics; got []"),
        (5, "`names` must be one or more names of metrics; got 5"),
        ([()], "`names` must name a metric for each panel; got [()]"),
    ],
)
def test_names_that_are_no_metrics(trace, names, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        mm.plot.curves(trace, names)


def test_what_has_no_curves_is_named():
    with pytest.raises(TypeError, match="`trace` must be a Trace or a widget; got ndarray"):
        mm.plot.curves(np.zeros(3))
    with pytest.raises(ValueError, match="`trace` must have metrics; got none"):
        mm.plot.curves(mm.Trace.from_array(np.zeros((2, 1, 1, 1))))
