"""Writes offline.json: a picture without a kernel, and what Python answers to the same messages.

Run ``python tests/golden/make_offline.py`` after a deliberate change of what such a picture holds.
"""

import json
from pathlib import Path

import numpy as np

import mmphate_widget as mm
from mmphate_widget.widget.packing import unpack
from mmphate_widget.widget.projection import View
from mmphate_widget.widget.unit_trace import trace_unit

SHAPE = (3, 2, 5)
VIEW = View((0.0, 0.3, 4.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), 50.0, 640.0, 480.0).to_dict()
GENERATION = "0123456789abcdef" * 2
PATH = Path(__file__).with_name("offline.json")


def make_widget() -> mm.MMPHATEWidget:
    rng = np.random.default_rng(3)
    # Quarters and eighths, which float32 and JSON hold exactly.
    values = rng.integers(-8, 9, size=(*SHAPE, 6)) / 4
    trace = mm.Trace.from_array(
        values,
        layers={"lower": 2, "upper": 3},
        sample_labels=list("aabbcc"),
        lengths=[2, 2, 2, 1, 2, 2],
        metrics={"loss": [3.0, float("nan"), 1.0]},
    )
    Y = rng.integers(-9, 10, size=(*SHAPE, 3)) / 8
    widget = mm.MMPHATEWidget(Y, trace=trace, show="all")
    widget.view = VIEW
    widget.add_channel("own", np.array([0.5, np.nan, -1.0, 2.0, 4.0]))
    widget.filters = {"own": {"range": (None, 3.0)}}
    widget.select(units=[1, 3])
    widget.groups.add("first <b>")
    widget.epoch = 2
    return widget


def window(**changes: object) -> dict[str, object]:
    own = {"own": {"range": [None, 3.0]}}
    plain = {"show": "all", "epoch": 2, "step": None, "hidden_units": [], "filters": own}
    return {"view": VIEW, **plain, **changes}


def messages() -> list[dict[str, object]]:
    """What a page says, one after the other."""
    box = [[150, 100], [420, 100], [420, 400], [150, 400]]
    slope = [[0, 0], [640, 0], [0, 480]]

    def polygon(polygon, combine, depth="through", **changes):
        drawn = {"tool": "lasso", "combine": combine, "polygon": polygon, "depth": depth}
        record = {"op": "polygon", **drawn, "rule": "majority", **window(**changes)}
        return {"kind": "polygon", "complete": False, "record": record}

    def command(name, **changes):
        return {"kind": "command", "name": name, "window": window(**changes)}

    said = [
        polygon(box, "replace"),
        polygon(slope, "add", filters={}),
        polygon(box, "subtract", show="epoch", epoch=1),
        command("undo"),
        polygon(slope, "intersect", "front", hidden_units=[2]),
        command("undo"),
        command("redo"),
        {"kind": "units", "combine": "add", "units": [0]},
        command("invert", show="steps", step=1),
        command("clear"),
        command("undo"),
    ]
    return [
        {"id": f"a-{n}", "page": "a", "after": [], "seen": 99, "word": 0, **one}
        for n, one in enumerate(said)
    ]


def answer(widget: mm.MMPHATEWidget, message: dict[str, object]) -> dict[str, object]:
    bits = bytes((int(np.prod(SHAPE)) + 7) // 8)
    widget._on_message(widget, message, [bits] if message["kind"] == "polygon" else [])
    history = widget._selector.history
    return {
        "points": widget.selected_points.tolist(),
        "units": widget.selected_units.tolist(),
        "can_undo": history.can_undo,
        "can_redo": history.can_redo,
    }


def make_offline() -> dict[str, object]:
    widget = make_widget()
    data, now = widget._offline_parts()
    data = {**data, "meta": {**data["meta"], "generation": GENERATION}}
    trace = widget.trace
    found = trace_unit(
        trace.values[1, :, 4], sample_labels=trace.sample_labels, lengths=trace.lengths
    )
    rows = np.vstack([found.mean, found.deviation, found.class_means])
    made = {
        "data": data,
        "now": now,
        "positions": widget.coordinates.ravel().tolist(),
        "own": [None if np.isnan(value) else value for value in _values(data, "own")],
        "selected": widget.selected_points.tolist(),
        "rows": [None if np.isnan(value) else value for value in rows.ravel().tolist()],
        "said": [{"message": message, "answer": answer(widget, message)} for message in messages()],
    }
    widget.close()
    return made


def _values(data: dict, name: str) -> list[float]:
    packed = next(one["values"] for one in data["channels"] if one["name"] == name)
    return unpack(packed).tolist()


if __name__ == "__main__":
    PATH.write_text(json.dumps(make_offline(), indent=1) + "\n")
