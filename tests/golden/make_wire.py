"""Writes wire.json: messages as Python sends and expects them, for both languages to read.

Run ``python tests/golden/make_wire.py`` after a deliberate change of the protocol.
"""

import base64
import json
from pathlib import Path

import numpy as np

from mmphate_widget.widget.ablation import read_effect
from mmphate_widget.widget.describe import bands, curves
from mmphate_widget.widget.history import History, State, pack_mask
from mmphate_widget.widget.lasso import Window
from mmphate_widget.widget.operations import record_window
from mmphate_widget.widget.projection import View
from mmphate_widget.widget.protocol import (
    GroupEntry,
    Message,
    encode_ablation,
    encode_channel,
    encode_error,
    encode_frames,
    encode_group,
    encode_groups,
    encode_means,
    encode_meta,
    encode_selection,
    encode_told,
    encode_trace,
    wire_positions,
)
from mmphate_widget.widget.unit_trace import UnitTrace, trace_unit

SHAPE = (3, 2, 3)
VIEW = View((0.0, 0.5, 4.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), 50.0, 640.0, 480.0)
# As a page says it: with the filters, not the points that they hide.
FILTERS = {"filters": {"speed": {"range": [0.5, None]}}}
WINDOW = {
    **record_window(Window("epoch", 1.0, None, (2,), epoch_window=(0, 1)), VIEW),
    **FILTERS,
}
PATH = Path(__file__).with_name("wire.json")


def embedding() -> np.ndarray:
    """Values that float32 holds exactly, so that both languages can write them down."""
    return np.arange(np.prod(SHAPE) * 3, dtype=float).reshape(*SHAPE, 3) / 8 - 3


def selection() -> np.ndarray:
    mask = np.zeros(SHAPE, dtype=bool)
    mask.flat[[0, 7, 8, 17]] = True
    return mask


def history() -> History:
    history = History(SHAPE)
    history.push(State.of(selection(), np.ones(SHAPE, dtype=bool)))
    return history


def unit_trace() -> UnitTrace:
    """Two steps and three samples of two classes; the one sample of "b" has one step."""
    values = np.array([[0.0, 2.0, 4.0], [1.0, 2.0, 0.0]])
    return trace_unit(values, sample_labels=np.array(["a", "a", "b"]), lengths=np.array([2, 2, 1]))


def messages() -> dict[str, Message]:
    """One message of each kind that Python sends."""
    values = np.array([0.5, np.nan, -2.0], dtype=np.float32)
    return {
        "frames": encode_frames(wire_positions(embedding()), range(1, 3), generation="g"),
        "channel": next(encode_channel(values, name="speed", revision=4, generation="g")),
        "selection": encode_selection(history(), done=["a-1"], units=[1], generation="g"),
        "trace": encode_trace(unit_trace(), generation="g", epoch=2, unit=1),
        "groups": encode_groups(
            [GroupEntry("early movers", "#e69f00", [0, 2], 7)], revision=3, generation="g"
        ),
        "group": encode_group(pack_mask(selection()), question="q-1"),
        "means": encode_means(
            np.array([[0.5, 1.0], [0.25, 0.0], [np.nan, np.nan], [np.nan, np.nan]]), question="q-2"
        ),
        "ablation": encode_ablation(
            is_offered=True,
            is_running=False,
            units=[0, 2],
            effect=read_effect(
                {
                    "effect": -0.25,
                    "pvalue": 0.01,
                    "null": [0.5, np.nan, -0.125],
                    "metric": "accuracy",
                }
            ),
            revision=2,
            generation="g",
        ),
        "told": encode_told(
            {
                "epoch": [3, 1.5, ""],
                "playing": [2, False, "b"],
                "epoch_window": [4, (0, 1), ""],
                "direction": [5, "back", ""],
            },
            heard={"b": [4, 2]},
            meta=1,
            selection=1,
        ),
        "meta": encode_meta(
            {
                "version": 1,
                "revision": 2,
                "curves": curves({"entropy": np.array([0.5, np.nan, 2.0])}),
                "bands": bands({"phases": ((0, 1, "rising"), (2, 2, "flat"))}),
            }
        ),
        "error": encode_error("ValueError: no"),
    }


def from_browser() -> dict[str, dict]:
    """One message of each kind that a browser sends."""
    return {
        "hello": {
            "kind": "hello",
            "page": "b",
            "generation": "g",
            "frames": [[0, 2]],
            "channels": {"speed": 4},
            "selection": 1,
            "meta": 1,
            "number": 2,
            "word": {
                "page": "b",
                "word": 4,
                "seen": 3,
                "epoch": 1.5,
                "joined": {"epoch": {"at": 7, "pages": ["b", "c"]}},
            },
        },
        "ack": {"kind": "ack", "seq": 12},
        "rest": {"kind": "rest", "page": "a", "going": True},
        "ask_trace": {"kind": "ask_trace", "generation": "g", "epoch": 2, "unit": 1},
        "ask_means": {
            "kind": "ask_means",
            "generation": "g",
            "question": "q-2",
            "epoch": 2,
            "units": [0, 2],
        },
        "ask_group": {
            "kind": "ask_group",
            "generation": "g",
            "question": "q-1",
            "name": "early movers",
        },
        "ask_channel": {"kind": "ask_channel", "generation": "g", "name": "label"},
        "ask_ablation": {"kind": "ask_ablation", "generation": "g"},
        "where": {
            "kind": "where",
            "id": "a-5",
            "page": "b",
            "after": [],
            "seen": 3,
            "word": 4,
            "channel": "speed",
            "where": {"range": [0.5, None]},
            "combine": "add",
            "window": WINDOW,
        },
        "grow": {
            "kind": "grow",
            "id": "a-6",
            "page": "b",
            "after": [],
            "seen": 3,
            "word": 4,
            "k": 5,
            "window": WINDOW,
        },
        "group": {
            "kind": "group",
            "id": "a-7",
            "page": "b",
            "after": [],
            "seen": 3,
            "word": 4,
            "deed": "rename",
            "name": "early movers",
            "value": "late movers",
        },
        "polygon": {
            "kind": "polygon",
            "id": "a-2",
            "page": "b",
            "after": ["a-1"],
            "seen": 3,
            "word": 4,
            "complete": True,
            "record": {"op": "polygon"},
        },
        "units": {
            "kind": "units",
            "id": "a-4",
            "page": "b",
            "after": [],
            "seen": 3,
            "word": 4,
            "combine": "add",
            "units": [2],
        },
        "command": {
            "kind": "command",
            "id": "a-3",
            "page": "b",
            "after": [],
            "seen": 3,
            "word": 4,
            "name": "undo",
            "window": WINDOW,
            "joined": {"epoch": {"at": 7, "pages": ["b", "c"]}},
        },
    }


def make_wire() -> dict[str, object]:
    return {
        "shape": list(SHAPE),
        "positions": embedding().ravel().tolist(),
        "selected": np.flatnonzero(selection()).tolist(),
        "to_browser": {
            name: {
                "header": {**message.header, "seq": 1},
                "buffers": [base64.b64encode(buffer).decode() for buffer in message.buffers],
            }
            for name, message in messages().items()
        },
        "from_browser": from_browser(),
        "polygon_buffer": base64.b64encode(pack_mask(selection()).tobytes()).decode(),
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(make_wire(), indent=1) + "\n")
