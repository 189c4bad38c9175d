import gc
import weakref

import numpy as np

import mmphate_widget as mm


def test_a_trace_knows_where_it_lies(tmp_path, monkeypatch):
    trace = mm.Trace.from_array(np.zeros((2, 3, 4, 5)))
    assert trace.source is None
    monkeypatch.chdir(tmp_path)
    trace.save("run.zarr")
    assert trace.source == tmp_path / "run.zarr"
    assert mm.Trace.load("run.zarr").source == tmp_path / "run.zarr"
    trace.save(tmp_path / "again.zarr")
    assert trace.source == tmp_path / "again.zarr"


def test_a_part_of_a_trace_lies_nowhere(tmp_path):
    trace = mm.Trace.from_array(np.zeros((2, 3, 4, 5)))
    trace.save(tmp_path / "run.zarr")
    assert trace[1:].source is None


def test_the_place_keeps_no_trace_in_memory(tmp_path):
    trace = mm.Trace.from_array(np.zeros((2, 3, 4, 5)))
    trace.save(tmp_path / "run.zarr")
    seen = weakref.ref(trace)
    del trace
    gc.collect()
    assert seen() is None
