import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

from mmphate_widget.widget.incoming import (
    Ack,
    AskAblation,
    AskChannel,
    AskGroup,
    AskMeans,
    AskTrace,
    CommandOperation,
    GroupOperation,
    GrowOperation,
    Hello,
    PolygonOperation,
    Rest,
    UnitsOperation,
    WhereOperation,
    decode,
)
from mmphate_widget.widget.protocol import (
    MESSAGE_BYTES,
    encode_channel,
    encode_frames,
    epoch_chunks,
    wire_positions,
)

GOLDEN = Path(__file__).parent.parent / "golden"
WIRE = json.loads((GOLDEN / "wire.json").read_text())
SHAPE = tuple(WIRE["shape"])
POSITIONS = np.array(WIRE["positions"]).reshape(*SHAPE, 3)


def buffers_of(name):
    return [base64.b64decode(buffer) for buffer in WIRE["to_browser"][name]["buffers"]]


def test_frames_are_little_endian_floats_of_whole_epochs():
    message = encode_frames(wire_positions(POSITIONS), range(1, 3), generation="g")
    assert list(message.buffers) == buffers_of("frames")
    np.testing.assert_array_equal(
        np.frombuffer(message.buffers[0], "<f4").reshape(2, 2, 3, 3), POSITIONS[1:]
    )
    assert message.header == {"kind": "frames", "generation": "g", "first": 1, "count": 2}


def test_bitmasks_put_point_zero_into_the_lowest_bit():
    mask, offered = (np.frombuffer(buffer, np.uint8) for buffer in buffers_of("selection"))
    ids = [i for i in range(18) if mask[i // 8] >> (i % 8) & 1]
    assert ids == WIRE["selected"] == [0, 7, 8, 17]
    assert offered.tolist() == [255, 255, 3]


def test_a_trace_travels_as_mean_deviation_and_the_means_of_classes():
    rows = np.frombuffer(buffers_of("trace")[0], "<f4").reshape(4, 2)
    assert WIRE["to_browser"]["trace"]["header"]["classes"] == ["a", "b"]
    np.testing.assert_array_equal(rows[[0, 2, 3]], [[2, 1.5], [1, 1.5], [4, np.nan]])
    np.testing.assert_allclose(rows[1], [np.std([0, 2, 4]), np.std([1, 2])])


def test_two_dimensional_embeddings_lie_in_the_plane_z_0():
    positions = wire_positions(POSITIONS[..., :2])
    np.testing.assert_array_equal(positions[..., :2], POSITIONS[..., :2])
    assert not positions[..., 2].any()
    assert not positions.flags.writeable
    assert positions.dtype == np.float32


@pytest.mark.parametrize(("points_per_epoch", "n_epochs"), [(3840, 127), (10, 3), (500_000, 3)])
def test_chunks_cover_all_epochs_within_the_limit(points_per_epoch, n_epochs):
    chunks = list(epoch_chunks(range(n_epochs), points_per_epoch=points_per_epoch))
    assert [epoch for chunk in chunks for epoch in chunk] == list(range(n_epochs))
    assert all(
        len(chunk) == 1 or len(chunk) * points_per_epoch * 12 <= MESSAGE_BYTES for chunk in chunks
    )


def test_a_long_channel_travels_in_parts():
    values = np.arange(2_500_000, dtype=np.float32)
    messages = list(encode_channel(values, name="x", revision=2, generation="g"))
    assert [message.header["offset"] for message in messages] == [0, 1_000_000, 2_000_000]
    assert all(len(message.buffers[0]) <= MESSAGE_BYTES for message in messages)
    joined = np.concatenate([np.frombuffer(m.buffers[0], "<f4") for m in messages])
    np.testing.assert_array_equal(joined, values)


def test_what_a_browser_says_is_read():
    said = WIRE["from_browser"]
    assert decode(said["hello"], [], shape=SHAPE) == Hello(
        "b", "g", ((0, 2),), {"speed": 4}, 1, meta=1, number=2, word=said["hello"]["word"]
    )
    assert decode(said["ack"], [], shape=SHAPE) == Ack(12)
    assert decode(said["rest"], [], shape=SHAPE) == Rest("a", going=True)
    assert decode(said["ask_trace"], [], shape=SHAPE) == AskTrace("g", epoch=2, unit=1)
    assert decode(said["units"], [], shape=SHAPE) == UnitsOperation(
        "a-4", "b", (), 3, 4, "add", (2,)
    )
    assert decode(said["ask_means"], [], shape=SHAPE) == AskMeans("g", "q-2", 2, (0, 2))
    assert decode(said["ask_group"], [], shape=SHAPE) == AskGroup("g", "q-1", "early movers")
    assert decode(said["ask_channel"], [], shape=SHAPE) == AskChannel("g", "label")
    assert decode(said["ask_ablation"], [], shape=SHAPE) == AskAblation("g")
    window = said["command"]["window"]
    assert decode(said["where"], [], shape=SHAPE) == WhereOperation(
        "a-5", "b", (), 3, 4, "speed", {"range": [0.5, None]}, "add", window
    )
    assert decode(said["grow"], [], shape=SHAPE) == GrowOperation("a-6", "b", (), 3, 4, 5, window)
    assert decode(said["group"], [], shape=SHAPE) == GroupOperation(
        "a-7", "b", (), 3, 4, "rename", "early movers", "late movers"
    )
    assert decode(said["command"], [], shape=SHAPE) == CommandOperation(
        *("a-3", "b", (), 3, 4, "undo", said["command"]["window"]),
        joined={"epoch": {"at": 7, "pages": ["b", "c"]}},
    )
    polygon = decode(
        said["polygon"], [memoryview(base64.b64decode(WIRE["polygon_buffer"]))], shape=SHAPE
    )
    assert isinstance(polygon, PolygonOperation)
    assert np.flatnonzero(polygon.hits).tolist() == WIRE["selected"]
    assert (polygon.id, polygon.page, polygon.after) == ("a-2", "b", ("a-1",))
    assert (polygon.seen, polygon.word, polygon.complete) == (3, 4, True)
    assert polygon.record == {"op": "polygon"}


@pytest.mark.parametrize(
    ("content", "buffers", "message"),
    [
        (
            {"kind": "shout"},
            [],
            "`kind` must be one of 'hello', 'ack', 'rest', 'ask_trace', 'ask_means', 'ask_group', "
            "'ask_channel', 'ask_ablation', 'polygon', 'units', 'where', 'grow', 'group', "
            "'command'",
        ),
        ({**WIRE["from_browser"]["command"], "name": "explode"}, [], "`name` must be one of"),
        (
            {**WIRE["from_browser"]["ask_trace"], "epoch": 3},
            [],
            "`epoch` must be an integer between 0 and 2; got 3",
        ),
        (
            {**WIRE["from_browser"]["ask_trace"], "unit": -1},
            [],
            "`unit` must be an integer between 0 and 2; got -1",
        ),
        (
            {**WIRE["from_browser"]["ask_means"], "units": [3]},
            [],
            "`units` must be between 0 and 2",
        ),
        ({**WIRE["from_browser"]["grow"], "k": 0}, [], "`k` must be an integer"),
        ({**WIRE["from_browser"]["group"], "deed": "burn"}, [], "`deed` must be one of"),
        (WIRE["from_browser"]["polygon"], [b"12"], "must hold 3 bytes for shape (3, 2, 3); got 2"),
        (WIRE["from_browser"]["polygon"], [], "must hold 3 bytes for shape (3, 2, 3); got 0"),
    ],
)
def test_what_is_not_of_the_protocol_is_refused(content, buffers, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        decode(content, buffers, shape=SHAPE)


@pytest.mark.parametrize("name", ["geometry", "wire", "palette", "filters", "windows", "where"])
def test_golden_files_are_what_their_scripts_write(name, monkeypatch):
    monkeypatch.syspath_prepend(str(GOLDEN))
    script = __import__(f"make_{name}")
    made = {
        "geometry": lambda: script.make_cases(),
        "wire": lambda: script.make_wire(),
        "palette": lambda: script.make_palette(),
        "filters": lambda: script.make_filters(),
        "windows": lambda: script.make_windows(),
        "where": lambda: script.make_where(),
    }[name]()
    assert json.loads(json.dumps(made)) == json.loads((GOLDEN / f"{name}.json").read_text())
