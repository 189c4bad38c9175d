"""The wire from the kernel to pages: every message, encoded; ``incoming.py`` reads what pages say.

Twin of js/src/protocol/messages.ts; tests/golden/wire.json holds the same bytes for both.
Small state travels in traits; bulk travels in custom messages, a JSON header and binary buffers.
This is also where coordinates become float32: every other module computes in what it is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Float64, UInt8

from mmphate_widget.widget.history import History
from mmphate_widget.widget.unit_trace import UnitTrace

# As many whole epochs as fit travel in one message; well under the limits of servers and proxies.
MESSAGE_BYTES = 4_000_000
BYTES_PER_POINT = 3 * 4


@dataclass(frozen=True, slots=True)
class Message:
    """A header and its buffers, ready to send."""

    header: dict[str, Any]
    buffers: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """What a page lists of a group: ``points`` says how many."""

    name: str
    color: str
    units: list[int]
    points: int


def wire_positions(
    embedding: Float[np.ndarray, "epoch step unit component"],
) -> Float32[np.ndarray, "epoch step unit 3"]:
    """Coordinates as they travel and as every lasso reads them: float32; in 2-D, z = 0."""
    positions = np.zeros((*embedding.shape[:3], 3), dtype=np.float32)
    positions[..., : embedding.shape[3]] = embedding
    positions.flags.writeable = False
    return positions


def epoch_chunks(epochs: range, *, points_per_epoch: int) -> Iterator[range]:
    """Cut a run of epochs into runs that fit one message (never less than one epoch)."""
    per_message = max(1, MESSAGE_BYTES // (points_per_epoch * BYTES_PER_POINT))
    for first in range(epochs.start, epochs.stop, per_message):
        yield range(first, min(first + per_message, epochs.stop))


def encode_frames(
    positions: Float32[np.ndarray, "epoch step unit 3"], epochs: range, *, generation: str
) -> Message:
    """Positions of a run of whole epochs."""
    header = {
        "kind": "frames",
        "generation": generation,
        "first": epochs.start,
        "count": len(epochs),
    }
    return Message(header, (_little_endian(positions[epochs.start : epochs.stop]),))


def encode_channel(
    values: Float32[np.ndarray, " n"], *, name: str, revision: int, generation: str
) -> Iterator[Message]:
    """A channel's values, in as many messages as they need."""
    per_message = MESSAGE_BYTES // 4
    for offset in range(0, len(values), per_message):
        header = {
            "kind": "channel",
            "generation": generation,
            "name": name,
            "revision": revision,
            "offset": offset,
            "total": len(values),
        }
        yield Message(header, (_little_endian(values[offset : offset + per_message]),))


def encode_selection(
    history: History, *, done: list[str], units: list[int], generation: str
) -> Message:
    """The selection as the kernel has it; ``done`` names the browser's operations it includes."""
    state = history.state
    header = {
        "kind": "selection",
        "generation": generation,
        "revision": history.revision,
        "done": done,
        "units": units,
        "can_undo": history.can_undo,
        "can_redo": history.can_redo,
    }
    return Message(header, (state.mask_bits.tobytes(), state.offered_bits.tobytes()))


def encode_trace(trace: UnitTrace, *, generation: str, epoch: int, unit: int) -> Message:
    """A unit's activity at an epoch: mean, deviation, then the mean of each class, by step."""
    header = {
        "kind": "trace",
        "generation": generation,
        "epoch": epoch,
        "unit": unit,
        "classes": list(trace.classes),
    }
    rows = np.vstack([trace.mean, trace.deviation, trace.class_means])
    return Message(header, (_little_endian(rows.astype(np.float32)),))


def encode_groups(groups: Sequence[GroupEntry], *, revision: int, generation: str) -> Message:
    """The groups as a page lists them."""
    header = {
        "kind": "groups",
        "generation": generation,
        "revision": revision,
        "groups": [asdict(group) for group in groups],
    }
    return Message(header)


def encode_group(mask_bits: UInt8[np.ndarray, " n_bytes"], *, question: str) -> Message:
    """The points of a group, one bit each, to who asked this question."""
    return Message({"kind": "group", "question": question}, (mask_bits.tobytes(),))


def encode_means(rows: Float64[np.ndarray, "4 step"], *, question: str) -> Message:
    """Mean and deviation over units by step: of those asked for, then of the rest."""
    header = {"kind": "means", "question": question}
    return Message(header, (_little_endian(rows.astype(np.float32)),))


def encode_ablation(
    *,
    is_offered: bool,
    is_running: bool,
    units: list[int],
    effect: dict[str, Any] | None,
    revision: int,
    generation: str,
) -> Message:
    """Whether the selection can be ablated, is being ablated, and what the last ablation did."""
    header = {
        "kind": "ablation",
        "generation": generation,
        "revision": revision,
        "offered": is_offered,
        "running": is_running,
        "units": units,
        "effect": effect,
    }
    return Message(header)


def encode_told(
    told: dict[str, Any], *, heard: dict[str, list[int]], meta: int, selection: int
) -> Message:
    """Where things stand: the last move of each, and what was heard of each page."""
    return Message(
        {"kind": "told", "told": told, "heard": heard, "meta": meta, "selection": selection}
    )


def encode_meta(meta: dict[str, Any]) -> Message:
    """Everything about the trace and the embedding but their numbers."""
    return Message({"kind": "meta", "meta": meta})


def encode_error(text: str) -> Message:
    """A message for the user's eyes."""
    return Message({"kind": "error", "message": text})


def _little_endian(values: Float32[np.ndarray, "*shape"]) -> bytes:
    return np.ascontiguousarray(values, dtype="<f4").tobytes()
