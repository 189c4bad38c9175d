"""Bands behind the curves: told to pages, checked, kept."""

import re

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.channels import Bands
from mmphate_widget.widget.copying import at_other_coordinates

PHASES = [(0, 1, "rising"), (2, 3, "<b>flat</b>")]


@pytest.fixture
def widget():
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(4, 3, 6, 3)))
    yield widget
    widget.close()


def told(widget):
    return [[entry["name"], entry["bands"]] for entry in widget._meta["bands"]]


def test_bands_are_told_replaced_and_taken_away(widget, monkeypatch):
    sent = []
    monkeypatch.setattr(widget._link, "offer_meta", sent.append)
    assert (widget.bands, told(widget)) == ({}, [])
    widget.add_bands("phases", PHASES)
    widget.add_bands("lessons", [[np.int64(1), 2, "hard"]])
    widget.add_bands(Bands("lessons", [(1, 2, "hard")]))
    assert told(widget) == [
        ["phases", [[0, 1, "rising"], [2, 3, "<b>flat</b>"]]],
        ["lessons", [[1, 2, "hard"]]],
    ]
    widget.add_bands("phases", [(3, 3, "end")])
    assert widget.bands == {"phases": ((3, 3, "end"),), "lessons": ((1, 2, "hard"),)}
    widget.add_bands("phases", [])
    widget.add_bands("nothing", [])
    assert list(widget.bands) == ["lessons"]
    assert len(sent) == 6
    # A new description of the coordinates keeps them.
    widget.add_curve("loss", np.zeros(4))
    assert told(widget) == [["lessons", [[1, 2, "hard"]]]]


@pytest.mark.parametrize(
    ("name", "bands", "message"),
    [
        (3, PHASES, "`name` must be a string; got 3"),
        ("", PHASES, "`name` must not be empty"),
        ("a", None, "`bands` must be (first, last, name) triples; got None"),
        ("a", "abc", "`bands` must be (first, last, name) triples; got 'abc'"),
        ("a", [(0, 1)], "`bands` must be (first, last, name) triples; got (0, 1)"),
        ("a", [(0, 4, "x")], "`last of a band` must be an integer between 0 and 3; got 4"),
        ("a", [(2, 1, "x")], "`last of a band` must be an integer between 2 and 3; got 1"),
        ("a", [(0, 1, "x"), (1, 2, "y")], "`first of a band` must be an integer between 2 and 3"),
        ("a", [(0, 3, "x"), (4, 4, "y")], "`bands` must lie within 4 epochs; got (4, 4, 'y')"),
        ("a", [(0, 1.5, "x")], "`last of a band` must be an integer"),
        ("a", [(0, 1, 5)], "`name of a band` must be a string; got 5"),
        (Bands("a", []), PHASES, "`bands` must be None beside a Bands"),
        (Bands("a", [(0, 9, "x")]), None, "`last of a band` must be an integer between 0 and 3"),
    ],
)
def test_what_are_no_bands_is_named_and_changes_nothing(widget, name, bands, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        widget.add_bands(name, bands)
    assert widget.bands == {}


def test_bands_survive_a_restart_and_travel_with_copies(widget, tmp_path):
    widget.add_bands("phases", PHASES)
    again = mm.load(widget.save(tmp_path / "run.mm"))
    assert (again.bands, told(again)) == (widget.bands, told(widget))
    copy = at_other_coordinates(widget, widget.coordinates, scale=1.0)
    assert (copy.bands, told(copy)) == (widget.bands, told(widget))
    for other in (again, copy):
        other.close()


def test_a_page_that_is_saved_has_them(widget, tmp_path):
    widget.add_bands("phases", PHASES)
    page = widget.save_html(tmp_path / "run.html").read_text()
    assert '"flat' not in page
    assert r"\u003cb>flat\u003c/b>" in page
