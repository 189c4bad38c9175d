"""All of a widget that survives a restart, and its form on disk.

A `Kept` holds what the widget would be made of again: coordinates as they are drawn, the values
of its traits, names and curves, channels, the selection's history, groups, the parameters of the
embedding and a reference to the trace. Operations are shared between the states of a history, so
each stands in the file once.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_choice, check_name
from mmphate_widget.channels import Channel, check_bands
from mmphate_widget.channels.bands import Band
from mmphate_widget.selection import UNIT_RULES, UnitRule
from mmphate_widget.trace import Trace
from mmphate_widget.trace.store import saved_hash
from mmphate_widget.widget.curves import check_curve
from mmphate_widget.widget.groups import Group, check_color, free_color
from mmphate_widget.widget.history import State
from mmphate_widget.widget.labels import Labels

# What a restart brings back; a run that was playing waits to be started again.
TRAITS = (
    "epoch",
    "step",
    "show",
    "view",
    "depth",
    "unit_rule",
    "hidden_units",
    "filters",
    "color_limits",
    "epoch_window",
    "step_window",
    "point_size",
    "opacity",
    "line_width",
    "fade",
    "speed",
    "loop",
    "direction",
    "height",
    "color_by",
)
# What runs that were kept before these existed stand for.
LATER_TRAITS: Mapping[str, Any] = {
    "filters": {},
    "color_limits": {},
    "epoch_window": None,
    "step_window": None,
    "loop": True,
    "direction": "forward",
    "point_size": None,
    "opacity": None,
    "line_width": None,
    "fade": 0.5,
}


@dataclass(frozen=True, slots=True)
class TraceReference:
    """Which data an embedding was made from, and where they lie if that is known."""

    data_hash: str
    path: Path | None

    @classmethod
    def of(cls, trace: Trace) -> "TraceReference":
        """The reference to a trace."""
        return cls(trace.data_hash(), trace.source)

    def is_there(self) -> bool:
        """Whether these data lie at the place; only checksums are read there."""
        return self.path is not None and saved_hash(self.path) == self.data_hash

    def to_json(self, folder: Path) -> dict[str, Any]:
        """With the place as seen from ``folder``, too: what moves together stays together."""
        path = None if self.path is None else str(self.path)
        return {"data_hash": self.data_hash, "path": path, "relative": _relative(path, folder)}

    @classmethod
    def from_json(cls, known: Mapping[str, Any], folder: Path) -> "TraceReference":
        """The reference read from a file in ``folder``; beside it is looked first."""
        beside = None if known["relative"] is None else folder / known["relative"]
        if known["path"] is None or (beside is not None and beside.exists()):
            return cls(str(known["data_hash"]), beside)
        return cls(str(known["data_hash"]), Path(known["path"]))


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A widget without Jupyter."""

    positions: AnyArray
    traits: Mapping[str, Any]
    labels: Labels | None
    channels: tuple[tuple[Channel, bool], ...]
    curves: Mapping[str, AnyArray]
    bands: Mapping[str, tuple[Band, ...]]
    states: tuple[State, ...]
    cursor: int
    groups: Mapping[str, Group]
    parameters: Mapping[str, Any] | None
    trace: TraceReference | None


def to_page(kept: Kept, folder: Path) -> tuple[dict[str, Any], dict[str, AnyArray]]:
    """A page of JSON and the arrays beside it, for a file in ``folder``."""
    groups = list(kept.groups.values())
    operations, records = _shared([*kept.states, *(group.state for group in groups)])
    page = {
        "traits": dict(kept.traits),
        "labels": None if kept.labels is None else _labels_page(kept.labels),
        "channels": [_channel_page(channel, own) for channel, own in kept.channels],
        "curves": list(kept.curves),
        "bands": [[name, [list(band) for band in bands]] for name, bands in kept.bands.items()],
        "operations": operations,
        "records": records,
        "cursor": kept.cursor,
        "groups": [[name, group.unit_rule, group.color] for name, group in kept.groups.items()],
        "parameters": None if kept.parameters is None else dict(kept.parameters),
        "trace": None if kept.trace is None else kept.trace.to_json(folder),
    }
    states = [*kept.states, *(group.state for group in groups)]
    arrays = {
        "positions": kept.positions,
        "mask_bits": np.stack([state.mask_bits for state in states]),
        "offered_bits": np.stack([state.offered_bits for state in states]),
    }
    for at, (channel, _) in enumerate(kept.channels):
        arrays[f"channels/{at}"] = channel.values
    for at, curve in enumerate({} if kept.labels is None else kept.labels.metrics.values()):
        arrays[f"metrics/{at}"] = curve
    for at, curve in enumerate(kept.curves.values()):
        arrays[f"curves/{at}"] = curve
    return page, arrays


def from_page(page: Mapping[str, Any], arrays: Mapping[str, AnyArray], folder: Path) -> Kept:
    """The inverse of ``to_page``; KeyError, TypeError or ValueError where something is amiss."""
    positions = arrays["positions"]
    n_epochs, n_steps, n_units, _ = positions.shape
    states = [
        State(
            mask_bits=arrays["mask_bits"][at],
            offered_bits=arrays["offered_bits"][at],
            shape=(n_epochs, n_steps, n_units),
            record=tuple(page["operations"][number] for number in record),
        )
        for at, record in enumerate(page["records"])
    ]
    n_states = len(states) - len(page["groups"])
    for _, rule, *_ in page["groups"]:
        check_choice(rule, name="unit_rule", choices=UNIT_RULES)
    return Kept(
        positions=positions,
        traits={name: {**LATER_TRAITS, **page["traits"]}[name] for name in TRAITS},
        labels=None if page["labels"] is None else _labels(page["labels"], arrays),
        channels=tuple(
            _channel(known, arrays[f"channels/{at}"]) for at, known in enumerate(page["channels"])
        ),
        curves={
            # Runs that were kept before there were curves of the user's have none.
            name: check_curve(arrays[f"curves/{at}"], n_epochs=n_epochs)
            for at, name in enumerate(page.get("curves", []))
        },
        bands={
            # Nor bands.
            check_name(name, name="bands"): check_bands(bands, n_epochs=n_epochs)
            for name, bands in page.get("bands", [])
        },
        states=tuple(states[:n_states]),
        cursor=page["cursor"],
        groups=_groups(page["groups"], states[n_states:]),
        parameters=page["parameters"],
        trace=None if page["trace"] is None else TraceReference.from_json(page["trace"], folder),
    )


def _groups(listed: Sequence[Sequence[str]], states: Sequence[State]) -> dict[str, Group]:
    """Groups by name; those that were kept before they had colors are given some."""
    groups: dict[str, Group] = {}
    for (name, rule, *given), state in zip(listed, states, strict=True):
        color = given[0] if given else free_color([group.color for group in groups.values()])
        groups[name] = Group(state, cast(UnitRule, rule), check_color(color))
    return groups


def _shared(states: Sequence[State]) -> tuple[list[dict[str, Any]], list[list[int]]]:
    """Every operation once, and for each state the numbers of those that made it."""
    numbers: dict[str, int] = {}
    # Writing out an operation is slow where it holds many ids, and most are the same object.
    written: dict[int, int] = {}
    operations: list[dict[str, Any]] = []
    for operation in (step for state in states for step in state.record):
        if id(operation) in written:
            continue
        number = numbers.setdefault(json.dumps(operation, sort_keys=True), len(operations))
        if number == len(operations):
            operations.append(operation)
        written[id(operation)] = number
    return operations, [[written[id(step)] for step in state.record] for state in states]


def _labels_page(labels: Labels) -> dict[str, Any]:
    return {
        "epochs": labels.epochs.tolist(),
        "steps": labels.steps.tolist(),
        "units": list(labels.units),
        "layers": list(labels.layers),
        "layer_positions": labels.layer_positions.tolist(),
        "metrics": list(labels.metrics),
    }


def _labels(known: Mapping[str, Any], arrays: Mapping[str, AnyArray]) -> Labels:
    numbers = {
        name: np.array(known[name], dtype=np.int64)
        for name in ("epochs", "steps", "layer_positions")
    }
    curves = {name: arrays[f"metrics/{at}"] for at, name in enumerate(known["metrics"])}
    return Labels(
        units=tuple(known["units"]), layers=tuple(known["layers"]), metrics=curves, **numbers
    )


def _channel_page(channel: Channel, own: bool) -> dict[str, Any]:
    return {
        "name": channel.name,
        "axes": list(channel.axes),
        "kind": channel.kind,
        "categories": list(channel.categories),
        "limits": list(channel.limits),
        "scale": channel.scale,
        "own": own,
        "colors": list(channel.colors),
    }


def _channel(known: Mapping[str, Any], values: AnyArray) -> tuple[Channel, bool]:
    low, high = known["limits"]
    channel = Channel(
        name=known["name"],
        values=values,
        axes=tuple(known["axes"]),
        kind=known["kind"],
        categories=tuple(known["categories"]),
        limits=(low, high),
        scale=known.get("scale", "linear"),
        colors=tuple(known.get("colors", ())),
    )
    return channel, bool(known["own"])


def _relative(path: str | None, folder: Path) -> str | None:
    if path is None:
        return None
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return None
