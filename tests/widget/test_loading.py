import json
import shutil
import subprocess
import sys
import warnings
import zipfile

import numpy as np
import pytest

import mmphate_widget as mm

SHAPE = (4, 3, 6)
LAYERS = {"lower": 2, "upper": 4}
SQUARE = [[0, 0], [420, 0], [420, 600], [0, 600]]


def make_trace(seed=0):
    return mm.Trace.from_array(
        np.random.default_rng(seed).normal(size=(*SHAPE, 8)),
        epochs=[0, 1, 2, 9],
        layers=LAYERS,
        sample_labels=["a", "a", "b", "b", "c", "c", "d", "d"],
        metrics={"loss": [3.0, 2.0, float("nan"), 0.5]},
    )


@pytest.fixture
def trace(tmp_path):
    trace = make_trace()
    trace.save(tmp_path / "run.zarr")
    return trace


@pytest.fixture
def widget(trace):
    widget = mm.MMPHATEWidget(
        np.random.default_rng(1).normal(size=(*SHAPE, 3)),
        trace=trace,
        show="steps",
        height=300,
        parameters={"t": "auto", "gamma": np.float32(0.5), "random_state": np.random.default_rng},
    )
    yield widget
    widget.close()


def work(widget):
    """An evening's work: a lasso, an undo, groups, a channel, a camera of one's own."""
    widget.step, widget.hidden_units, widget.unit_rule = 1, [4], "any"
    widget.view = {**widget.view, "position": [3.0, 1.0, 2.0], "width": 640.0}
    widget.depth, widget.speed = "front", 3.5
    widget.select(units=[0, 5])
    widget.groups.add("early movers")
    widget._operate(
        {
            "op": "polygon",
            "tool": "lasso",
            "combine": "add",
            "polygon": SQUARE,
            "depth": "through",
            "rule": "any",
            **widget._window_record(),
        }
    )
    widget.groups.add("lassoed")
    widget.step = 2
    widget.invert_selection()
    widget.select(units=[1])
    widget.undo()
    widget.epoch = 1.25
    widget.add_channel("phase", np.linspace(0, 6, 18).reshape(3, 6), kind="cyclic")
    widget.color_by = "phase"


def told(widget):
    """Everything that must survive, as JSON."""
    selections = {"": widget.selection, **widget.groups}
    traits = ("epoch", "step", "show", "view", "depth", "unit_rule", "hidden_units", "speed")
    # The activity of units goes with the trace; how often the description changed says nothing.
    passing = ("generation", "has_activity", "revision")
    meta = {key: value for key, value in widget._meta.items() if key not in passing}
    meta["channels"] = [
        {key: value for key, value in channel.items() if key != "revision"}
        for channel in meta["channels"]
    ]
    return {
        "positions": widget._positions.tobytes().hex(),
        "traits": [widget.height, widget.color_by, *(getattr(widget, name) for name in traits)],
        "meta": meta,
        "colors": [widget._coloring[name][0].values.tolist() for name in ("phase", "unit")],
        "groups": list(widget.groups),
        "selections": {
            name: [
                selection.points.tolist(),
                np.flatnonzero(selection.offered).tolist(),
                selection.promoted_units.tolist(),
                [[layer, at.tolist()] for layer, at in selection.by_layer().items()],
                selection.record,
            ]
            for name, selection in selections.items()
        },
        "selected": [widget.selected_units.tolist(), widget.selected_points.tolist()],
        "parameters": widget.parameters,
    }


def opened(path, **given):
    widget = mm.load(path, **given)
    try:
        return json.loads(json.dumps(told(widget)))
    finally:
        widget.close()


def test_all_of_it_survives_a_new_process(widget, trace, tmp_path):
    work(widget)
    assert widget.save(tmp_path / "run.mm") == tmp_path / "run.mm"
    code = """
import json, sys, warnings
warnings.simplefilter("error")
sys.path.insert(0, sys.argv[1])
import mmphate_widget as mm
import test_loading
w = mm.load("run.mm")
known = test_loading.told(w)
known["trace"] = w.trace.data_hash()
known["redone"] = w.redo().points.tolist()
known["undone"] = [w.undo().points.tolist() for _ in range(5)]
print(json.dumps(known))
"""
    folder = __file__.rsplit("/", 1)[0]
    printed = subprocess.run(
        [sys.executable, "-c", code, folder],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout
    known = json.loads(printed)
    assert known.pop("trace") == trace.data_hash()
    expected = json.loads(json.dumps(told(widget)))
    assert known.pop("redone") == widget.redo().points.tolist()
    assert known.pop("undone") == [widget.undo().points.tolist() for _ in range(5)]
    assert known == expected
    assert known["parameters"]["gamma"] == 0.5
    assert "default_rng" in known["parameters"]["random_state"]


def test_the_selection_replays_after_loading(widget, tmp_path):
    work(widget)
    widget.save(tmp_path / "run.mm")
    again = mm.load(tmp_path / "run.mm")
    record, points = again.selection.record, again.selection.points
    assert len(record) == 3
    again.clear_selection()
    assert again.reselect(record).points.tolist() == points.tolist() != []
    grouped = again.groups["lassoed"]
    assert again.groups.select("lassoed").points.tolist() == grouped.points.tolist()
    assert again.reselect(grouped.record).points.tolist() == grouped.points.tolist()
    again.close()


def test_a_kept_run_may_be_kept_again(widget, tmp_path):
    work(widget)
    widget.save(tmp_path / "run.mm")
    again = mm.load(tmp_path / "run.mm")
    again.save(tmp_path / "again.mm")
    again.close()
    assert opened(tmp_path / "again.mm") == json.loads(json.dumps(told(widget)))


def test_run_and_trace_may_move_together(widget, tmp_path):
    widget.save(tmp_path / "run.mm")
    (tmp_path / "there").mkdir()
    for name in ("run.mm", "run.zarr"):
        shutil.move(tmp_path / name, tmp_path / "there" / name)
    again = mm.load(tmp_path / "there" / "run.mm")
    assert again.trace.source == tmp_path / "there" / "run.zarr"
    again.close()


def test_the_run_may_move_alone(widget, tmp_path):
    widget.save(tmp_path / "run.mm")
    (tmp_path / "there").mkdir()
    shutil.move(tmp_path / "run.mm", tmp_path / "there" / "run.mm")
    again = mm.load(tmp_path / "there" / "run.mm")
    assert again.trace.source == tmp_path / "run.zarr"
    again.close()


def test_a_changed_trace_is_noticed(widget, trace, tmp_path):
    widget.save(tmp_path / "run.mm")
    changed = make_trace(seed=5)
    changed.save(tmp_path / "run.zarr")
    hashes = f"hash {trace.data_hash()}; got .* with hash {changed.data_hash()}"
    with pytest.raises(ValueError, match=f"the trace has changed: .*{hashes}") as noticed:
        mm.load(tmp_path / "run.mm")
    assert f"the trace at {tmp_path / 'run.zarr'}" in str(noticed.value)
    with pytest.raises(ValueError, match=f"the trace has changed: .*{hashes}"):
        mm.load(tmp_path / "run.mm", trace=changed)
    with pytest.raises(ValueError, match="the trace has changed"):
        mm.load(tmp_path / "run.mm", trace=trace[:2])
    again = mm.load(tmp_path / "run.mm", trace=trace)
    assert again.trace is trace
    again.close()


def test_changed_lengths_are_noticed(tmp_path):
    trace = mm.Trace.from_array(make_trace().values, lengths=[3, 2, 3, 3, 1, 3, 3, 3])
    trace.save(tmp_path / "run.zarr")
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 3)), trace=trace)
    widget.save(tmp_path / "run.mm")
    widget.close()
    again = mm.load(tmp_path / "run.mm")
    assert again.trace.equals(trace)
    again.close()
    mm.Trace.from_array(trace.values).save(tmp_path / "run.zarr")
    with pytest.raises(ValueError, match="the trace has changed"):
        mm.load(tmp_path / "run.mm")


@pytest.mark.parametrize("is_folder", [True, False])
def test_what_lies_in_the_place_of_the_trace_is_not_taken_for_the_run(
    widget, trace, tmp_path, is_folder
):
    widget.save(tmp_path / "run.mm")
    place = tmp_path / "run.zarr"
    shutil.rmtree(place)
    place.mkdir() if is_folder else place.write_text("notes")
    wanted = (
        r"the trace of this run cannot be read from .*run\.zarr: .*mm\.load\(path, trace=trace\)"
    )
    with pytest.raises(ValueError, match=wanted):
        mm.load(tmp_path / "run.mm")
    mm.load(tmp_path / "run.mm", trace=trace).close()


def test_names_of_a_trace_may_change(widget, trace, tmp_path):
    widget.save(tmp_path / "run.mm")
    named = mm.Trace.from_array(trace.values, units=list("uvwxyz"))
    widget.select(units=[1])
    again = mm.load(tmp_path / "run.mm", trace=named)
    assert again.select(units=["v"]).units.tolist() == [1]
    assert again._coloring["unit"][0].categories == tuple("uvwxyz")
    assert again.color_by == "label"
    again.close()


def test_without_its_trace_a_run_opens_with_names_and_curves(widget, trace, tmp_path):
    work(widget)
    widget.save(tmp_path / "run.mm")
    shutil.move(tmp_path / "run.zarr", tmp_path / "gone.zarr")
    with pytest.warns(UserWarning, match=r"The trace is missing: there is nothing at .*run\.zarr"):
        again = mm.load(tmp_path / "run.mm")
    assert again.trace is None
    assert again._meta["has_activity"] is False
    known = json.loads(json.dumps(told(again)))
    assert known == json.loads(json.dumps(told(widget)))
    assert known["meta"]["layers"] == ["lower", "upper"]
    assert known["meta"]["curves"] == [{"name": "loss", "values": [3.0, 2.0, None, 0.5]}]
    again.color_by = "label"
    np.testing.assert_array_equal(
        again._coloring["label"][0].values, widget._coloring["label"][0].values
    )
    # Kept once more, it still knows its trace.
    again.color_by = "phase"
    again.save(tmp_path / "again.mm")
    again.close()
    shutil.move(tmp_path / "gone.zarr", tmp_path / "run.zarr")
    restored = mm.load(tmp_path / "again.mm")
    assert restored.trace.data_hash() == trace.data_hash()
    assert restored._meta["has_activity"] is True
    assert json.loads(json.dumps(told(restored))) == known
    restored.close()


def test_a_trace_that_was_never_saved_is_said_to_get_lost(tmp_path):
    trace = make_trace()
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 2)), trace=trace)
    with pytest.warns(
        UserWarning, match=r"elsewhere\. Keep it with w\.trace\.save\(\.\.\.\), then save"
    ):
        widget.save(tmp_path / "run.mm")
    with pytest.warns(UserWarning, match="The trace is missing: it was never saved"):
        mm.load(tmp_path / "run.mm").close()
    again = mm.load(tmp_path / "run.mm", trace=trace)
    assert again.trace is trace
    again.close()
    widget.close()


@pytest.mark.parametrize("lengths", [None, [3, 2, 3, 3, 1, 3, 3, 3]])
def test_a_trace_that_was_replaced_is_said_to_get_lost(tmp_path, lengths):
    trace = mm.Trace.from_array(make_trace().values, lengths=lengths)
    trace.save(tmp_path / "run.zarr")
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 2)), trace=trace)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        widget.save(tmp_path / "run.mm")
    for values, ends in ((trace.values + 1, lengths), (trace.values, [1, 2, 3, 3, 1, 3, 3, 3])):
        mm.Trace.from_array(values, lengths=ends).save(tmp_path / "run.zarr")
        with pytest.warns(UserWarning, match=r"elsewhere: .*run\.zarr holds something else now"):
            widget.save(tmp_path / "run.mm")
    (tmp_path / "run.zarr" / "values" / "zarr.json").unlink()
    with pytest.warns(UserWarning, match=r"elsewhere: .*run\.zarr holds something else now"):
        widget.save(tmp_path / "run.mm")
    widget.close()


def test_a_run_without_a_trace_says_nothing_of_one(tmp_path):
    widget = mm.MMPHATEWidget(np.random.default_rng(1).normal(size=(*SHAPE, 3)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        widget.save(tmp_path / "run.mm")
        again = mm.load(tmp_path / "run.mm")
    assert again.trace is None
    assert again.selection.record == []
    assert not again._selector.history.can_undo
    again.close()
    widget.close()


def test_explore_keeps_the_parameters(tmp_path):
    trace = make_trace()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        widget = mm.explore(trace, estimator=mm.MMPHATE(random_state=3, gamma=1))
    assert widget.parameters["gamma"] == 1
    assert widget.parameters["random_state"] == 3
    widget.close()


def test_an_operation_stands_in_the_file_once(widget, tmp_path):
    for unit in range(6):
        widget.select(units=[unit], combine="add")
    widget.groups.add("all")
    widget.save(tmp_path / "run.mm")
    with zipfile.ZipFile(tmp_path / "run.mm") as file:
        page = json.loads(file.read("run.json"))
    assert len(page["operations"]) == 6
    assert [len(record) for record in page["records"]] == [0, 1, 2, 3, 4, 5, 6, 6]


def test_what_is_not_a_run_is_refused(widget, tmp_path):
    (tmp_path / "other.mm").write_text("hello")
    with pytest.raises(ValueError, match="`path` must be a kept run, written by MMPHATEWidget"):
        mm.load(tmp_path / "other.mm")
    with pytest.raises(TypeError, match="`path` must be a str or Path; got None"):
        mm.load(None)
    with pytest.raises(FileNotFoundError, match="there is nothing at"):
        mm.load(tmp_path / "missing.mm")
    widget.save(tmp_path / "run.mm")
    with pytest.raises(TypeError, match="`trace` must be a Trace; got ndarray"):
        mm.load(tmp_path / "run.mm", trace=np.zeros(3))
    with pytest.raises(FileExistsError, match="must be free or hold a kept run to replace"):
        widget.save(tmp_path / "other.mm")


def test_a_run_with_a_part_missing_is_damaged(widget, tmp_path):
    widget.save(tmp_path / "run.mm")
    with zipfile.ZipFile(tmp_path / "run.mm") as file:
        page = file.read("run.json")
    with zipfile.ZipFile(tmp_path / "run.mm", "w") as file:
        file.writestr("run.json", page)
    with pytest.raises(ValueError, match=r"which is damaged \(KeyError: 'positions'\)"):
        mm.load(tmp_path / "run.mm")


def test_parameters_are_a_mapping_with_names():
    for parameters in (3, {3: 4}):
        with pytest.raises(TypeError, match="`parameters` must be a mapping from names"):
            mm.MMPHATEWidget(np.zeros((*SHAPE, 3)), parameters=parameters)
