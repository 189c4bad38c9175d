"""What is saved comes back equal; a place that holds something else is left alone."""

import json
import shutil
from inspect import unwrap
from pathlib import Path

import numpy as np
import pytest

from mmphate_widget.trace import Trace, store


def make(**changed):
    values = np.random.default_rng(0).normal(size=(4, 3, 5, 6)).astype(np.float32)
    return Trace.from_array(values, **changed)


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"epochs": [0, 1, 29, 39], "steps": [5, 7, 9], "lengths": [3, 2, 1, 3, 3, 3]},
        {"sample_labels": [3, -1, 3, 3, 0, 2**40], "layers": ["a", None, "b/c", "a", "ü"]},
        {"sample_labels": ["", "b", "ä", "b", "<", "long label"], "units": list("vwxyz")},
        {"layers": ["a", "b", "a", "a", None], "layer_positions": [7, 7, 0, 3, 2]},
        {"metrics": {"loss": [1, np.nan, np.inf, 0], "a/b ü": [0.1, 0.2, 0.3, 1e-300]}},
    ],
)
def test_round_trip(tmp_path, labels):
    trace = make(**labels)
    trace.save(tmp_path / "deep" / "run.zarr")
    loaded = Trace.load(str(tmp_path / "deep" / "run.zarr"))
    assert loaded.equals(trace)
    assert list(loaded.metrics) == list(trace.metrics)
    assert loaded.data_hash() == trace.data_hash()
    assert not loaded.values.flags.writeable


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_round_trip_keeps_the_type(tmp_path, dtype):
    trace = Trace.from_array(np.full((2, 2, 2, 2), 1 / 3, dtype))
    trace.save(tmp_path / "run.zarr")
    assert Trace.load(tmp_path / "run.zarr").equals(trace)


def test_round_trip_over_several_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "CHUNK_BYTES", 400)
    trace = make()
    trace.save(tmp_path / "run.zarr")
    assert len(list((tmp_path / "run.zarr" / "values" / "c").iterdir())) == 4
    assert Trace.load(tmp_path / "run.zarr").equals(trace)


def test_it_is_a_zarr_v3_group_without_pickle(tmp_path):
    make(units=list("abcde")).save(tmp_path / "run.zarr")
    header = json.loads((tmp_path / "run.zarr" / "zarr.json").read_text())
    assert (header["zarr_format"], header["node_type"]) == (3, "group")
    assert header["attributes"]["units"] == list("abcde")
    codecs = "".join(path.read_text() for path in (tmp_path / "run.zarr").rglob("zarr.json"))
    assert "pickle" not in codecs


def test_saving_again_replaces_the_trace_and_leaves_nothing_beside_it(tmp_path):
    make(metrics={"loss": [1, 2, 3, 4]}).save(tmp_path / "run.zarr")
    newer = make()[1:]
    newer.save(tmp_path / "run.zarr")
    assert Trace.load(tmp_path / "run.zarr").equals(newer)
    assert [path.name for path in tmp_path.iterdir()] == ["run.zarr"]


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "run.zarr").mkdir()
    make().save(tmp_path / "run.zarr")
    assert Trace.load(tmp_path / "run.zarr").equals(make())


def test_a_failed_save_leaves_the_older_trace(tmp_path, monkeypatch):
    make().save(tmp_path / "run.zarr")

    def fail(*_args):
        raise OSError("disk full")

    monkeypatch.setattr(store, "_write_array", fail)
    with pytest.raises(OSError, match="disk full"):
        make()[1:].save(tmp_path / "run.zarr")
    assert Trace.load(tmp_path / "run.zarr").equals(make())
    assert [path.name for path in tmp_path.iterdir()] == ["run.zarr"]


def test_a_failed_move_brings_the_older_trace_back(tmp_path, monkeypatch):
    make().save(tmp_path / "run.zarr")
    rename = Path.rename

    def fail(path, target):
        if path.name == "fresh":
            raise OSError("no permission")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="no permission"):
        make()[1:].save(tmp_path / "run.zarr")
    assert Trace.load(tmp_path / "run.zarr").equals(make())
    assert [path.name for path in tmp_path.iterdir()] == ["run.zarr"]


@pytest.mark.parametrize("foreign", ["file", "folder", "zarr"])
def test_something_else_is_neither_replaced_nor_read(tmp_path, foreign):
    path = tmp_path / "thing"
    if foreign == "file":
        path.write_text("notes")
    else:
        path.mkdir()
        (path / "zarr.json").write_text('{"attributes": {}}' if foreign == "zarr" else "[]")
    with pytest.raises(FileExistsError, match="`path` must be free or hold a saved Trace"):
        make().save(path)
    assert path.exists()
    with pytest.raises(ValueError, match=r"`path` must be a saved Trace; got .*something else"):
        Trace.load(path)


@pytest.mark.parametrize(
    "part", ["values/c/1/0/0/0", "metrics/0/c/0", "sample_labels", "steps/c/0"]
)
def test_a_missing_file_says_where(tmp_path, monkeypatch, part):
    monkeypatch.setattr(store, "CHUNK_BYTES", 400)
    labels = {"steps": [1, 2, 3], "sample_labels": range(1, 7), "metrics": {"loss": np.ones(4)}}
    make(**labels).save(tmp_path / "run.zarr")
    path = tmp_path / "run.zarr" / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    match = rf"run\.zarr, whose '{part.split('/c/')[0]}' is not what was saved"
    with pytest.raises(ValueError, match=match):
        Trace.load(tmp_path / "run.zarr")


def test_nothing_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="`path` must be a saved Trace; there is nothing"):
        Trace.load(tmp_path / "run.zarr")


def test_a_newer_format_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "VERSION", 2)
    make().save(tmp_path / "run.zarr")
    monkeypatch.setattr(store, "VERSION", 1)
    with pytest.raises(ValueError, match=r"version 1 or older; got version 2\. Update"):
        Trace.load(tmp_path / "run.zarr")


def test_a_link_stays_one(tmp_path):
    link = tmp_path / "latest.zarr"
    link.symlink_to(tmp_path / "runs" / "1.zarr")
    for trace in (make(), make(units=list("vwxyz"))):
        trace.save(link)
        assert link.is_symlink()
        assert Trace.load(tmp_path / "runs" / "1.zarr").equals(trace)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("path", [None, 3, b"run.zarr"])
def test_a_path_is_text_or_a_path(path):
    # Past the checker of annotations, which users do not run.
    for function, given in ((store.read_fields, ()), (store.write_fields, ({},))):
        with pytest.raises(TypeError, match="`path` must be a str or Path; got"):
            unwrap(function)(*given, path)
