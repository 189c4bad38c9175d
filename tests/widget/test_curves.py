import re

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.widget.curves import check_curve

SHAPE = (4, 3, 6)


@pytest.fixture
def trace():
    values = np.random.default_rng(0).normal(size=(*SHAPE, 8))
    metrics = {"loss": [3.0, 2.0, float("nan"), 0.5]}
    return mm.Trace.from_array(values, epochs=[0, 1, 2, 9], metrics=metrics)


@pytest.fixture
def widget(trace):
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 3)), trace=trace)
    yield widget
    widget.close()


def told(widget):
    return {curve["name"]: curve["values"] for curve in widget._meta["curves"]}


def test_a_curve_joins_the_metrics_and_the_pages_are_told(widget, monkeypatch):
    sent = []
    monkeypatch.setattr(widget._link, "offer_meta", sent.append)
    before = widget._meta["revision"]
    widget.add_curve("entropy", np.array([1, 2, 3, np.inf]))
    assert list(told(widget)) == ["loss", "entropy"]
    assert told(widget)["entropy"] == [1, 2, 3, None]
    assert [meta["revision"] for meta in sent] == [before + 1]
    assert widget.curves["entropy"].dtype == np.float64
    assert not widget.curves["entropy"].flags.writeable
    assert widget.curves["loss"].tolist()[:2] == [3, 2]


def test_a_name_is_replaced_in_its_place(widget):
    widget.add_curve("entropy", np.zeros(4))
    widget.add_curve("loss", [0, 0, 1, 1])
    widget.add_curve("entropy", [True, False, True, False])
    assert told(widget) == {"loss": [0, 0, 1, 1], "entropy": [1, 0, 1, 0]}
    assert widget.trace.metrics["loss"][0] == 3


def test_values_of_some_epochs_leave_gaps(widget):
    widget.add_curve("entropy", [5, 7], epochs=[3, 0])
    assert told(widget)["entropy"] == [7, None, None, 5]
    widget.add_curve("nothing", np.zeros(0), epochs=[])
    assert told(widget)["nothing"] == [None] * 4


def test_a_curve_needs_no_trace():
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 3)))
    assert widget.curves == {}
    widget.add_curve("entropy", np.arange(4))
    assert told(widget) == {"entropy": [0, 1, 2, 3]}
    widget.close()


@pytest.mark.parametrize(
    ("name", "values", "epochs", "message"),
    [
        (3, np.zeros(4), None, "`name` must be a string; got 3"),
        (" ", np.zeros(4), None, "`name` must not be empty"),
        ("a", np.zeros(3), None, "`values` must have shape (4,), one number for each of all epoc"),
        ("a", np.zeros((4, 1)), None, "got shape (4, 1)"),
        ("a", np.zeros(3), [0, 1], "`values` must have shape (2,), one number for each of `epochs"),
        ("a", list("abcd"), None, "`values` must hold real numbers; got dtype <U1"),
        ("a", np.zeros(4, complex), None, "`values` must hold real numbers; got dtype complex128"),
        ("a", [0, 1], [0, 4], "`epochs` must be between 0 and 3; got 0 … 4"),
        ("a", [0, 1], [1, 1], "`epochs` must be distinct; got [1, 1]"),
        ("a", [0, 1], [0.5, 1], "`epochs` must be a flat sequence of integers"),
    ],
)
def test_what_is_no_curve_is_named_and_changes_nothing(widget, name, values, epochs, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        widget.add_curve(name, values, epochs=epochs)
    assert list(told(widget)) == ["loss"]


def test_it_does_not_follow_the_users_array():
    values = np.arange(4.0)
    curve = check_curve(values, n_epochs=4)
    values[0] = 9
    assert curve.tolist() == [0, 1, 2, 3]


def test_curves_survive_a_restart_with_and_without_the_trace(widget, trace, tmp_path):
    trace.save(tmp_path / "run.zarr")
    widget.add_curve("entropy", [1.5, np.nan, 2, 3])
    widget.add_curve("loss", [0, 1, 2, 3])
    path = widget.save(tmp_path / "run.mm")
    again = mm.load(path)
    assert told(again) == told(widget)
    again.add_curve("entropy", np.ones(4))
    assert list(again.curves) == ["loss", "entropy"]
    again.close()
    (tmp_path / "run.zarr").rename(tmp_path / "elsewhere.zarr")
    with pytest.warns(UserWarning, match="trace is missing"):
        alone = mm.load(path)
    assert told(alone) == told(widget)
    alone.close()
