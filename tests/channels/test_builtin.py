"""Channels of a Trace: their numbers and names, and the label channel against a plain loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmphate_widget.channels import available_channels, build_channel
from mmphate_widget.trace import Trace

SHAPE = (4, 3, 5)


def make(seed=0, n_samples=6, **labels):
    values = np.random.default_rng(seed).normal(size=(*SHAPE, n_samples))
    return Trace.from_array(values, **labels)


def build(name, trace=None):
    return build_channel(name, trace=trace, shape=SHAPE)


@pytest.mark.parametrize(
    ("labels", "extra"),
    [
        ({}, ()),
        ({"layers": {"rnn": 5}}, ()),
        ({"layers": {"rnn": 3, "head": 2}}, ("layer",)),
        ({"layers": ["rnn", None, None, None, "rnn"]}, ("layer",)),
        ({"sample_labels": [0, 1, 2, 0, 1, 2]}, ("label",)),
        ({"sample_labels": [0] * 6, "layers": {"a": 1, "b": 4}}, ("layer", "label")),
    ],
)
def test_available(labels, extra):
    trace = make(**labels)
    names = available_channels(trace, shape=SHAPE)
    assert names == ("epoch", "step", "unit", *extra)
    for name in names:
        channel = build(name, trace)
        assert channel.name == name
        assert channel.values.shape == tuple(
            {"epoch": 4, "step": 3, "unit": 5}[axis] for axis in channel.axes
        )
        assert not channel.values.flags.writeable


def test_without_a_trace_positions_stand_for_names():
    assert available_channels(None, shape=SHAPE) == ("epoch", "step", "unit")
    assert build("epoch").values.tolist() == [0, 1, 2, 3]
    assert build("step").values.tolist() == [0, 1, 2]
    assert build("unit").categories == ("0", "1", "2", "3", "4")


def test_numbers_and_names_of_the_trace():
    trace = make(epochs=[0, 1, 29, 39], steps=[5, 6, 7], units=list("abcde"))
    epoch, step, unit = (build(name, trace) for name in ("epoch", "step", "unit"))
    assert (epoch.axes, epoch.kind, epoch.limits) == (("epoch",), "continuous", (0, 39))
    assert epoch.values.tolist() == [0, 1, 29, 39]
    assert step.values.tolist() == [5, 6, 7]
    assert (unit.axes, unit.kind, unit.limits) == (("unit",), "categorical", (0, 4))
    assert unit.categories == tuple("abcde")
    assert unit.values.tolist() == [0, 1, 2, 3, 4]


def test_layers_are_numbered_as_they_come_and_none_is_nan():
    channel = build("layer", make(layers=["z", "a", None, "z", "a"]))
    assert channel.categories == ("z", "a")
    np.testing.assert_array_equal(channel.values, [0, 1, np.nan, 0, 1])


def strongest_labels(trace):
    """The definition, point by point: z-score over valid samples, mean of each class, largest."""
    classes = sorted(set(trace.sample_labels.tolist()))
    lengths = trace.lengths if trace.lengths is not None else [trace.n_steps] * trace.n_samples
    codes = np.full(trace.shape[:3], np.nan)
    for e, t, i in np.ndindex(codes.shape):
        valid = [k for k in range(trace.n_samples) if t < lengths[k]]
        x = trace.values[e, t, i, valid]
        if not valid or x.max() == x.min():
            continue
        z = dict(zip(valid, (x - x.mean()) / x.std(), strict=True))
        means = {}
        for code, label in enumerate(classes):
            members = [z[k] for k in valid if trace.sample_labels[k] == label]
            if members:
                means[code] = np.mean(members)
        codes[e, t, i] = max(means, key=means.get)
    return codes


@given(
    seed=st.integers(0, 100),
    labels=st.lists(st.sampled_from("abc"), min_size=2, max_size=7),
    has_lengths=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_label_equals_its_definition(seed, labels, has_lengths):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 4, len(labels)) if has_lengths else None
    values = rng.normal(size=(*SHAPE, len(labels)))
    values[:, 1, 2] = 0.1
    trace = Trace.from_array(values, sample_labels=labels, lengths=lengths)
    channel = build("label", trace)
    assert channel.categories == tuple(sorted(set(labels)))
    np.testing.assert_array_equal(channel.values, strongest_labels(trace))


def test_label_of_units_that_answer_to_one_class():
    classes = np.array([7, 7, 3, 3, 5])
    values = np.stack([classes == label for label in (7, 3, 5, 3, 7)]).astype(np.float16)
    trace = Trace.from_array(np.broadcast_to(values, (4, 3, 5, 5)), sample_labels=classes)
    channel = build("label", trace)
    assert channel.categories == ("3", "5", "7")
    np.testing.assert_array_equal(channel.values[2, 1], [2, 0, 1, 0, 2])


def test_bad_name_and_shape():
    with pytest.raises(ValueError, match="`name` must be one of 'epoch', 'step', 'unit'; got 'lay"):
        build("layer", make())
    with pytest.raises(ValueError, match=r"`shape` must be .* \(4, 3, 5\); got \(4, 3, 6\)"):
        available_channels(make(), shape=(4, 3, 6))


def test_displacement_and_speed_point_by_point():
    positions = np.random.default_rng(0).normal(size=(*SHAPE, 3)).astype(np.float32)
    names = available_channels(None, shape=SHAPE, positions=positions)
    assert names == ("epoch", "step", "unit", "displacement", "speed")
    displacement, speed = (
        build_channel(name, shape=SHAPE, positions=positions) for name in names[-2:]
    )
    for e, t, i in np.ndindex(SHAPE):
        here = positions[e, t, i].astype(float)
        if e == 0:
            assert np.isnan(displacement.values[e, t, i])
        else:
            before = np.sqrt(((here - positions[e - 1, t, i]) ** 2).sum())
            assert displacement.values[e, t, i] == pytest.approx(before, rel=1e-5)
        # No step follows the last; what led there stands for it.
        other = positions[e, t + 1 if t < SHAPE[1] - 1 else t - 1, i].astype(float)
        apart = np.sqrt(((other - here) ** 2).sum())
        assert speed.values[e, t, i] == pytest.approx(apart, rel=1e-5)
    for channel in (displacement, speed):
        assert (channel.kind, channel.axes) == ("continuous", ("epoch", "step", "unit"))
        known = channel.values[~np.isnan(channel.values)]
        assert channel.limits == (known.min(), pytest.approx(np.quantile(known, 0.98)))


def test_movement_needs_something_to_move_along():
    def names(*shape):
        return available_channels(None, shape=shape, positions=np.zeros((*shape, 3), np.float32))

    assert names(1, 3, 2) == ("epoch", "step", "unit", "speed")
    assert names(3, 1, 2) == ("epoch", "step", "unit", "displacement")
