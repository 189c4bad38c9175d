"""What goes in comes out on the right axis and cannot change; bad input says what is wrong."""

import copy
import itertools
import pickle
from inspect import unwrap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmphate_widget.trace import Trace, as_trace
from mmphate_widget.trace.labels import layer_names, metric_curves, strings, unit_names
from mmphate_widget.trace.values import DIMS, axis_order, to_values


@pytest.fixture
def values():
    return np.random.default_rng(0).normal(size=(4, 3, 5, 6))


def labelled(values, **changed):
    labels = {
        "epochs": [0, 1, 29, 39],
        "steps": [2, 4, 6],
        "layers": {"rnn": 3, "head": 2},
        "sample_labels": ["a", "b", "a", "b", "c", "c"],
        "metrics": {"loss": [3.0, 2.0, np.nan, 1.0]},
    }
    return Trace.from_array(values, **(labels | changed))


@pytest.mark.parametrize("dims", list(itertools.permutations(DIMS)))
def test_any_order_of_dims_gives_the_same_trace(values, dims):
    given_array = values.transpose([DIMS.index(dim) for dim in dims])
    trace = Trace.from_array(given_array, dims=dims)
    np.testing.assert_array_equal(trace.values, values)
    assert trace.values.flags.c_contiguous


def test_sizes_and_defaults(values):
    trace = Trace.from_array(values)
    assert trace.shape == (4, 3, 5, 6)
    assert (trace.n_epochs, trace.n_steps, trace.n_units, trace.n_samples) == trace.shape
    assert trace.epochs.tolist() == [0, 1, 2, 3]
    assert trace.units == ("0", "1", "2", "3", "4")
    assert trace.layers == (None,) * 5
    assert trace.sample_labels is None
    assert trace.lengths is None
    assert dict(trace.metrics) == {}


def test_labels_are_kept(values):
    trace = labelled(values)
    assert trace.epochs.tolist() == [0, 1, 29, 39]
    assert trace.units == ("rnn[0]", "rnn[1]", "rnn[2]", "head[0]", "head[1]")
    assert trace.layers == ("rnn", "rnn", "rnn", "head", "head")
    assert trace.sample_labels.tolist() == ["a", "b", "a", "b", "c", "c"]
    np.testing.assert_array_equal(trace.metrics["loss"], [3, 2, np.nan, 1])


def test_layers_by_unit_count_units_within_their_layer(values):
    trace = Trace.from_array(values, layers=["a", None, "b", "a", None])
    assert trace.units == ("a[0]", "1", "b[0]", "a[1]", "4")
    assert trace.layer_positions.tolist() == [0, 0, 0, 1, 1]
    assert trace.layer_positions.dtype == np.int64


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_types_are_kept(values, dtype):
    assert Trace.from_array(values.astype(dtype)).values.dtype == dtype


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.array([[[[True, False]]]]), np.float32),
        (np.array([[[[2**24, -(2**24)]]]]), np.float32),
        (np.array([[[[2**24 + 1, 0]]]]), np.float64),
        (np.array([[[[-(2**24) - 1, 0]]]]), np.float64),
        (np.array([[[[200, 3]]]], np.uint8), np.float32),
        (np.array([[[[1.5, 3]]]], np.longdouble), np.float64),
        (np.array([[[[1.5, 3]]]], ">f4"), np.float32),
    ],
)
def test_other_types_become_a_float_that_holds_them(array, dtype):
    trace = Trace.from_array(array)
    assert trace.values.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(trace.values.astype(np.float64), array.astype(np.float64))


def test_users_array_is_neither_changed_nor_able_to_change_the_trace(values):
    before = values.copy()
    trace = Trace.from_array(values[::-1][::-1])
    assert values.flags.writeable
    values[:] = 7
    np.testing.assert_array_equal(trace.values, before)


def test_read_only_view_of_a_writable_array_is_copied(values):
    view = values.view()
    view.flags.writeable = False
    assert not np.shares_memory(Trace.from_array(view).values, values)


def test_memory_that_nobody_can_write_to_is_not_copied(values, tmp_path):
    values.flags.writeable = False
    assert np.shares_memory(Trace.from_array(values).values, values)
    assert np.shares_memory(Trace.from_array(values)[1:].values, values)
    np.save(tmp_path / "values.npy", values)
    mapped = np.load(tmp_path / "values.npy", mmap_mode="r")
    assert np.shares_memory(Trace.from_array(mapped).values, mapped)


def test_values_are_copied_no_more_than_once(values):
    for given_array in (values, values.astype(np.float32), values.transpose(1, 0, 2, 3)):
        once = to_values(given_array)
        assert not np.shares_memory(once, given_array)
        assert np.shares_memory(Trace.from_array(once).values, once)


def test_nothing_in_it_can_be_written(values):
    trace = labelled(values, lengths=[3, 2, 3, 1, 3, 3])
    arrays = [trace.values, trace.epochs, trace.steps, trace.lengths, trace.sample_labels]
    for array in [*arrays, trace.layer_positions, trace.metrics["loss"]]:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = array[0]
    with pytest.raises(AttributeError):
        trace.units = ()
    with pytest.raises(TypeError):
        trace.metrics["loss"] = np.zeros(4)


def test_labels_do_not_share_memory_with_what_was_given(values):
    epochs, classes, loss = np.arange(4), np.array(list("abcabc")), np.ones(4)
    trace = Trace.from_array(values, epochs=epochs, sample_labels=classes, metrics={"loss": loss})
    epochs[:], classes[:], loss[:] = 9, "z", 9
    assert trace.epochs.tolist() == [0, 1, 2, 3]
    assert trace.sample_labels.tolist() == list("abcabc")
    assert trace.metrics["loss"].tolist() == [1, 1, 1, 1]


def test_values_past_the_length_become_zero_and_may_be_anything(values):
    values[:, 2, :, 1] = np.nan
    trace = Trace.from_array(values, lengths=[3, 2, 3, 3, 3, 1])
    assert (trace.values[:, 2, :, 1] == 0).all()
    assert (trace.values[:, 1:, :, 5] == 0).all()
    np.testing.assert_array_equal(trace.values[:, :, :, 0], values[:, :, :, 0])
    np.testing.assert_array_equal(trace.values[:, :2, :, 1], values[:, :2, :, 1])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_say_where_in_any_order_of_dims(values, bad):
    values[3, 1, 4, 2] = bad
    match = rf"`values` must be finite; got {bad} at epoch 3, step 1, unit 4, sample 2 \(1 of 360"
    with pytest.raises(ValueError, match=match):
        Trace.from_array(values.transpose(3, 1, 0, 2), dims=("sample", "step", "epoch", "unit"))


@pytest.mark.parametrize(
    ("array", "error", "match"),
    [
        (np.zeros((3, 4, 5)), ValueError, r"`values` must have 4 axes .* got 3 with shape \(3, 4"),
        (np.zeros((1, 1, 1, 1, 2)), ValueError, r"`values` must have 4 axes .* got 5"),
        (np.zeros((3, 0, 5, 2)), ValueError, r"`values` must not have an empty axis; .*3, 0, 5"),
        (np.zeros((1, 1, 1, 2), complex), TypeError, r"`values` must hold real .*complex128"),
        (np.array([[[["x"]]]]), TypeError, r"`values` must hold real numbers; got dtype <U1"),
        (np.array([[[[None]]]]), TypeError, r"`values` must hold real numbers; got dtype object"),
    ],
)
def test_bad_values(array, error, match):
    with pytest.raises(error, match=match):
        Trace.from_array(array)


@pytest.mark.parametrize(
    "dims",
    [
        ("epoch", "time", "unit", "sample"),
        ("epoch", "epoch", "unit", "sample"),
        ("epoch", "unit", "sample"),
    ],
)
def test_dims_must_name_each_axis_once(values, dims):
    with pytest.raises(ValueError, match=r"`dims` must name each of .* once.*got \('epoch'"):
        Trace.from_array(values, dims=dims)


@pytest.mark.parametrize(
    ("labels", "error", "match"),
    [
        ({"epochs": [0, 1, 2]}, ValueError, r"`epochs` must have shape \(4,\).*got shape \(3,\)"),
        ({"epochs": [0, 1, 1, 2]}, ValueError, r"`epochs` must be distinct; got \[0, 1, 1, 2\]"),
        ({"epochs": [0.5, 1, 2, 3]}, TypeError, r"`epochs` must hold integers; got dtype float64"),
        ({"steps": np.zeros((3, 1), int)}, ValueError, r"`steps` must have shape \(3,\).*\(3, 1\)"),
        ({"units": ["a"]}, ValueError, r"`units` must have shape \(5,\).*got shape \(1,\)"),
        ({"units": "abcde"}, TypeError, r"`units` must be a sequence of 5 names; got 'abcde'"),
        ({"layers": {"rnn": 4}}, ValueError, r"`layers` must have shape \(5,\).*got shape \(4,\)"),
        (
            {"layers": {"a": -1, "b": 5}},
            ValueError,
            r"`layers\['a'\]` must be an integer at least 0",
        ),
        ({"units": list("abcda")}, ValueError, r"`units` must be distinct; got 'a' more than once"),
        ({"epochs": [[0], [1, 2]]}, ValueError, r"`epochs` must be an array or nested lists"),
        (
            {"sample_labels": [None] * 6},
            TypeError,
            r"`sample_labels` must hold integers or strings",
        ),
        ({"sample_labels": 3}, ValueError, r"`sample_labels` must have one axis.* shape \(\)"),
        ({"layers": ["a"] * 6}, ValueError, r"`layers` must have shape \(5,\).*got shape \(6,\)"),
        ({"layer_positions": [0, 1]}, ValueError, r"`layer_positions` must have shape \(5,\)"),
        ({"layer_positions": [0.0] * 5}, TypeError, r"`layer_positions` must hold integers"),
        (
            {"layer_positions": [0, 1, 1, 0, 1]},
            ValueError,
            r"distinct inside each layer; got \[0, 1",
        ),
        ({"layer_positions": [0, 1, -1, 0, 1]}, ValueError, r"must be at least 0 and distinct"),
        ({"sample_labels": [1, 2]}, ValueError, r"`sample_labels` must have shape \(6,\)"),
        ({"sample_labels": [0.5] * 6}, TypeError, r"`sample_labels` must hold integers or strings"),
        ({"lengths": [1, 2]}, ValueError, r"`lengths` must have shape \(6,\)"),
        ({"lengths": [0, 1, 2, 3, 3, 3]}, ValueError, r"`lengths` must lie between 1 .* 3; got 0"),
        ({"lengths": [4, 1, 2, 3, 3, 3]}, ValueError, r"`lengths` must lie .* got 1 … 4"),
        ({"lengths": [1.0] * 6}, TypeError, r"`lengths` must hold integers; got dtype float64"),
        ({"metrics": {"loss": [1, 2]}}, ValueError, r"`metrics\['loss'\]` must have shape \(4,\)"),
        ({"metrics": {"loss": list("abcd")}}, TypeError, r"`metrics\['loss'\]` must hold real"),
    ],
)
def test_labels_that_do_not_fit(values, labels, error, match):
    with pytest.raises(error, match=match):
        Trace.from_array(values, **labels)


@pytest.mark.parametrize(
    ("check", "match"),
    [
        (lambda: unwrap(axis_order)(None), "`dims` must name each of .* once.*; got None"),
        (lambda: unwrap(axis_order)(("epoch", 1, "unit", 2)), r"`dims` must .* got \('epoch', 1"),
        (lambda: unwrap(unit_names)(5, layers=(), size=2), "`units` must be a sequence of 2 names"),
        (lambda: unwrap(layer_names)(5, size=2), "`layers` must be a sequence of 2 names; got 5"),
        (lambda: unwrap(layer_names)({"a": 2.0}, size=2), r"`layers\['a'\]` must be an integer"),
        (lambda: unwrap(metric_curves)([1, 2], size=2), r"`metrics` must be a mapping .*\[1, 2\]"),
    ],
)
def test_what_is_of_another_kind_is_named(check, match):
    # Past the checker of annotations, which users do not run.
    with pytest.raises((TypeError, ValueError), match=match):
        check()


def test_names_are_strings():
    assert Trace.from_array(np.zeros((1, 1, 2, 1)), units=np.array(["a", "b"])).units == ("a", "b")
    with pytest.raises(TypeError, match=r"`units` must hold strings; got 1.5"):
        strings([1.5], name="units")


def test_metrics_need_names():
    with pytest.raises(TypeError, match="`metrics` must have strings as keys; got 3"):
        # Past the checker of annotations, which users do not run.
        unwrap(metric_curves)({3: [1, 2, 3, 4]}, size=4)


def test_equals_sees_every_field(values):
    trace = labelled(values, lengths=[3] * 6)
    assert trace.equals(labelled(values, lengths=[3] * 6))
    assert not trace.equals(trace.values)
    others = {
        "epochs": [0, 1, 29, 40],
        "steps": [2, 4, 7],
        "layers": {"rnn": 2, "head": 3},
        "units": list("abcde"),
        "layer_positions": [0, 1, 3, 0, 1],
        "sample_labels": [1, 2, 1, 2, 3, 3],
        "lengths": None,
        "metrics": {"loss": [3.0, 2.0, 0.0, 1.0]},
    }
    for name, other in others.items():
        assert not trace.equals(labelled(values, **({"lengths": [3] * 6} | {name: other}))), name
    assert not trace.equals(labelled(values + 1, lengths=[3] * 6))
    assert not trace.equals(labelled(values.astype(np.float32), lengths=[3] * 6))


def test_data_hash_is_of_values_shape_and_type_alone(values):
    trace = labelled(values)
    assert trace.data_hash() == Trace.from_array(values).data_hash()
    assert len(trace.data_hash()) == 64
    others = [values + 1, values.reshape(3, 4, 5, 6), values.astype(np.float32)]
    assert len({trace.data_hash(), *(Trace.from_array(v).data_hash() for v in others)}) == 4


def test_data_hash_is_of_unequal_lengths_too(values):
    short, shorter = (Trace.from_array(values, lengths=[n, 3, 3, 3, 3, 3]) for n in (2, 1))
    # The same values: lengths alone tell them apart.
    zeros = Trace.from_array(short.values)
    marked = Trace.from_array(shorter.values, lengths=[2, 3, 3, 3, 3, 3])
    hashes = {trace.data_hash() for trace in (short, zeros, shorter, marked)}
    assert len(hashes) == 4
    full = Trace.from_array(values, lengths=[3] * 6)
    assert full.data_hash() == Trace.from_array(values).data_hash()


def test_pickle_and_deepcopy_give_an_equal_frozen_trace(values):
    trace = labelled(values)
    for twin in (pickle.loads(pickle.dumps(trace)), copy.deepcopy(trace)):
        assert twin.equals(trace)
        assert not twin.values.flags.writeable


def test_numpy_sees_the_values(values):
    trace = Trace.from_array(values)
    assert np.asarray(trace) is trace.values
    np.testing.assert_array_equal(np.asarray(trace, np.float32), values.astype(np.float32))


def test_as_trace_passes_a_trace_through(values):
    trace = as_trace(values)
    np.testing.assert_array_equal(trace.values, values)
    assert as_trace(trace) is trace


@given(st.tuples(*[st.integers(1, 3)] * 4), st.permutations(DIMS))
def test_shape_follows_dims(shape, dims):
    trace = Trace.from_array(np.zeros(shape), dims=dims)
    assert trace.shape == tuple(shape[dims.index(dim)] for dim in DIMS)
