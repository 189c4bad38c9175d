"""What users of others complain of does not happen here: a test for each, listed in complaints.md.

Here stand those that belong to no part alone, and a check that the others exist.
"""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.widget.lasso import polygon_hits
from mmphate_widget.widget.operations import record_window
from mmphate_widget.widget.projection import View

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "notebooks" / "docs" / "complaints.md"
SHAPE = (6, 5, 12)
NAMES = [f"unit {letter}" for letter in "abcdefghijkl"]

# How much a widget of any size may add to the state that a notebook keeps.
LARGEST_STATE = 20_000


@pytest.fixture
def widget():
    generator = np.random.default_rng(3)
    trace = mm.Trace.from_array(
        generator.normal(size=(*SHAPE, 4)), units=NAMES, layers=["one"] * 5 + ["two"] * 7
    )
    widget = mm.MMPHATEWidget(generator.normal(size=(*SHAPE, 3)), trace=trace)
    yield widget
    widget.close()


# -- the table


def rows():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("| ") and not line.startswith("| complaint")]


def test_every_complaint_names_tests_that_exist():
    assert len(rows()) == 20
    for row in rows():
        named = re.findall(r"`((?:js/)?tests/[^`]+)`", row)
        assert named, row
        for reference in named:
            file, title = (*re.split("::|: ", reference, maxsplit=1), "")[:2]
            path = ROOT / file
            assert path.is_file(), reference
            found = f"def {title}(" if path.suffix == ".py" else f'("{title}"'
            assert not title or found in path.read_text(encoding="utf-8"), reference


# -- what belongs to no part alone


def test_twenty_widgets_add_the_front_end_once_and_no_coordinates():
    Y = np.random.default_rng(0).normal(size=(40, 40, 30, 3))
    widgets = [mm.MMPHATEWidget(Y) for _ in range(20)]
    try:
        assert len({widget._bundle.model_id for widget in widgets}) == 1
        for widget in widgets:
            widget.select(points=np.arange(0, 48_000, 3))
            assert len(json.dumps(widget.get_state(), default=str)) < LARGEST_STATE
    finally:
        for widget in widgets:
            widget.close()


def draw(widget, polygon, combine):
    """Lasso as on a page whose points had not all come; those in it by the rule alone."""
    view = View.from_dict(widget.view)
    how = {"op": "polygon", "tool": "lasso", "combine": combine, "polygon": polygon}
    window = record_window(widget.window, view)
    widget._operate({**how, "depth": "through", "rule": "any", **window})
    return polygon_hits(
        widget._positions, widget.window, view, np.array(polygon, float).reshape(-1, 2)
    )


@pytest.mark.parametrize("nothing", [[], [[0, 0], [1, 1]], [[0, 0], [1, 0], [1, 1]]])
def test_a_lasso_of_nothing_is_an_empty_selection(widget, nothing):
    heard = []
    widget.on_selection(heard.append)
    widget.select(units=[2])
    assert not draw(widget, nothing, "replace").any()
    selection = widget.selection
    for array in (selection.points, selection.units, selection.epochs, selection.steps):
        assert array.shape == (0,)
    assert [len(units) for units in selection.by_layer().values()] == [0] * len(
        selection.by_layer()
    )
    assert widget.selected_units.shape == widget.selected_points.shape == (0,)
    assert [len(found) for found in heard] == [30, 0]
    assert len(widget.to_dataframe(widget.selected_points)) == 0
    # Nothing added to it, taken away from it, and in common with it.
    for combine in ("add", "subtract", "intersect"):
        draw(widget, nothing, combine)
        assert len(widget.selection) == 0
        assert len(widget.reselect(widget.selection.record)) == 0
    widget.select(units=[2])
    draw(widget, nothing, "subtract")
    assert widget.selected_units.tolist() == [2]


def test_lassos_from_several_sides_refine_one_selection(widget):
    half = [[0, 0], [400, 0], [400, 600], [0, 600]]
    front = View.from_dict(widget.view)
    far = float(np.linalg.norm(np.subtract(front.position, front.target)))
    side = replace(front, position=tuple(np.add(front.target, [far, 0, 0])), up=(0, 1, 0))
    above = replace(front, position=tuple(np.add(front.target, [0, far, 0])), up=(0, 0, 1))
    widget.show = "all"
    expected = np.zeros(SHAPE, bool)
    sides = {"replace": front, "intersect": side, "add": above, "subtract": side}
    for combine, view in sides.items():
        widget.view = view.to_dict()
        hits = draw(widget, half, combine)
        expected = {
            "replace": hits,
            "add": expected | hits,
            "subtract": expected & ~hits,
            "intersect": expected & hits,
        }[combine]
        np.testing.assert_array_equal(widget.selection.mask, expected)
        assert 0 < expected.sum() < expected.size
    # From another side than they were drawn: the record has the views.
    widget.view = front.to_dict()
    record = json.loads(json.dumps(widget.selection.record))
    assert [operation["combine"] for operation in record] == list(sides)
    widget.clear_selection()
    np.testing.assert_array_equal(widget.reselect(record).mask, expected)


def test_a_selection_speaks_of_units_by_name(widget):
    selection = widget.select(units=["unit c", "unit k"])
    assert [widget.unit_names[unit] for unit in widget.selected_units] == ["unit c", "unit k"]
    table = widget.to_dataframe(selection.points)
    assert set(table["unit_name"]) == {"unit c", "unit k"}
    assert {name: units.tolist() for name, units in selection.by_layer().items()} == {
        "one": [2],
        "two": [5],
    }
