"""Runs side by side."""

import ipywidgets
import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.spatial.transform import Rotation

import mmphate_widget as mm

SHAPE = (6, 4, 5)


def make_trace(shape=SHAPE, *, seed=0, **labels):
    values = np.random.default_rng(seed).normal(size=(*shape, 7)).astype(np.float32)
    return mm.Trace.from_array(values, **labels)


def make_widget(shape=SHAPE, *, seed=0, Y=None, **labels):
    if Y is None:
        Y = np.random.default_rng(seed).normal(size=(*shape, 3))
    return mm.MMPHATEWidget(Y, trace=make_trace(shape, seed=seed, **labels))


@pytest.fixture
def pair():
    return make_widget(seed=1), make_widget(seed=2)


def test_panels_are_the_widgets_and_move_together(pair):
    both = mm.compare({"LSTM": pair[0], "GRU": pair[1]})
    assert both.widgets == {"LSTM": pair[0], "GRU": pair[1]}
    assert both["GRU"] is pair[1]
    assert isinstance(both, ipywidgets.GridBox)
    assert [panel.children[0].value for panel in both.children] == ["LSTM", "GRU"]
    assert [panel.children[1] for panel in both.children] == list(pair)
    pair[0].epoch = 3
    pair[1].select(units=[2])
    assert pair[1].epoch == 3
    assert pair[0].selected_units.tolist() == [2]
    assert both.disparity == {}
    both.unlink()
    both.unlink()
    pair[0].epoch = 1
    assert pair[1].epoch == 3
    assert repr(both) == "<Comparison of 'LSTM', 'GRU'>"


@pytest.mark.parametrize("align", [False, True])
def test_a_cell_that_is_run_again_leaves_no_link_behind(pair, align):
    runs = dict(zip("ab", pair, strict=True))
    for _ in range(4):
        both = mm.compare(runs, align=align)
    assert len(pair[0]._links) == len(both["b"]._links) == 1


def test_titles_are_text(pair):
    both = mm.compare({"<b>one</b>": pair[0], "two": pair[1]})
    title = both.children[0].children[0]
    assert isinstance(title, ipywidgets.Label)
    assert title.value == "<b>one</b>"
    assert pair[0]._meta["title"] == "<b>one</b>"


def test_the_grid_has_as_many_columns_as_there_is_room_for(pair):
    runs = dict(zip("ab", pair, strict=True))
    assert "auto-fit" in mm.compare(runs).layout.grid_template_columns
    assert mm.compare(runs, columns=3).layout.grid_template_columns == "repeat(3, minmax(0, 1fr))"


def test_cameras_at_home_look_at_the_points_of_all(pair):
    small, large = make_widget(seed=1), make_widget(Y=5 * pair[1].coordinates + 30, seed=2)
    own = small._meta["center"], small._meta["radius"]
    both = mm.compare({"small": small, "large": large})
    assert small.view["position"] == large.view["position"]
    assert small.visible[0].all()
    assert large.visible[0].all()
    for widget in both.widgets.values():
        pixels = widget.project()
        assert (pixels >= 0).all()
        assert (pixels <= [widget.view["width"], widget.view["height"]]).all()
    both.unlink()
    assert (small._meta["center"], small._meta["radius"]) == own


def test_a_camera_that_was_moved_stays(pair):
    pair[0].view = {**pair[0].view, "position": [9, 9, 9]}
    mm.compare({"a": pair[0], "b": pair[1]})
    assert pair[0].view["position"] == pair[1].view["position"] == [9, 9, 9]


def test_aligned_panels_are_new_and_the_given_stay_as_they_are(pair):
    first, second = pair
    turned = Rotation.random(rng=0).as_matrix() * [1, 1, -1]
    noise = 0.05 * np.random.default_rng(3).normal(size=(*SHAPE, 3))
    third = make_widget(Y=4 * (first.coordinates + noise) @ turned + 11, seed=3)
    third.select(points=[7, 8, 9])
    third.groups.add("some")
    third.color_by = np.arange(5.0)
    before = third.coordinates.copy(), third.view
    all_three = mm.compare({"a": first, "b": second, "c": third}, align=True, link=())
    aligned = all_three.widgets["c"]
    assert all_three.widgets["a"] is first
    assert aligned is not third
    np.testing.assert_array_equal(third.coordinates, before[0])
    assert third.view == before[1]
    np.testing.assert_allclose(aligned.coordinates, first.coordinates, atol=0.4)
    expected = procrustes(first.coordinates.reshape(-1, 3), third.coordinates.reshape(-1, 3))[2]
    assert all_three.disparity["a"] == 0
    assert all_three.disparity["c"] == pytest.approx(expected, abs=1e-6)
    assert 0.5 < all_three.disparity["b"] <= 1
    assert aligned.trace is third.trace
    assert aligned.selected_points.tolist() == [7, 8, 9]
    assert aligned.groups["some"].points.tolist() == [7, 8, 9]
    assert aligned.color_by == "values"
    assert aligned.reselect(aligned.selection.record).points.tolist() == [7, 8, 9]
    title = all_three.children[2].children[0].value
    assert title == f"c (disparity {all_three.disparity['c']:.2g})"


def test_runs_are_aligned_by_the_points_that_both_have():
    first = make_widget((6, 4, 5), seed=1, units=list("abcde"), epochs=[0, 2, 4, 6, 8, 10])
    there = first.coordinates[np.ix_([1, 2, 4], range(4), [3, 1])]
    Y = np.random.default_rng(0).normal(size=(4, 4, 3, 3))
    Y[np.ix_([0, 1, 3], range(4), [0, 2])] = there * 3 + [1, 2, 3]
    second = make_widget(Y.shape[:3], Y=Y, units=["d", "z", "b"], epochs=[2, 4, 5, 8])
    both = mm.compare({"a": first, "b": second}, align=True)
    assert both.disparity["b"] == pytest.approx(0, abs=1e-9)
    shared = both.widgets["b"].coordinates[np.ix_([0, 1, 3], range(4), [0, 2])]
    np.testing.assert_allclose(shared, there, atol=1e-5)


def test_too_few_points_in_common_are_refused(pair):
    other = make_widget((2, 4, 3), units=["x", "y", "z"], seed=4)
    message = r"`runs\['b'\]` must share at least 3 points .* got 2 × 4 × 0"
    with pytest.raises(ValueError, match=message):
        mm.compare({"a": pair[0], "b": other}, align=True)
    one_place = mm.MMPHATEWidget(np.ones((*SHAPE, 3)))
    with pytest.raises(ValueError, match=r"`runs\['b'\]` cannot be aligned .* in one place"):
        mm.compare({"a": pair[0], "b": one_place}, align=True)


def test_traces_and_pairs_are_shown_too():
    trace = make_trace((7, 4, 5))
    Y = np.random.default_rng(0).normal(size=(7, 4, 5, 2))
    both = mm.compare({"fitted here": trace, "brought": (Y, trace)})
    assert [widget.trace for widget in both.widgets.values()] == [trace, trace]
    np.testing.assert_array_equal(both["brought"].coordinates[..., :2], Y.astype(np.float32))


def test_units_that_a_panel_lacks_stand_below_it():
    first, second = make_widget(units=list("abcde")), make_widget((6, 4, 2), units=["a", "q"])
    both = mm.compare({"a": first, "b": second})
    note = both.children[1].children[2]
    assert note.layout.display == "none"
    first.select(units=["a", "b", "c"])
    assert (note.value, note.layout.display) == ("Not in this run: units b, c", None)
    first.select(units=["a"])
    assert note.layout.display == "none"


def test_what_is_selected_at_first_is_said_there_alone(monkeypatch):
    first, second = make_widget(units=list("abcde")), make_widget((6, 4, 2), units=["a", "q"])
    said = []
    monkeypatch.setattr(second._link, "offer_error", said.append)
    first.select(units=["b", "a"])
    both = mm.compare({"a": first, "b": second})
    assert both.children[1].children[2].value == "Not in this run: unit b"
    assert second.selected_units.tolist() == [0]
    assert said == []


def test_runs_without_a_common_name_are_warned_of_where_they_are_compared():
    first, second = make_widget(units=list("abcde")), make_widget(units=list("vwxyz"))
    with pytest.warns(UserWarning, match="none occurs in both") as warned:
        mm.compare({"a": first, "b": second})
    assert warned[0].filename == __file__


def test_flat_runs_stay_flat(pair):
    flat = [mm.MMPHATEWidget(widget.coordinates[..., :2]) for widget in pair]
    both = mm.compare(dict(zip("ab", flat, strict=True)), align=True)
    assert not both["b"].coordinates[..., 2].any()


@pytest.mark.parametrize(
    ("runs", "options", "error", "message"),
    [
        ([1], {}, TypeError, "`runs` must be a dict of runs by name; got list"),
        ({}, {}, ValueError, "`runs` must name 2 to 12 runs; got 0"),
        ({"a": 1, "b": 2}, {}, TypeError, r"`runs\['a'\]` must be an MMPHATEWidget, a Trace or"),
        ({1: None, 2: None}, {}, TypeError, "`runs` must be a string; got 1"),
        ("pair", {"align": 1}, TypeError, "`align` must be True or False; got 1"),
        ("pair", {"link": "epoch"}, TypeError, "`link` must be a sequence of names"),
        ("pair", {"link": ["hue"]}, ValueError, "`link` must be one of 'epoch'"),
        ("pair", {"columns": 0}, ValueError, "`columns` must be an integer at least 1; got 0"),
        ("twice", {}, ValueError, "`runs` must name each widget once"),
    ],
)
def test_what_cannot_be_compared_is_refused(pair, runs, options, error, message):
    given = {
        "pair": dict(zip("ab", pair, strict=True)),
        "twice": dict.fromkeys("ab", pair[0]),
    }
    with pytest.raises(error, match=message):
        mm.compare(given.get(runs, runs) if isinstance(runs, str) else runs, **options)


def test_an_aligned_panel_keeps_what_it_stands_for(pair):
    first, second = pair
    second.select(units=[1])
    second.groups.save("early", color="#123456")
    second.color_by = "group"
    second.show = "all"
    second.filters = {"displacement": {"range": [None, 2.0]}}
    second.limit_colors((0.5, 2.0), channel="speed")
    second.clear_selection()
    second.select_range("displacement", (None, 1.5))
    both = mm.compare({"a": first, "b": second}, align=True, link=())
    panel = both["b"]
    assert panel.groups.colors == {"early": "#123456"}
    assert panel.groups["early"].units.tolist() == [1]
    assert panel.color_by == "group"
    assert panel.selected_units.tolist() == second.selected_units.tolist()
    np.testing.assert_array_equal(panel.selected_points, second.selected_points)
    # Lengths in the new coordinates are as many times larger.
    lengths = np.linalg.norm(np.diff(panel.coordinates, axis=0), axis=-1)
    np.testing.assert_allclose(panel.channel("displacement").values[1:], lengths, rtol=1e-5)
    scale = float(np.median(lengths / np.linalg.norm(np.diff(second.coordinates, axis=0), axis=-1)))
    assert panel.filters["displacement"]["range"][1] == pytest.approx(2 * scale, rel=1e-4)
    assert panel.color_limits["speed"] == pytest.approx([0.5 * scale, 2 * scale], rel=1e-4)
    np.testing.assert_array_equal(panel.visible, second.visible)


def test_an_aligned_panel_keeps_its_mode_and_a_title_goes_with_the_link(pair):
    first, second = pair
    second.view = {"mode": "2d"}
    both = mm.compare({"a": first, "b": second}, align=True, link=())
    assert both["b"].view["mode"] == "2d"
    assert first._meta["title"] == "a"
    both.unlink()
    assert "title" not in first._meta


def test_the_first_selection_there_is_goes_to_all(pair):
    pair[1].select(units=[3])
    mm.compare({"a": pair[0], "b": pair[1]})
    assert [widget.selected_units.tolist() for widget in pair] == [[3], [3]]
