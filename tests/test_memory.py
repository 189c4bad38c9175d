import numpy as np
import pytest
from memory_table import INPUTS, measure_in_fresh_process

import mmphate_widget as mm
from mmphate_widget._footprint import entries
from mmphate_widget._lengths import without_padding


@pytest.mark.parametrize("name", ["small", "small, 2D, 300 landmarks", "phate, small"])
def test_within_a_quarter_of_what_a_fit_takes(name):
    """The other inputs of ``tests/bench/memory_table.py`` take a minute more."""
    run = measure_in_fresh_process(name)
    assert run["estimate"] == pytest.approx(run["measured"], rel=0.25)


def test_takes_trace_array_and_shape():
    values = np.cumsum(np.random.default_rng(0).normal(size=(30, 20, 8, 5)), axis=0)
    found = mm.estimate_memory(values, n_jobs=1)
    assert mm.estimate_memory(mm.Trace.from_array(values), n_jobs=1) == found
    shape = mm.estimate_memory(values.shape, n_jobs=1)
    assert 0.5 < shape / found < 2
    assert mm.estimate_memory(values.shape, n_jobs=1, n_landmark=200) < shape / 2


@pytest.mark.parametrize("shape", [spec[0] for spec in INPUTS.values()])
def test_more_of_anything_takes_more(shape):
    size = mm.estimate_memory(shape, n_jobs=2)
    for axis in range(4):
        larger = tuple(4 * n if at == axis else n for at, n in enumerate(shape))
        assert mm.estimate_memory(larger, n_jobs=2) >= size


def test_unequal_lengths_take_more():
    values = np.random.default_rng(0).normal(size=(30, 20, 8, 6))
    trace = mm.Trace.from_array(values, lengths=[20, 20, 20, 9, 9, 5])
    options = {"n_jobs": 1, "n_landmark": 50}
    assert mm.estimate_memory(trace, **options) > mm.estimate_memory(values, **options)


@pytest.mark.parametrize("lengths", [None, [9, 9, 9, 9, 3, 3, 4, 5]])
@pytest.mark.filterwarnings("ignore:`intraslice_knn`:UserWarning")
def test_entries_are_those_of_the_kernel(lengths):
    """With few slices all are looked at, and the count of entries of K is exact."""
    values = np.random.default_rng(0).normal(size=(10, 9, 2, 8)).cumsum(0)
    if lengths is not None:
        values = without_padding(values, np.array(lengths))
    options = {"intraslice_knn": 1, "interslice_knn": 8}
    settings = mm.MMPHATE(**options)._settings(values)
    valid = None if lengths is None else np.array(lengths)
    _, intra, near = entries(values, valid, settings)
    kernel = mm.multiway_kernel(values, lengths=lengths, **options)
    assert (intra + near) * kernel.shape[0] == pytest.approx(kernel.nnz)


def test_lengths_that_no_fit_takes_are_refused():
    trace = mm.Trace.from_array(np.zeros((2, 5, 3, 3)), lengths=[5, 2, 2])
    with pytest.raises(ValueError, match="`lengths` must leave at least 2 valid samples"):
        mm.estimate_memory(trace)


def test_far_too_large_a_shape_costs_nothing_to_ask_about():
    assert mm.estimate_memory((10_000, 1_000, 512, 100)) > 1e12


@pytest.mark.parametrize("values", [np.zeros((1, 1, 1, 2)), np.zeros((3, 1, 300, 2)), (1, 1, 1, 2)])
def test_smallest_inputs(values):
    assert 0 < mm.estimate_memory(values) < 1e9


@pytest.mark.parametrize(
    ("trace", "parameters", "error", "message"),
    [
        (np.zeros((2, 3, 4)), {}, ValueError, r"`trace` must have 4 axes .* got shape \(2, 3, 4\)"),
        ((2, 3, 4), {}, ValueError, r"`trace` must have 4 axes .* got shape \(2, 3, 4\)"),
        ((2, 3, 4, 0), {}, ValueError, "`trace` must be an integer at least 1; got 0"),
        ((2, 3, 4, 2.5), {}, TypeError, "`trace` must be an integer at least 1"),
        (np.full((2, 2, 2, 2), "a"), {}, TypeError, "`trace` must hold real numbers"),
        (np.full((2, 2, 2, 2), np.nan), {}, ValueError, "`trace` must be finite; got nan at epoch"),
        (
            np.zeros((2, 3, 4, 1)),
            {},
            ValueError,
            r"`trace` must have at least 2 samples; got shape",
        ),
        ((2, 3, 4, 1), {}, ValueError, r"`trace` must have at least 2 samples; got shape"),
        (np.full((2, 2, 2, 2), 1e120), {"normalize": False}, ValueError, "`trace` must lie within"),
        ((2, 3, 4, 5), {"n_landmark": 1}, ValueError, "`n_landmark` must be an integer at least"),
        ((2, 3, 4, 5), {"landmarks": 9}, TypeError, "landmarks"),
    ],
)
def test_bad_arguments_are_named(trace, parameters, error, message):
    with pytest.raises(error, match=message):
        mm.estimate_memory(trace, **parameters)
