import dataclasses

import numpy as np
import pytest

import mmphate_widget as mm

SHAPE = (4, 3, 6)


@pytest.fixture
def widget():
    values = np.random.default_rng(0).normal(size=(*SHAPE, 8))
    trace = mm.Trace.from_array(values, layers={"lower": 2, "upper": 4})
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 3)), trace=trace)
    yield widget
    widget.close()


def test_a_group_is_the_selection_of_the_moment_it_was_named(widget):
    widget.unit_rule = "any"
    widget.select(points=[3, 8, 9])
    named = widget.groups.add("early movers")
    widget.unit_rule = "majority"
    widget.clear_selection()
    group = widget.groups["early movers"]
    assert group.points.tolist() == named.points.tolist() == [3, 8, 9]
    assert group.promoted_units.tolist() == [2, 3]
    assert {name: at.tolist() for name, at in group.by_layer().items()} == {
        "lower": [],
        "upper": [0, 1],
    }
    assert "early movers" in widget.groups
    assert repr(widget.groups) == "Groups('early movers': 2 units, 3 points)"


def test_groups_are_a_mapping(widget):
    widget.groups["a"] = widget.select(units=[0])
    widget.groups["b"] = widget.select(units=[1, 4])
    assert list(widget.groups) == ["a", "b"]
    assert [group.units.tolist() for group in widget.groups.values()] == [[0], [1, 4]]
    widget.groups["a"] = widget.select(units=[5])
    assert widget.groups["a"].units.tolist() == [5]
    del widget.groups["a"]
    assert list(widget.groups) == ["b"]
    assert len(widget.groups) == 1
    assert widget.groups.get("a") is None


def test_recall_is_one_step_that_can_be_undone_and_replays(widget):
    widget.hidden_units = [2]
    widget.select(units=[0, 3])
    widget.invert_selection()
    named = widget.groups.add("rest")
    widget.select(units=[5])
    heard = []
    widget.on_selection(heard.append)
    recalled = widget.groups.select("rest")
    assert len(heard) == 1
    assert recalled.points.tolist() == named.points.tolist()
    np.testing.assert_array_equal(recalled.offered, named.offered)
    assert widget.selected_units.tolist() == named.promoted_units.tolist() == [1, 4, 5]
    assert recalled.record == named.record
    widget.undo()
    assert widget.selected_units.tolist() == [5]
    assert widget.reselect(named.record).points.tolist() == named.points.tolist()


@pytest.mark.parametrize("field", ["mask", "offered"])
def test_a_record_that_tells_of_other_points_is_replaced(widget, field):
    selected = widget.select(units=[1], combine="replace")
    for current in (selected, widget.select(units=[5])):
        other = np.array(getattr(current, field))
        other[1, :, 1:3] ^= True
        changed = dataclasses.replace(selected, **{field: other})
        widget.groups["a"] = changed
        widget.groups.select("a")
        repeated = widget.reselect(widget.groups["a"].record)
        np.testing.assert_array_equal(repeated.mask, changed.mask)
        np.testing.assert_array_equal(repeated.offered, changed.offered | changed.mask)
    widget.groups["b"] = selected
    assert widget.groups["b"].record == selected.record
    broken = dataclasses.replace(selected, record=[{**selected.record[0], "units": [99]}])
    widget.groups["c"] = broken
    assert widget.reselect(widget.groups["c"].record).points.tolist() == selected.points.tolist()


def test_a_selection_without_a_record_of_here_gets_one(widget):
    mask, offered = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    mask[1, :, 2] = True
    offered[1:3, :, 2:5] = True
    other = mm.MMPHATEWidget(np.random.default_rng(2).normal(size=(*SHAPE, 3)))
    elsewhere = other.select(mask=mask)
    other.close()
    for selection in (mm.Selection(mask=mask, offered=offered), elsewhere):
        widget.groups["a"] = selection
        widget.groups.select("a")
        repeated = widget.reselect(widget.selection.record)
        np.testing.assert_array_equal(repeated.mask, mask)
        np.testing.assert_array_equal(repeated.offered, selection.offered)
        assert repeated.promoted_units.tolist() == selection.promoted_units.tolist()


def test_a_group_does_not_change_with_the_record_it_was_made_from(widget):
    selection = widget.select(units=[1])
    widget.groups["a"] = selection
    selection.record[0]["units"] = [5]
    widget.groups["a"].record[0]["units"] = [4]
    assert widget.groups["a"].record[0]["units"] == [1]


def test_naming_the_same_points_again_is_no_mistake_but_other_points_are(widget):
    widget.select(units=[1])
    widget.groups.add("a")
    widget.groups.add("a")
    widget.select(units=[2])
    with pytest.raises(ValueError, match="`name` must be free; got 'a', which names other points"):
        widget.groups.add("a")
    assert widget.groups["a"].units.tolist() == [1]


@pytest.mark.parametrize(("name", "error"), [(3, TypeError), ("", ValueError), ("  ", ValueError)])
def test_names_are_strings_that_say_something(widget, name, error):
    widget.select(units=[1])
    with pytest.raises(error, match="`name` must "):
        widget.groups.add(name)
    with pytest.raises(error, match="`name` must "):
        widget.groups[name] = widget.selection
    assert list(widget.groups) == []


def test_what_cannot_be_a_group_is_refused(widget):
    with pytest.raises(ValueError, match="got none, as nothing is selected now"):
        widget.groups.add("a")
    with pytest.raises(TypeError, match="`selection` must be a Selection; got list"):
        widget.groups["a"] = [1, 2]
    mask = np.zeros((2, 3, 6), bool)
    with pytest.raises(ValueError, match=r"\(4, 3, 6\); got \(2, 3, 6\)"):
        widget.groups["a"] = mm.Selection(mask=mask, offered=mask)


def test_a_missing_group_is_a_key_error_that_says_which_there_are(widget):
    with pytest.raises(KeyError, match=r"one of the groups \(none\); got 'b'"):
        widget.groups["b"]
    widget.select(units=[1])
    widget.groups.add("a")
    for use in (widget.groups.select, widget.groups.__delitem__):
        with pytest.raises(KeyError, match=r"one of the groups \('a'\); got 'b'"):
            use("b")
