"""Indexing a Trace equals np.ix_ on its values, and labels follow their axis."""

from inspect import unwrap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmphate_widget.trace import Trace
from mmphate_widget.trace.indexing import _positions

SHAPE = (4, 3, 5, 6)


@pytest.fixture(scope="module")
def trace():
    return make()


def make(**changed):
    labels = {
        "epochs": [0, 1, 29, 39],
        "steps": [2, 4, 6],
        "layers": {"rnn": 3, "head": 2},
        "sample_labels": list("ababcc"),
        "metrics": {"loss": [4.0, 3.0, 2.0, 1.0]},
    }
    values = np.random.default_rng(0).normal(size=SHAPE)
    return Trace.from_array(values, **(labels | changed))


def axis_indices(size):
    positions = st.integers(-size, size - 1)
    return st.one_of(
        positions,
        st.lists(positions, min_size=1, max_size=size, unique_by=lambda i: i % size),
        st.lists(st.booleans(), min_size=size, max_size=size).filter(any).map(np.array),
        st.slices(size).filter(lambda s: len(range(*s.indices(size))) > 0),
    )


@given(st.tuples(*map(axis_indices, SHAPE)), st.integers(0, 4))
def test_equals_ix_and_labels_follow(index, used):
    trace = make()
    part = trace[index[:used]] if used else trace[...]
    full = index[:used] + (slice(None),) * (4 - used)
    chosen = [np.atleast_1d(np.arange(size)[at]) for size, at in zip(SHAPE, full, strict=True)]
    epoch, step, unit, sample = chosen
    np.testing.assert_array_equal(part.values, trace.values[np.ix_(*chosen)])
    np.testing.assert_array_equal(part.epochs, trace.epochs[epoch])
    np.testing.assert_array_equal(part.steps, trace.steps[step])
    np.testing.assert_array_equal(part.sample_labels, trace.sample_labels[sample])
    np.testing.assert_array_equal(part.metrics["loss"], trace.metrics["loss"][epoch])
    assert part.units == tuple(trace.units[i] for i in unit)
    assert part.layers == tuple(trace.layers[i] for i in unit)
    np.testing.assert_array_equal(part.layer_positions, np.array([0, 1, 2, 0, 1])[unit])


def test_ellipsis_stands_for_the_axes_not_named(trace):
    assert trace[..., 0].equals(trace[:, :, :, 0])
    assert trace[0, ..., [1, 2]].equals(trace[0, :, :, [1, 2]])
    assert trace[0, 0, ..., 0, 0].equals(trace[0, 0, 0, 0])


def test_iterating_goes_through_the_epochs(trace):
    assert [int(part.epochs[0]) for part in trace] == [0, 1, 29, 39]


def test_lengths_count_the_steps_that_stay():
    trace = make(lengths=[3, 2, 1, 3, 2, 3])
    assert trace[:, :2].lengths.tolist() == [2, 2, 1, 2, 2, 2]
    assert trace[:, [0, 2]].lengths.tolist() == [2, 1, 1, 2, 1, 2]
    assert trace[:, 1:, :, trace.lengths > 1].lengths.tolist() == [2, 1, 2, 1, 2]
    assert trace[:, :, :, [1, 2]].lengths.tolist() == [2, 1]


def test_lengths_that_cannot_be_kept_are_refused():
    trace = make(lengths=[3, 2, 1, 3, 2, 3])
    with pytest.raises(IndexError, match=r"1 of 6 have ended before \(the first is 2\)"):
        trace[:, 1:]
    with pytest.raises(IndexError, match="must be kept in ascending order"):
        trace[:, ::-1]


@pytest.mark.parametrize(
    ("index", "match"),
    [
        (4, r"epoch axis is out of bounds for size 4: 4"),
        ((slice(None), -4), r"step axis is out of bounds for size 3: -4"),
        ((0, 0, [0, 5]), r"unit axis is out of bounds for size 5"),
        ((0, 0, 0, 0, 0), r"4 axes .*; got 5 indices"),
        ((..., 0, ...), r"one ellipsis"),
        (slice(2, 2), r"epoch axis must select something"),
        (slice(None, "a"), r"slice of the epoch axis must hold integers, .*got slice\(None, 'a'"),
        ((0, slice(None, None, 0)), r"slice of the step axis must .* step other than 0; got slice"),
        ([], r"epoch axis must select something"),
        (np.zeros(4, bool), r"epoch axis must select something"),
        (np.ones(3, bool), r"epoch axis must be .* mask of shape \(4,\)"),
        (np.array(["loss"]), r"epoch axis must be .* got array\(\['loss'\]"),
        ((0, np.array([1.5])), r"step axis must be .* got array\(\[1.5\]"),
    ],
)
def test_bad_indices(trace, index, match):
    with pytest.raises(IndexError, match=match):
        trace[index]


def test_repeated_epochs_are_refused(trace):
    with pytest.raises(ValueError, match=r"`epochs` must be distinct; got \[0, 0\]"):
        trace[[0, 0]]


def test_ragged_lists_are_no_index():
    # Past the checker of annotations, which users do not run.
    with pytest.raises(IndexError, match=r"epoch axis must be .* got \[\[0\], \[1, 2\]\]"):
        unwrap(_positions)([[0], [1, 2]], dim="epoch", size=4)
