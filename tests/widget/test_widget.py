import itertools
import json
import re
import threading
from functools import partial

import numpy as np
import pytest
import traitlets
from PIL import Image

import mmphate_widget as mm
from mmphate_widget.widget.history import pack_mask
from mmphate_widget.widget.lasso import polygon_hits
from mmphate_widget.widget.operations import record_window
from mmphate_widget.widget.projection import View

SHAPE = (4, 3, 6)


@pytest.fixture
def trace():
    values = np.random.default_rng(0).normal(size=(*SHAPE, 8)).astype(np.float32)
    return mm.Trace.from_array(
        values,
        epochs=[0, 1, 2, 9],
        layers={"lower": 2, "upper": 4},
        sample_labels=[0, 0, 1, 1, 2, 2, 3, 3],
        metrics={"loss": [3.0, 2.0, float("nan"), 0.5]},
    )


@pytest.fixture
def widget(trace):
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 3)), trace=trace)
    yield widget
    widget.close()


@pytest.fixture
def page(widget, monkeypatch):
    """A page on the other end: what it was sent, and a way to speak."""
    return Page(widget, monkeypatch)


class Page:
    def __init__(self, widget, monkeypatch):
        self.widget, self.received, self.drawn = widget, [], itertools.count()
        monkeypatch.setattr(widget._link.stream, "_send", self.receive)

    def receive(self, header, buffers):
        self.received.append((header, buffers))
        self.say({"kind": "ack", "seq": header["seq"]})

    def say(self, content, buffers=()):
        self.widget._on_message(self.widget, content, list(buffers))

    def of(self, kind):
        return [entry for entry in self.received if entry[0]["kind"] == kind]

    def signed(self, operation_id, after=()):
        return {"id": operation_id, "page": "a", "after": list(after), "seen": 99, "word": 0}

    def command(self, operation_id, name, **changes):
        window = record_window(self.widget.window, View.from_dict(self.widget.view))
        message = {"kind": "command", **self.signed(operation_id), "name": name}
        self.say({**message, "window": {**window, **changes}})

    def draw(self, polygon, combine="replace", *, complete=True, found=None, **changes):
        widget = self.widget
        window, view = widget.window, View.from_dict(widget.view)
        hits = polygon_hits(widget._positions, window, view, np.array(polygon, float))
        record = {
            "op": "polygon",
            "tool": "lasso",
            "combine": combine,
            "polygon": polygon,
            "depth": "through",
            "rule": "majority",
            **record_window(window, view),
            **changes,
        }
        message = {
            "kind": "polygon",
            **self.signed(f"{combine}-{next(self.drawn)}"),
            "complete": complete,
            "record": record,
        }
        self.say(message, [memoryview(pack_mask(hits if found is None else found).tobytes())])
        return hits


def test_nothing_is_selected_at_first(widget):
    selection = widget.selection
    for array in (selection.points, selection.units, selection.epochs, selection.steps):
        assert array.shape == (0,)
        assert array.dtype == np.int64
    assert selection.indices.shape == (0, 3)
    assert selection.mask.shape == SHAPE
    assert not selection.mask.any()
    assert widget.selected_units.shape == widget.selected_points.shape == (0,)
    assert selection.record == []


def test_units_select_all_their_points(widget):
    widget.select(units=[4, 1])
    assert widget.selected_units.tolist() == [1, 4]
    assert widget.selection.units.tolist() == [1, 4]
    expected = np.zeros(SHAPE, bool)
    expected[:, :, [1, 4]] = True
    np.testing.assert_array_equal(widget.selection.mask, expected)
    np.testing.assert_array_equal(widget.selected_points, np.flatnonzero(expected))
    e, t, i = widget.selection.indices.T
    np.testing.assert_array_equal((e * 3 + t) * 6 + i, widget.selection.points)


def test_an_operation_of_the_page_brings_its_window_along(widget, page):
    """Traits may arrive after the message; what was drawn on counts."""
    view = {**widget.view, "width": 500.0}
    page.command("c1", "invert", epoch=2, view=view)
    assert widget.selection.epochs.tolist() == [2]
    assert (widget.epoch, widget.view) == (2, view)
    page.draw([[0, 0], [1, 0], [0, 1]], epoch=3, step=1)
    assert (widget.epoch, widget.step) == (3, 1)


def test_what_a_page_wrote_before_it_saw_python_move_is_passed_over(widget):
    say = partial(say_where, widget)
    say("a", seen=0, epoch=1.5, playing=True)
    assert (widget.epoch, widget.playing) == (1.5, True)
    assert widget._told == {"epoch": [1, 1.5, "a"], "playing": [2, True, "a"]}
    # A page need not have seen its own moves.
    say("a", seen=0, epoch=1.6)
    assert widget.epoch == 1.6
    widget.playing = False
    widget.epoch = 3
    assert widget._told == {"epoch": [6, 3.0, ""], "playing": [4, False, ""]}
    say("a", seen=2, epoch=1.7, playing=True)
    assert (widget.epoch, widget.playing) == (3, False)
    say("a", seen=5, epoch=1.8, step=1, color_by="unit")
    assert (widget.epoch, widget.step, widget.color_by) == (3, 1, "unit")
    say("a", seen=6, epoch=2.5)
    assert widget.epoch == 2.5


def say_where(widget, page, **word):
    widget.set_state({"_page": {"page": page, **word}})


def test_pages_do_not_undo_each_others_moves(widget, page):
    say_where(widget, "a", word=1, seen=0, epoch=2)
    assert page.of("told") == []
    say_where(widget, "b", word=1, seen=1, epoch=2, step=1)
    moves = {name: move[1:] for name, move in page.of("told")[-1][0]["told"].items()}
    assert moves == {"epoch": [2.0, "a"], "step": [1, "b"]}
    # What b still has of the epoch is older than a's next move.
    say_where(widget, "a", word=2, seen=0, epoch=3)
    say_where(widget, "b", word=2, seen=2, epoch=2, step=2)
    assert (widget.epoch, widget.step) == (3, 2)
    # Nothing moved: nothing to tell.
    told = len(page.of("told"))
    say_where(widget, "b", word=3, seen=9, epoch=3, step=2)
    assert len(page.of("told")) == told


def test_stopped_by_python_it_stays_where_python_sees_it(widget, page):
    say_where(widget, "a", word=1, seen=0, epoch=1.2, playing=True)
    widget.epoch = 2
    widget.playing = False
    # The page heard of the epoch, and played on before it heard of the stop.
    say_where(widget, "a", word=2, seen=widget._told["playing"][0] - 1, epoch=2.4, playing=True)
    assert (widget.epoch, widget.playing) == (2, False)
    assert page.of("told")[-1][0]["told"]["epoch"][1:] == [2.0, ""]
    # Stopped by a hand on the page, it stands where the page says.
    say_where(widget, "a", word=3, seen=99, epoch=1.7, playing=True)
    say_where(widget, "a", word=4, seen=99, epoch=1.9, playing=False)
    assert (widget.epoch, widget.playing) == (1.9, False)


def test_a_word_that_was_overtaken_is_passed_over(widget):
    say_where(widget, "a", word=2, seen=0, epoch=2)
    say_where(widget, "a", word=1, seen=0, epoch=1)
    assert widget.epoch == 2


def test_what_an_observer_moves_on_a_pages_move_is_told_to_the_page(widget, page):
    widget.observe(lambda change: setattr(widget, "epoch", round(change["new"])), "epoch")
    say_where(widget, "a", word=1, seen=0, epoch=1.7)
    assert widget.epoch == 2
    assert page.of("told")[-1][0]["told"]["epoch"][1:] == [2.0, ""]


def test_moves_in_quick_turn_leave_as_few_messages(widget, page):
    for turn in range(1000):
        widget.epoch = turn % 4
    widget.epoch = 1
    assert len(page.received) < 30
    assert page.widget._link.stream._urgent


def test_an_operation_is_done_once_however_often_it_comes(widget, page):
    widget.select(units=[1])
    widget.select(units=[2])
    for _ in range(3):
        page.command("c1", "undo")
    assert widget.selected_units.tolist() == [1]
    assert page.of("selection")[-1][0]["done"] == ["c1"]
    assert page.of("selection")[-1][0]["revision"] == 3


def test_operations_are_done_in_their_order_though_one_was_lost(widget, page):
    heard = []
    widget.on_selection(lambda selection: heard.append(len(selection)))
    window = record_window(widget.window, View.from_dict(widget.view))
    clear = {"kind": "command", "name": "clear", "window": window, **page.signed("c2", ["c1"])}
    page.say(clear)
    assert page.of("selection") == []
    page.command("c1", "invert")
    page.say(clear)
    assert heard == [18, 0]
    assert page.of("selection")[-1][0]["done"] == ["c1", "c2"]


def test_a_polygon_drawn_before_all_epochs_came_is_found_in_python(widget, page):
    nothing = np.zeros(SHAPE, bool)
    square = [[0, 0], [420, 0], [420, 600], [0, 600]]
    hits = page.draw(square, complete=False, found=nothing)
    assert hits.any()
    np.testing.assert_array_equal(widget.selection.mask, hits)


def test_an_operation_that_fails_is_answered_all_the_same(widget, page):
    page.draw([[0, 0], [420, 0], [420, 600]], depth="deep")
    assert "`record['depth']` must be one of" in page.of("error")[0][0]["message"]
    assert page.of("selection")[-1][0]["done"] == ["replace-0"]


def test_a_failing_observer_keeps_nothing_from_the_page(widget, page, caplog):
    widget.observe(lambda _: 1 / 0, "selected_points")
    hits = page.draw([[0, 0], [420, 0], [420, 600], [0, 600]])
    assert page.of("selection")[-1][0]["done"] == ["replace-0"]
    np.testing.assert_array_equal(widget.selection.mask, hits)
    assert widget.selected_points.tolist() == np.flatnonzero(hits).tolist()
    assert widget.selected_units.tolist() == widget.selection.promoted_units.tolist()
    assert "ZeroDivisionError" in page.of("error")[0][0]["message"]


def test_units_may_be_named(widget, trace):
    widget.select(units=[trace.units[5]])
    assert widget.selected_units.tolist() == [5]


def test_points_and_masks_select_the_same(widget):
    ids = np.array([70, 3, 3, 15])
    by_points = widget.select(points=ids)
    mask = np.zeros(SHAPE, bool)
    mask.flat[ids] = True
    by_mask = widget.select(mask=mask)
    assert by_points.points.tolist() == by_mask.points.tolist() == [3, 15, 70]


def test_combining_undoing_and_redoing(widget):
    widget.select(units=[0, 1, 2])
    widget.select(units=[2, 3], combine="intersect")
    widget.select(units=[5], combine="add")
    assert widget.selected_units.tolist() == [2, 5]
    assert len(widget.selection.record) == 3
    assert widget.undo().units.tolist() == [2]
    assert widget.undo().units.tolist() == [0, 1, 2]
    assert widget.redo().units.tolist() == [2]
    widget.clear_selection()
    assert widget.selection.units.tolist() == []
    assert widget.undo().units.tolist() == [2]


def test_undo_at_the_beginning_changes_nothing(widget):
    assert len(widget.undo()) == 0
    assert len(widget.redo()) == 0


def test_a_selection_replays_from_json_in_a_new_widget(widget, trace):
    widget.select(units=[0, 3])
    widget.epoch, widget.show = 2.2, "steps"
    widget.invert_selection()
    record = json.loads(json.dumps(widget.selection.record))
    other = mm.MMPHATEWidget(np.array(widget._positions), trace=trace)
    assert other.reselect(record).points.tolist() == widget.selection.points.tolist()
    assert other.selection.points.tolist() == widget.selection.points.tolist()
    other.close()
    moved = mm.MMPHATEWidget(np.array(widget._positions) + 1, trace=trace)
    with pytest.raises(ValueError, match="`record` must stem from the coordinates of this widget"):
        moved.reselect(record)
    moved.close()


def test_callbacks_hear_each_change_once(widget):
    heard, units = [], []
    remove = widget.on_selection(lambda selection: heard.append(selection.units.tolist()))
    widget.observe(lambda change: units.append(change["new"].tolist()), "selected_units")
    widget.select(units=[2])
    widget.select(units=[2])
    widget.select(units=[3])
    assert heard == units == [[2], [3]]
    remove()
    remove()
    widget.clear_selection()
    assert heard == [[2], [3]]


def test_a_failing_callback_is_logged_and_shown_but_stops_nothing(widget, page, caplog):
    def fail(selection):
        raise RuntimeError("my own mistake")

    widget.on_selection(fail)
    widget.select(units=[2])
    assert widget.selected_units.tolist() == [2]
    assert "my own mistake" in caplog.text
    assert page.of("error")[0][0]["message"] == "RuntimeError: my own mistake"


def test_a_lasso_from_the_page_becomes_the_selection(widget, page):
    heard = []
    widget.on_selection(heard.append)
    hits = page.draw([[0, 0], [420, 0], [420, 600], [0, 600]])
    assert 0 < hits.sum() < widget.visible.sum()
    np.testing.assert_array_equal(widget.selection.mask, hits)
    assert len(heard) == 1
    header, buffers = page.of("selection")[-1]
    assert header["done"] == ["replace-0"]
    assert header["units"] == widget.selected_units.tolist()
    assert buffers[0] == pack_mask(hits).tobytes()
    np.testing.assert_array_equal(widget.reselect(widget.selection.record).mask, hits)


def test_a_lasso_promotes_units_among_the_visible(widget, page):
    widget.unit_rule = "any"
    hits = page.draw([[0, 0], [420, 0], [420, 600], [0, 600]])
    assert widget.selected_units.tolist() == np.flatnonzero(hits.any(axis=(0, 1))).tolist()
    widget.unit_rule = "all"
    visible = widget.visible
    whole = [i for i in range(6) if (hits | ~visible)[:, :, i].all()]
    assert widget.selected_units.tolist() == whole


def test_commands_of_the_page(widget, page):
    widget.select(units=[1])
    widget.select(units=[2])
    page.command("c1", "undo")
    assert widget.selected_units.tolist() == [1]
    page.command("c2", "redo")
    assert widget.selected_units.tolist() == [2]
    page.command("c3", "invert")
    np.testing.assert_array_equal(widget.selection.epochs, [0])
    assert widget.selection.units.tolist() == [0, 1, 3, 4, 5]
    page.command("c4", "clear")
    assert len(widget.selection) == 0
    assert page.of("selection")[-1][0]["done"] == ["c1", "c2", "c3", "c4"]


def test_a_page_that_says_hello_is_sent_what_it_lacks(widget, page):
    page.widget._link.stream._unacked.clear()
    widget.select(units=[1])
    page.received.clear()
    hello = {
        "kind": "hello",
        "page": "a",
        "generation": widget._generation,
        "frames": [[1, 2]],
        "channels": {},
        "selection": 0,
        "meta": 1,
        "number": 1,
        "word": {"page": "a", "word": 4, "seen": 0, "epoch": 1.5},
    }
    page.say(hello)
    assert widget.epoch == 1.5
    frames = sorted((header["first"], header["count"]) for header, _ in page.of("frames"))
    assert frames == [(0, 1), (3, 1)]
    assert [header["name"] for header, _ in page.of("channel")] == ["label"]
    assert page.of("selection")[0][0]["revision"] == 1
    page.received.clear()
    whole = {"frames": [[0, 4]], "channels": {"label": 0}, "selection": 1, "number": 2}
    page.say({**hello, **whole})
    assert [header["kind"] for header, _ in page.received] == ["told"]
    assert page.of("told")[0][0]["heard"] == {"a": [4, 2]}
    widget.add_channel("speed", np.arange(6.0))
    page.received.clear()
    page.say({**hello, **whole})
    assert page.of("meta")[0][0]["meta"]["revision"] == 2
    page.say({**hello, "generation": "another", "frames": [[0, 4]]})
    assert [header["count"] for header, _ in page.of("frames")] == [4]


def test_frames_leave_at_once_without_a_hello(trace):
    sent = []

    class Watched(mm.MMPHATEWidget):
        def send(self, content, buffers=None):
            sent.append((content, buffers))

    widget = Watched(np.zeros((*SHAPE, 2)), trace=trace)
    assert [content["kind"] for content, _ in sent][:2] == ["frames", "channel"]
    assert len(sent[0][1][0]) == 4 * 3 * 6 * 12
    widget.close()


def test_nonsense_from_the_page_is_reported_and_harmless(widget, page, caplog):
    widget.select(units=[1])
    page.say(
        {**page.signed("x"), "kind": "polygon", "complete": True, "record": {"op": "polygon"}},
        [b"1"],
    )
    assert page.of("selection")[-1][0]["done"] == ["x"]
    assert widget.selected_units.tolist() == [1]
    assert "must hold 9 bytes" in page.of("error")[0][0]["message"]
    assert "a message from the page failed" in caplog.text


@pytest.mark.parametrize("name", [("a",), 3, None, "", " "])
def test_a_channel_has_a_name(widget, name):
    before = widget.channels
    with pytest.raises(
        (TypeError, ValueError), match=r"`name` must (be a string|not be empty); got"
    ):
        widget.add_channel(name, np.zeros(6))
    assert widget.channels == before


def test_colors_come_from_channels_and_arrays(widget, page):
    assert widget.channels[:1] == ("epoch",)
    assert widget.color_by == "label"
    widget.color_by = "unit"
    assert page.of("channel")[-1][0]["name"] == "unit"
    widget.add_channel("pace", np.arange(6.0))
    widget.color_by = "pace"
    assert np.frombuffer(page.of("channel")[-1][1][0], "<f4").tolist() == list(range(6))
    widget.add_channel("pace", np.arange(6.0) * 2)
    assert page.of("channel")[-1][0]["revision"] == 1
    widget.color_by = np.arange(72.0).reshape(SHAPE)
    assert widget.color_by == "values"
    assert page.of("channel")[-1][0]["total"] == 72
    described = {channel["name"]: channel for channel in widget._meta["channels"]}
    assert described["values"]["limits"] == [0.0, 71.0]


def test_a_channel_of_one_sample_and_of_limits_by_quantile(widget):
    widget.add_channel("sample 3", sample=3)
    assert widget._coloring["sample 3"][0].kind == "diverging"
    widget.add_channel("loss", np.arange(6.0), quantiles=(0.2, 0.8))
    described = {channel["name"]: channel for channel in widget._meta["channels"]}
    assert described["loss"]["limits"] == [1.0, 4.0]
    assert described["loss"]["scale"] == "linear"
    for bad, message in (
        ({}, "exactly one of `values`, `sample` must be given; got none"),
        ({"values": np.zeros(6), "sample": 1}, "exactly one of `values`, `sample`"),
        ({"sample": 8}, "`sample` must be an integer between 0 and 7; got 8"),
        ({"sample": 1, "kind": "cyclic"}, "`kind` must be one of None, 'diverging'"),
        ({"sample": 1, "scale": "log"}, "`scale` must be one of 'linear'; got 'log'"),
    ):
        with pytest.raises((TypeError, ValueError), match=re.escape(message)):
            widget.add_channel("bad", **bad)
    assert "bad" not in widget.channels
    bare = mm.MMPHATEWidget(np.zeros((2, 2, 2, 3)))
    with pytest.raises(ValueError, match="`sample` must be None for a widget without its trace"):
        bare.add_channel("bad", sample=0)
    bare.close()


def test_the_page_is_told_names_and_curves(widget):
    meta = widget._meta
    assert meta["epochs"] == [0, 1, 2, 9]
    assert meta["layers"] == ["lower", "upper"]
    assert meta["unit_layers"] == [0, 0, 1, 1, 1, 1]
    assert meta["curves"] == [{"name": "loss", "values": [3.0, 2.0, None, 0.5]}]
    json.dumps(meta, allow_nan=False)


def test_the_view_round_trips(widget):
    view = {
        "mode": "3d",
        "position": [1.0, 2.0, 3.0],
        "target": [0.1, 0.0, 0.0],
        "up": [0.0, 0.0, 1.0],
        "fov": 42.5,
        "width": 640,
        "height": 480,
    }
    before = widget.project()
    widget.view = view
    assert widget.view == view
    assert not np.allclose(before, widget.project())


def test_projection_of_some_points_is_that_of_all(widget):
    np.testing.assert_array_equal(widget.project([5, 70]), widget.project()[[5, 70]])


def test_visible_follows_what_is_shown(widget):
    widget.epoch = 1.5
    assert np.flatnonzero(widget.visible.any(axis=(1, 2))).tolist() == [2]
    widget.step = 0
    assert widget.visible.sum() == 6
    widget.show, widget.step, widget.hidden_units = "all", None, [0, 5]
    assert widget.visible.sum() == 4 * 3 * 4


def test_by_layer_gives_positions_inside_each_layer(widget):
    by_layer = widget.select(units=[1, 2, 5]).by_layer()
    assert {name: positions.tolist() for name, positions in by_layer.items()} == {
        "lower": [1],
        "upper": [0, 3],
    }


def test_by_layer_gives_positions_in_the_network_where_units_were_left_out(trace):
    part = trace[:, :, [1, 3, 5]]
    widget = mm.MMPHATEWidget(np.zeros((*part.shape[:3], 3)), trace=part)
    by_layer = widget.select(units=[0, 2]).by_layer()
    assert {name: positions.tolist() for name, positions in by_layer.items()} == {
        "lower": [1],
        "upper": [3],
    }
    widget.close()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda w: setattr(w, "epoch", 4),
            "`epoch` must be a finite number between 0 and 3; got 4",
        ),
        (lambda w: setattr(w, "epoch", "1"), "`epoch` must be a number; got '1'"),
        (lambda w: setattr(w, "step", 3), "`step` must be an integer between 0 and 2; got 3"),
        (lambda w: setattr(w, "show", "some"), "`show` must be one of 'epoch', 'all'"),
        (
            lambda w: setattr(w, "color_by", "taste"),
            "`color_by` must be an array or one of 'epoch'",
        ),
        (lambda w: setattr(w, "unit_rule", "most"), "`unit_rule` must be one of 'any', 'majority'"),
        (
            lambda w: setattr(w, "hidden_units", [6]),
            "`hidden_units` must be an integer between 0 and 5",
        ),
        (lambda w: w.select(), "exactly one of `units`, `points`, `mask` must be given; got none"),
        (lambda w: w.select(units=[1], points=[1]), "exactly one of `units`, `points`, `mask`"),
        *(
            (lambda w, name=name: w.select(**{name: [[1], [1, 2]]}), f"`{name}` must be an array")
            for name in ("units", "points", "mask")
        ),
        (lambda w: w.select(units=[6]), "`units` must be between 0 and 5; got 6"),
        (lambda w: w.select(units=["gru"]), "`units` must be positions or names of units"),
        (lambda w: w.select(points=[72]), "`points` must be between 0 and 71; got 72"),
        (lambda w: w.select(points=[0.5]), "`points` must be a flat sequence of integers"),
        (
            lambda w: w.select(mask=np.ones((2, 2), bool)),
            "`mask` must be a boolean array of shape (4, 3, 6)",
        ),
        (lambda w: w.select(units=[1], combine="xor"), "`combine` must be one of 'replace', 'add'"),
        (lambda w: w.on_selection(3), "`callback` must be callable; got int"),
        *(
            (lambda w, method=method: getattr(w, method)(3), "`path` must be a str or Path; got 3")
            for method in ("save", "save_image")
        ),
        (lambda w: w.save_image("x.jpg"), "`path` must end in .png, the one format there is; got"),
        (
            lambda w: w.save_image("x.png", scale=0),
            "`scale` must be a finite number between 0.1 and 8",
        ),
    ],
)
def test_bad_arguments_are_named_and_change_nothing(widget, change, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        change(widget)
    assert (widget.epoch, widget.step, widget.show) == (0, None, "epoch")
    assert len(widget.selection) == 0


@pytest.mark.parametrize(
    "values",
    [
        np.arange(72.0).reshape(SHAPE),
        np.arange(24.0).reshape(4, 6),
        np.arange(6.0),
        np.arange(4.0),
        np.arange(3.0),
        np.arange(72.0),
        ["a", "b", "a", "b", "a", "c"],
    ],
)
def test_an_array_colors_from_the_start(trace, values):
    widget = mm.MMPHATEWidget(np.zeros((*SHAPE, 3)), trace=trace, color_by=values)
    assert widget.color_by == "values"
    assert "values" in [channel["name"] for channel in widget._meta["channels"]]
    widget.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epoch", 1000),
        ("epoch", None),
        ("step", 3),
        ("show", None),
        ("view", None),
        ("view", {"position": [0, 0, 0]}),
        ("speed", None),
        ("depth", None),
        ("unit_rule", None),
        ("hidden_units", None),
        ("filters", None),
        ("filters", {"taste": {"hide": [0]}}),
        ("color_limits", {"label": [0, 1]}),
        ("height", None),
        ("color_by", None),
        ("color_by", "taste"),
        ("playing", "yes"),
    ],
)
def test_a_bad_state_is_refused_however_it_comes_and_the_old_one_stays(widget, name, value):
    before = getattr(widget, name)
    for assign in (
        lambda: setattr(widget, name, value),
        lambda: widget.set_state({name: value}),
    ):
        with pytest.raises((TypeError, ValueError), match=f"`{name}"):
            assign()
        assert getattr(widget, name) == before
    assert widget.visible.sum() == 18
    widget.select(units=[1])


def test_a_lasso_that_adds_to_nothing_promotes_like_one_that_replaces(widget, page):
    square = [[0, 0], [420, 0], [420, 600], [0, 600]]
    page.draw(square)
    units = widget.selected_units.tolist()
    assert units
    widget.clear_selection()
    page.draw(square, "add")
    assert widget.selected_units.tolist() == units


def test_adding_and_subtracting_keep_the_units_that_stay_selected(widget, page):
    widget.select(units=[0])
    page.draw([[0, 0], [420, 0], [420, 600], [0, 600]], "add")
    assert 0 in widget.selected_units
    widget.select(units=[0, 1])
    widget.show = "all"
    page.draw([[0, 0], [1, 0], [0, 1]], "subtract")
    assert widget.selected_units.tolist() == [0, 1]


def test_points_named_in_python_stand_for_their_units(widget):
    assert widget.select(points=[0, 1]).promoted_units.tolist() == [0, 1]


def test_records_and_arrays_given_out_cannot_change_the_selection(widget):
    widget.select(units=[2])
    widget.selection.record[0]["units"].append(5)
    assert widget.undo() is not None
    assert widget.redo().record[0]["units"] == [2]
    with pytest.raises(ValueError, match="read-only"):
        widget.selected_units[0] = 4


def test_an_observer_of_points_finds_the_units_up_to_date(widget):
    seen = []
    widget.observe(lambda _: seen.append(widget.selected_units.tolist()), "selected_points")
    widget.select(units=[2])
    assert seen == [[2]]


def test_a_slow_callback_does_not_hold_up_another_thread(widget):
    entered, leave = threading.Event(), threading.Event()

    def wait(selection):
        if selection.units.tolist() == [1]:
            entered.set()
            leave.wait(20)

    widget.on_selection(wait)
    slow = threading.Thread(target=lambda: widget.select(units=[1]))
    slow.start()
    assert entered.wait(20)
    fast = threading.Thread(target=lambda: widget.select(units=[2]))
    fast.start()
    fast.join(20)
    assert not fast.is_alive()
    leave.set()
    slow.join(20)
    assert widget.selected_units.tolist() == [2]


def test_a_large_selection_is_recorded_as_bits():
    widget = mm.MMPHATEWidget(np.zeros((10, 20, 30, 3)))
    ids = np.arange(0, 6000, 2)
    widget.select(points=ids)
    record = json.dumps(widget.selection.record)
    assert len(record) < 2_000
    widget.clear_selection()
    np.testing.assert_array_equal(widget.reselect(json.loads(record)).points, ids)
    widget.close()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: None, "`record` must be a list of operations; got NoneType"),
        (lambda r: {}, "`record` must be a list of operations; got dict"),
        (lambda r: [1], "`record` must be a list of dicts; got int"),
        (lambda r: [{**r, "units": [99]}], "`units` must be between 0 and 5; got 99"),
        (lambda r: [{**r, "units": [-1]}], "`units` must be between 0 and 5; got -1"),
        (lambda r: [{**r, "units": [1.7]}], "`units` must be a flat sequence of integers"),
        (lambda r: [{k: v for k, v in r.items() if k != "combine"}], "`record` must hold"),
        (lambda r: [{**r, "op": "invert"}], "`record` must hold"),
        (lambda r: [{**r, "op": "points", "ids": "AAAA"}], "`ids` must hold 9 bytes; got 3"),
    ],
)
def test_malformed_records_are_named_and_change_nothing(widget, change, message):
    record = widget.select(units=[1]).record[0]
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        widget.reselect(change(record))
    assert widget.selected_units.tolist() == [1]


def test_numpy_numbers_make_a_view_that_travels(widget):
    widget.view = {**widget.view, "fov": np.float32(40), "width": np.int64(700)}
    json.dumps(widget.view)
    with pytest.raises(ValueError, match="`view\\['position'\\]` must be three finite numbers"):
        widget.view = {**widget.view, "position": [1e200, 0, 0]}


@pytest.mark.parametrize("move", [lambda Y: Y + 1e8, lambda Y: Y * 1e-46])
def test_coordinates_that_float32_draws_at_one_place_are_said(move):
    Y = np.random.default_rng(0).normal(size=(4, 3, 6, 3))
    with pytest.warns(UserWarning, match=r"`Y` differs by .* Subtract the mean"):
        mm.MMPHATEWidget(move(Y)).close()
    flat = np.where([True, True, False], Y, 1e8)
    wide = np.where(Y > 0, 60_000, -60_000).astype(np.float16)
    for fine in (Y, Y + 1e5, Y * 1e-30, np.full_like(Y, 0.3), flat, wide, Y.astype("f4")):
        mm.MMPHATEWidget(fine).close()


@pytest.mark.parametrize(
    ("Y", "message"),
    [
        (
            np.zeros((4, 3, 6)),
            "`Y` must have shape (epochs, steps, units, 2 or 3); got shape (4, 3, 6)",
        ),
        (np.zeros((4, 3, 6, 4)), "`Y` must have shape"),
        (np.zeros((4, 3, 5, 3)), "`Y` must match the trace's (epochs, steps, units) (4, 3, 6)"),
        (np.full((4, 3, 6, 3), np.nan), "`Y` must be finite; got nan at epoch 0, step 0"),
        (np.full((4, 3, 6, 3), "a"), "`Y` must hold real numbers"),
        (np.full((4, 3, 6, 3), 1e39), "`Y` must not exceed 1e+15"),
    ],
)
def test_bad_coordinates_are_named(trace, Y, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        mm.MMPHATEWidget(Y, trace=trace)


def test_a_trace_must_be_one():
    with pytest.raises(TypeError, match=r"`trace` must be a Trace .* got ndarray"):
        mm.MMPHATEWidget(np.zeros((*SHAPE, 3)), trace=np.zeros((*SHAPE, 8)))


def test_selected_traits_cannot_be_set_by_hand(widget):
    with pytest.raises(traitlets.TraitError, match="selected_units"):
        widget.selected_units = np.array([1])


def test_the_picture_shows_the_points_where_project_puts_them(widget, tmp_path):
    widget.view = {**widget.view, "width": 300, "height": 200}
    widget.color_by = "unit"
    path = widget.save_image(tmp_path / "frame.png", scale=2)
    picture = np.asarray(Image.open(path).convert("RGB")).astype(int)
    assert picture.shape == (400, 600, 3)
    x, y = np.round(2 * widget.project([0])[0]).astype(int)
    assert np.abs(picture[y, x] - 255).sum() > 60
    dark = np.asarray(Image.open(widget.save_image(tmp_path / "dark.png", dark=True)))
    assert dark[0, 0].max() < 60


def test_explore_fits_once_and_shows(trace):
    estimator = mm.MMPHATE(t=3, random_state=0, interslice_knn=5)
    widget = mm.explore(trace, estimator=estimator)
    np.testing.assert_array_equal(widget._positions, estimator.embedding_.astype(np.float32))
    fitted = estimator.embedding_
    again = mm.explore(trace, estimator=estimator, color_by=np.arange(6.0))
    assert estimator.embedding_ is fitted
    assert again.color_by == "values"
    other = mm.Trace.from_array(trace.values[::-1])
    mm.explore(other, estimator=estimator)
    assert estimator.embedding_ is not fitted
    fitted = estimator.embedding_
    mm.explore(other, estimator=estimator.set_params(n_components=2))
    assert estimator.embedding_.shape[-1] == 2
    with pytest.raises(TypeError, match="`estimator` must be an MMPHATE; got str"):
        mm.explore(trace, estimator="umap")
    for bad, message in (
        (3, "have 4 axes"),
        ("abc", "hold real"),
        (np.full((*SHAPE, 2), np.nan), "be"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"`trace` must {message}"):
            mm.explore(bad)


def test_an_operation_that_comes_late_does_not_take_the_page_back(widget, page):
    """Lost at first and repeated, it arrives after the page has said that it went on."""
    window = record_window(widget.window, View.from_dict(widget.view))
    where = {**window, "epoch": 1.0}
    say_where(widget, "a", word=7, seen=99, epoch=3)
    page.say(
        {
            **page.signed("late"),
            "kind": "command",
            "name": "invert",
            "window": where,
            "word": 6,
        }
    )
    assert widget.epoch == 3
    assert widget.selection.epochs.tolist() == [1]
    page.say(
        {
            **page.signed("now"),
            "kind": "command",
            "name": "invert",
            "window": where,
            "word": 7,
        }
    )
    assert widget.epoch == 1
