"""What a picture without a kernel holds: packed and back, and as the golden file has it."""

import gzip
import json
from base64 import b64decode

import numpy as np
import pytest
from golden.make_offline import GENERATION, PATH, make_offline

import mmphate_widget as mm
from mmphate_widget.widget.activity import LAST, NONE, affordable_activity
from mmphate_widget.widget.packing import pack, unpack
from mmphate_widget.widget.unit_trace import trace_unit


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.5, np.nan, -0.0, 3e-42, np.inf], dtype=np.float32),
        np.arange(0, 65536, 257, dtype=np.uint16),
        np.array([0, 255, 7], dtype=np.uint8),
        np.empty(0, dtype=np.float32),
    ],
)
def test_packing_keeps_every_bit(values):
    packed = json.loads(json.dumps(pack(values)))
    back = unpack(packed)
    assert back.dtype == values.dtype
    assert back.tobytes() == values.tobytes()
    assert pack(values) == packed


def test_axes_and_strides_do_not_matter():
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    assert pack(values.transpose(2, 0, 1)) == pack(np.ascontiguousarray(values.transpose(2, 0, 1)))
    assert unpack(pack(values)).tolist() == list(range(24))


def test_smooth_coordinates_pack_better_than_their_bytes():
    steps = np.random.default_rng(0).normal(size=(50, 8, 24, 3)) / 100
    positions = np.cumsum(steps, axis=0).astype(np.float32)
    assert len(b64decode(pack(positions)["data"])) < 0.95 * len(gzip.compress(positions.tobytes()))


def unpacked(made):
    """The golden page with numbers in the place of text: compressors differ by version."""
    if isinstance(made, dict) and set(made) == {"type", "length", "data"}:
        values = unpack(made)
        return [made["type"], [None if value != value else value for value in values.tolist()]]
    if isinstance(made, dict):
        return {name: unpacked(entry) for name, entry in made.items()}
    return [unpacked(entry) for entry in made] if isinstance(made, list) else made


def test_the_golden_file_is_what_its_script_writes():
    made = json.loads(json.dumps(make_offline()))
    assert made["data"]["meta"]["generation"] == GENERATION
    assert unpacked(made) == unpacked(json.loads(PATH.read_text()))


def make_trace(**options):
    values = np.random.default_rng(0).normal(size=(4, 3, 5, 6)).astype(np.float32)
    return mm.Trace.from_array(values, **options)


def decoded(activity):
    low, high = activity.limits
    codes = activity.codes.astype(float)
    return np.where(codes == NONE, np.nan, low + (high - low) * codes / LAST)


@pytest.mark.parametrize("lengths", [None, [3, 3, 1, 2, 3, 1]])
def test_activity_is_that_of_each_unit_asked_alone(lengths, monkeypatch):
    monkeypatch.setattr("mmphate_widget.widget.activity.BLOCK_VALUES", 40)
    trace = make_trace(sample_labels=list("aabbcc"), lengths=lengths)
    activity = affordable_activity(trace)
    assert activity.classes == ("a", "b", "c")
    rows = decoded(activity)
    step = np.subtract(*activity.limits[::-1]) / LAST
    for epoch, unit in [(0, 0), (2, 3), (3, 4)]:
        alone = trace_unit(
            trace.values[epoch, :, unit],
            sample_labels=trace.sample_labels,
            lengths=trace.lengths,
        )
        expected = np.vstack([alone.mean, alone.deviation, alone.class_means])
        np.testing.assert_allclose(rows[epoch, unit], expected, atol=step)


def test_activity_without_labels_has_two_rows():
    activity = affordable_activity(make_trace())
    assert (activity.classes, activity.codes.shape) == ((), (4, 5, 2, 3))


def test_what_cannot_be_afforded_is_left_out():
    trace = make_trace(sample_labels=list("aabbcc"))
    one_row = 4 * 3 * 5 * 2
    assert affordable_activity(trace, most_bytes=5 * one_row).classes == ("a", "b", "c")
    without = affordable_activity(trace, most_bytes=5 * one_row - 1)
    assert (without.classes, without.codes.shape) == ((), (4, 5, 2, 3))
    assert affordable_activity(trace, most_bytes=2 * one_row - 1) is None


def test_equal_activity_everywhere_is_kept():
    trace = mm.Trace.from_array(np.full((2, 2, 2, 3), 0.25))
    assert set(decoded(affordable_activity(trace)).ravel()) <= {0.0, 0.25}
