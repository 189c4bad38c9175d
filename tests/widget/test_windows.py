import itertools
import json
import re

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.widget.kept import from_page, to_page
from mmphate_widget.widget.lasso import Window, check_window, shown_mask

SHAPE = (6, 5, 4)
SQUARE = [[0, 0], [420, 0], [420, 600], [0, 600]]


@pytest.fixture
def widget():
    Y = np.random.default_rng(1).normal(size=(*SHAPE, 3))
    widget = mm.MMPHATEWidget(Y, show="all")
    yield widget
    widget.close()


def say(widget, page, **word):
    widget.set_state({"_page": {"page": page, **word}})


def lasso(widget):
    how = {"tool": "lasso", "combine": "replace", "depth": "through", "rule": "majority"}
    widget._operate({"op": "polygon", "polygon": SQUARE, **how, **widget._window_record()})


@pytest.mark.parametrize("show", ["epoch", "all", "steps", "epochs"])
@pytest.mark.parametrize("step", [None, 2])
@pytest.mark.parametrize("epochs", [None, (0, 1), (2, 4), (5, 5)])
@pytest.mark.parametrize("steps", [None, (1, 3), (3, 4)])
def test_points_in_windows_one_by_one(show, step, epochs, steps):
    mask = shown_mask(Window(show, 2.6, step, (1,), (), epochs, steps), SHAPE)
    low_epoch, high_epoch = epochs or (0, 5)
    low_step, high_step = steps or (0, 4)
    wanted = high_step if show == "epochs" and step is None else step
    for e, t, i in itertools.product(*map(range, SHAPE)):
        right_epoch = show in ("all", "epochs") or e == 3
        inside = low_epoch <= e <= high_epoch and low_step <= t <= high_step
        assert mask[e, t, i] == (right_epoch and inside and wanted in (None, t) and i != 1)


def test_what_lies_outside_is_not_visible(widget):
    everything = widget.visible
    widget.epoch_window, widget.step_window = np.array([1, 3]), [0, np.int64(2)]
    assert (widget.epoch_window, widget.step_window) == ((1, 3), (0, 2))
    expected = np.zeros(SHAPE, bool)
    expected[1:4, :3] = True
    np.testing.assert_array_equal(widget.visible, expected & everything)
    widget.epoch_window = widget.step_window = None
    np.testing.assert_array_equal(widget.visible, everything)


def test_epoch_and_step_go_into_their_windows(widget):
    widget.step = 4
    widget.epoch_window, widget.step_window = (2, 4), (1, 2)
    assert (widget.epoch, widget.step) == (2, 2)
    widget.epoch = 3.25
    widget.epoch_window = (0, 3)
    assert widget.epoch == 3
    widget.step = None
    widget.step_window = (3, 4)
    assert widget.step is None
    with widget.hold_trait_notifications():
        widget.epoch = 0
        widget.epoch_window = (1, 5)
    assert widget.epoch == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epoch", 5, "`epoch` must lie between 1 and 4, which is `epoch_window`; got 5. Set"),
        ("epoch", 0.5, "`epoch` must lie between 1 and 4, which is `epoch_window`; got 0.5"),
        ("step", 0, "`step` must lie between 2 and 3, which is `step_window`; got 0. Set"),
        ("epoch_window", (3, 1), "`epoch_window` must be (first, last) in this order; got (3, 1)"),
        (
            "epoch_window",
            (0, 6),
            "`epoch_window` must be (first, last), positions between 0 and 5; got (0, 6)",
        ),
        ("epoch_window", (0.5, 2), "positions between 0 and 5; got (0.5, 2)"),
        ("epoch_window", (1,), "`epoch_window` must be (first, last) or None; got (1,)"),
        ("step_window", "12", "`step_window` must be (first, last) or None; got '12'"),
        ("step_window", 3, "`step_window` must be (first, last) or None; got 3"),
        ("step_window", np.int64(3), "`step_window` must be (first, last) or None; got"),
        ("step_window", np.array(3), "`step_window` must be (first, last) or None; got array(3)"),
        ("step_window", [[1], [3, 4]], "positions between 0 and 4; got [[1], [3, 4]]"),
        ("step_window", ["a", "b"], "positions between 0 and 4; got ['a', 'b']"),
        ("step_window", {1, 2}, "`step_window` must be (first, last) or None; got {1, 2}"),
        ("loop", 1, "`loop` must be True or False; got 1"),
        ("playing", "yes", "`playing` must be True or False; got 'yes'"),
        ("direction", "left", "`direction` must be one of 'forward', 'back'; got 'left'"),
    ],
)
def test_what_does_not_fit_is_named_and_changes_nothing(widget, name, value, message):
    widget.epoch_window, widget.step_window = (1, 4), (2, 3)
    before = getattr(widget, name)
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        setattr(widget, name, value)
    assert getattr(widget, name) == before


def test_a_lasso_takes_what_is_inside_and_its_record_repeats(widget):
    lasso(widget)
    whole = widget.selected_points
    widget.epoch_window, widget.step_window = (1, 3), (2, 4)
    lasso(widget)
    points, record = widget.selected_points, json.loads(json.dumps(widget.selection.record))
    epochs, steps, _ = np.unravel_index(whole, SHAPE)
    inside = (epochs >= 1) & (epochs <= 3) & (steps >= 2)
    assert 0 < len(points) < len(whole)
    assert points.tolist() == whole[inside].tolist()
    assert (record[0]["epoch_window"], record[0]["step_window"]) == ([1, 3], [2, 4])
    widget.invert_selection()
    inversion = json.loads(json.dumps(widget.selection.record))
    inverted = widget.selected_points
    np.testing.assert_array_equal(np.union1d(points, inverted), np.flatnonzero(widget.visible))
    widget.epoch_window = widget.step_window = None
    assert widget.reselect(record).points.tolist() == points.tolist()
    assert widget.reselect(inversion).points.tolist() == inverted.tolist()
    assert widget.selection.offered.sum() == len(points) + len(inverted)


def test_a_record_of_before_there_were_windows_repeats(widget):
    lasso(widget)
    points, record = widget.selected_points.tolist(), widget.selection.record
    for name in ("epoch_window", "step_window"):
        del record[0][name]
    widget.epoch_window = (2, 3)
    assert widget.reselect(record).points.tolist() == points


@pytest.mark.parametrize("interval", [[0, 6], [2, 1], [1], "ab"])
def test_a_record_with_a_window_that_does_not_exist_is_refused(widget, interval):
    lasso(widget)
    record = widget.selection.record
    record[0]["epoch_window"] = interval
    with pytest.raises((TypeError, ValueError), match="`epoch_window` must"):
        widget.reselect(record)
    with pytest.raises(ValueError, match="`step_window` must"):
        check_window(Window("all", 0.0, None, step_window=(0, 9)), SHAPE)


def test_a_page_says_its_windows_with_what_it_has_done(widget):
    window = {**widget._window_record(), "epoch": 2, "epoch_window": [2, 3], "filters": {}}
    message = {"kind": "command", "id": "a", "page": "p", "after": [], "seen": 99, "word": 0}
    widget._on_message(widget, {**message, "name": "invert", "window": window}, [])
    assert (widget.epoch_window, widget.epoch) == ((2, 3), 2)
    assert widget._told["epoch_window"][1:] == [(2, 3), "p"]
    assert widget.selection.epochs.tolist() == [2, 3]
    assert widget.selection.record[0]["epoch_window"] == [2, 3]


def test_a_page_moves_window_and_time_in_one_word(widget):
    widget.epoch_window = (1, 2)
    seen = widget._told["epoch"][0]
    # Wider, and beyond where it was; then narrower.
    say(widget, "a", word=1, seen=seen, epoch=5, step=None, epoch_window=None)
    assert (widget.epoch, widget.epoch_window) == (5, None)
    say(widget, "a", word=2, seen=seen, epoch=4, step=0, epoch_window=[3, 4], step_window=[0, 1])
    assert (widget.epoch, widget.epoch_window, widget.step_window) == (4, (3, 4), (0, 1))
    assert {move[2] for name, move in widget._told.items() if name != "color_by"} == {"a"}


def test_a_page_that_does_not_know_of_a_window_is_taken_inside(widget):
    say(widget, "a", word=1, seen=0, epoch=1.5, playing=True)
    widget.epoch_window = (1, 3)
    say(widget, "a", word=2, seen=0, epoch=5, epoch_window=None, playing=True)
    assert (widget.epoch, widget.epoch_window) == (3, (1, 3))
    assert widget._told["epoch"][1:] == [3, ""]


def test_windows_and_the_way_it_plays_survive_a_restart(widget, tmp_path):
    widget.epoch_window, widget.step_window = (2, 4), (1, 2)
    widget.epoch, widget.step = 3.5, 1
    widget.loop, widget.direction = False, "back"
    lasso(widget)
    again = mm.load(widget.save(tmp_path / "run.mm"))
    for name in ("epoch_window", "step_window", "epoch", "step", "loop", "direction"):
        assert getattr(again, name) == getattr(widget, name)
    np.testing.assert_array_equal(again.visible, widget.visible)
    assert again.selection.record == widget.selection.record
    again.close()


def test_a_run_kept_before_there_were_windows_opens(widget, tmp_path):
    page, arrays = to_page(widget._kept(), tmp_path)
    for name in ("epoch_window", "step_window", "loop", "direction"):
        del page["traits"][name]
    del page["curves"]
    kept = from_page(page, arrays, tmp_path)
    assert [kept.traits[name] for name in ("epoch_window", "step_window")] == [None, None]
    assert (kept.traits["loop"], kept.traits["direction"]) == (True, "forward")
    assert kept.curves == {}


def test_the_picture_shows_the_window_and_says_so(widget, tmp_path):
    plain = widget.save_image(tmp_path / "plain.png").read_bytes()
    widget.epoch_window = (1, 2)
    assert widget.save_image(tmp_path / "some.png").read_bytes() != plain
    assert widget._describe_picture() == "Epochs 1 to 2 of 4 units, colored by step"
