"""What is visible and has some values of a channel is selected: by category, by range."""

import json
import re

import numpy as np
import pytest

import mmphate_widget as mm

SHAPE = (4, 3, 6)


@pytest.fixture
def widget():
    rng = np.random.default_rng(0)
    widget = mm.MMPHATEWidget(rng.normal(size=(*SHAPE, 3)))
    kinds = np.array(["a", "b", "c"], dtype=object)[rng.integers(3, size=SHAPE)]
    widget.add_channel("kind", kinds.astype(str))
    values = rng.normal(size=SHAPE)
    values[:, :, 5] = np.nan
    widget.add_channel("value", values)
    widget.add_channel("phase", rng.uniform(-9, 9, size=SHAPE), kind="cyclic")
    yield widget
    widget.close()


def codes(widget, name="kind"):
    return widget.channel(name).values


@pytest.mark.parametrize("show", ["epoch", "all", "epochs"])
def test_a_category_is_selected_among_what_is_visible(widget, show):
    widget.show, widget.epoch = show, 2
    widget.hidden_units = [1]
    visible = widget.visible
    selection = widget.select_category("kind", "b")
    np.testing.assert_array_equal(selection.mask, visible & (codes(widget) == 1))
    np.testing.assert_array_equal(selection.offered, visible)
    same = widget.select_category("kind", 1)
    np.testing.assert_array_equal(same.mask, selection.mask)


def test_it_combines_and_promotes_as_a_lasso_does(widget):
    widget.show, widget.unit_rule = "all", "any"
    both = widget.select_category("kind", "a")
    both = widget.select_category("kind", "c", combine="add")
    np.testing.assert_array_equal(both.mask, widget.visible & (codes(widget) != 1))
    widget.unit_rule = "majority"
    share = (codes(widget) != 1).mean(axis=(0, 1))
    assert widget.selected_units.tolist() == np.flatnonzero(share > 0.5).tolist()
    one = widget.select_category("kind", "a", combine="intersect")
    np.testing.assert_array_equal(one.mask, codes(widget) == 0)
    assert len(widget.select_category("kind", "a", combine="subtract")) == 0
    widget.undo()
    assert len(widget.selection) == len(one)


def test_points_without_a_category_are_those_of_the_code_after_the_last(widget):
    widget.show = "all"
    widget.groups["first"] = widget.select(units=[0])
    rest = widget.select_category("group", 1)
    assert rest.units.tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("limits", [(-0.5, 0.5), (None, 0), (0.2, None), (None, None)])
def test_a_range_is_selected_with_its_ends_and_without_what_has_no_value(widget, limits):
    widget.show = "all"
    low, high = (
        (-np.inf if limits[0] is None else limits[0]),
        (limits[1] if limits[1] is not None else np.inf),
    )
    values = widget.channel("value").values.astype(float)
    selection = widget.select_range("value", limits)
    np.testing.assert_array_equal(selection.mask, (values >= low) & (values <= high))


def test_a_range_of_phases_is_once_around(widget):
    widget.show = "all"
    phases = widget.channel("phase").values.astype(float)
    around = (phases + np.pi) % (2 * np.pi) - np.pi
    selection = widget.select_range("phase", (0, 1))
    np.testing.assert_array_equal(selection.mask, (around >= 0) & (around <= 1))


def test_the_record_holds_the_points_whatever_becomes_of_the_channel(widget):
    widget.show = "all"
    selection = widget.select_category("kind", "b")
    record = json.loads(json.dumps(selection.record))
    widget.add_channel("kind", np.arange(6))
    other = mm.MMPHATEWidget(widget.coordinates)
    repeated = other.reselect(record)
    other.close()
    np.testing.assert_array_equal(repeated.mask, selection.mask)
    np.testing.assert_array_equal(repeated.offered, selection.offered)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda w: w.select_category("sort", "a"), ValueError, "`channel` must be one of"),
        (lambda w: w.select_category("value", "a"), ValueError, "`channel` must have categories"),
        (lambda w: w.select_range("kind", (0, 1)), ValueError, "`channel` must have numbers"),
        (lambda w: w.select_category("kind", "d"), ValueError, "`category` must be one of 'a'"),
        (lambda w: w.select_category("kind", 4), ValueError, "`category` must be"),
        (
            lambda w: w.select_range("value", (1, 0)),
            ValueError,
            "`limits` must have a range in order",
        ),
        (lambda w: w.select_range("value", 3), TypeError, "`limits` must have a range of two"),
        (lambda w: w.select_category("kind", "a", combine="xor"), ValueError, "`combine` must be"),
    ],
)
def test_what_does_not_exist_is_named(widget, call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call(widget)
    assert len(widget.selection) == 0
