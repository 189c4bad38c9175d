"""The wire, seen from the kernel: every message, encoded and decoded in this one file.

Twin of js/src/protocol/messages.ts; tests/golden/wire.json holds the same bytes for both.
Small state travels in traits; bulk travels in custom messages, a JSON header and binary buffers.
This is also where coordinates become float32: every other module computes in what it is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Float32, Float64, UInt8

from mmphate_widget._validation import check_choice, check_int, check_positions
from mmphate_widget.widget.history import History, unpack_mask
from mmphate_widget.widget.unit_trace import UnitTrace

# As many whole epochs as fit travel in one message; well under the limits of servers and proxies.
MESSAGE_BYTES = 4_000_000
BYTES_PER_POINT = 3 * 4

CommandName = Literal["undo", "redo", "clear", "invert"]
COMMANDS = ("undo", "redo", "clear", "invert")
Deed = Literal["save", "select", "rename", "recolor", "remove"]
DEEDS = ("save", "select", "rename", "recolor", "remove")
KINDS = (
    *("hello", "ack", "rest", "ask_trace", "ask_means", "ask_group", "ask_channel"),
    *("polygon", "units", "where", "grow", "group", "command"),
)


@dataclass(frozen=True, slots=True)
class Message:
    """A header and its buffers, ready to send."""

    header: dict[str, Any]
    buffers: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Hello:
    """A page says what it has and where it stands, and waits for an answer.

    It has runs of epochs, revisions of channels, of the selection and of the description; ``word``
    is where it stands (see traits.py), ``number`` counts its hellos.
    """

    page: str
    generation: str
    frames: tuple[tuple[int, int], ...]
    channels: dict[str, int]
    selection: int
    meta: int
    number: int
    word: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ack:
    """A page has the message ``seq``."""

    seq: int


@dataclass(frozen=True, slots=True)
class Rest:
    """A page shows this picture no more; one that is ``going`` may be back, reloaded."""

    page: str
    going: bool


@dataclass(frozen=True, slots=True)
class AskTrace:
    """A page would show the activity of a unit at an epoch."""

    generation: str
    epoch: int
    unit: int


@dataclass(frozen=True, slots=True)
class AskMeans:
    """A page would show the mean activity of units at an epoch, and of the rest."""

    generation: str
    question: str
    epoch: int
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AskGroup:
    """A page would have the points of a group."""

    generation: str
    question: str
    name: str


@dataclass(frozen=True, slots=True)
class AskChannel:
    """A page would count a channel that it is not colored by."""

    generation: str
    name: str


@dataclass(frozen=True, slots=True)
class PolygonOperation:
    """A lasso or rectangle resolved in the browser; not wholly where ``complete`` is false.

    ``after`` names the operations that ``page`` made before and has no answer to, ``word`` its last
    word before this: a later one that is here already says better where it stands. ``joined`` has
    the moves by which it came there, where sessions of linked widgets made them together.
    """

    id: str
    page: str
    after: tuple[str, ...]
    seen: int
    word: int
    complete: bool
    record: dict[str, Any]
    hits: np.ndarray = field(repr=False)
    joined: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitsOperation:
    """Units that were clicked or looked up in the browser; all their points."""

    id: str
    page: str
    after: tuple[str, ...]
    seen: int
    word: int
    combine: str
    units: tuple[int, ...]
    joined: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommandOperation:
    """Undo, redo, clear or invert, asked for in the browser, and what was visible there."""

    id: str
    page: str
    after: tuple[str, ...]
    seen: int
    word: int
    name: CommandName
    window: dict[str, Any]
    joined: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WhereOperation:
    """What is visible and has some values of a channel: ``codes`` of categories, or a ``range``."""

    id: str
    page: str
    after: tuple[str, ...]
    seen: int
    word: int
    channel: str
    where: dict[str, Any]
    combine: str
    window: dict[str, Any]
    joined: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GrowOperation:
    """The selection and its ``k`` nearest neighbors among what was visible."""

    id: str
    page: str
    after: tuple[str, ...]
    seen: int
    word: int
    k: int
    window: dict[str, Any]
    joined: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroupOperation:
    """What is done with a group; ``value`` is a color, a way to combine, or a new name."""

    id: str
    page: str
    after: tuple[str, ...]
    seen: int
    word: int
    deed: Deed
    name: str
    value: str
    joined: dict[str, Any] = field(default_factory=dict)


WindowedOperation = PolygonOperation | WhereOperation | GrowOperation | CommandOperation
Operation = WindowedOperation | UnitsOperation | GroupOperation
Question = AskTrace | AskMeans | AskGroup | AskChannel
FromBrowser = Hello | Ack | Rest | Question | Operation


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


def decode(
    content: dict[str, Any], buffers: list[Any], *, shape: tuple[int, int, int]
) -> FromBrowser:
    """What the browser said, checked; ValueError where it is not of the protocol."""
    kind = content.get("kind")
    check_choice(kind, name="kind", choices=KINDS)
    if kind == "hello":
        return Hello(
            page=str(content["page"]),
            generation=str(content["generation"]),
            frames=tuple((int(first), int(count)) for first, count in content["frames"]),
            channels={str(name): int(value) for name, value in content["channels"].items()},
            selection=int(content["selection"]),
            meta=int(content["meta"]),
            number=int(content["number"]),
            word=dict(content["word"]),
        )
    if kind == "ack":
        return Ack(int(content["seq"]))
    if kind == "rest":
        return Rest(str(content["page"]), bool(content["going"]))
    if kind == "ask_trace":
        return AskTrace(
            str(content["generation"]),
            check_int(content["epoch"], name="epoch", minimum=0, maximum=shape[0] - 1),
            check_int(content["unit"], name="unit", minimum=0, maximum=shape[2] - 1),
        )
    if kind == "ask_means":
        return AskMeans(
            str(content["generation"]),
            str(content["question"]),
            check_int(content["epoch"], name="epoch", minimum=0, maximum=shape[0] - 1),
            tuple(check_positions(content["units"], name="units", size=shape[2]).tolist()),
        )
    if kind == "ask_group":
        known = (str(content[key]) for key in ("generation", "question", "name"))
        return AskGroup(*known)
    if kind == "ask_channel":
        return AskChannel(str(content["generation"]), str(content["name"]))
    return _decode_operation(kind, content, buffers, shape)


def _decode_operation(
    kind: Any, content: dict[str, Any], buffers: list[Any], shape: tuple[int, int, int]
) -> Operation:
    sender = (
        str(content["id"]),
        str(content["page"]),
        tuple(str(before) for before in content["after"]),
        int(content["seen"]),
        int(content["word"]),
    )
    joined = dict(content.get("joined", {}))
    if kind == "command":
        check_choice(content["name"], name="name", choices=COMMANDS)
        return CommandOperation(*sender, content["name"], dict(content["window"]), joined)
    if kind == "units":
        units = tuple(int(unit) for unit in content["units"])
        return UnitsOperation(*sender, str(content["combine"]), units, joined)
    if kind == "where":
        where, window = dict(content["where"]), dict(content["window"])
        named = (str(content["channel"]), where, str(content["combine"]))
        return WhereOperation(*sender, *named, window, joined)
    if kind == "grow":
        k = check_int(content["k"], name="k", minimum=1)
        return GrowOperation(*sender, k, dict(content["window"]), joined)
    if kind == "group":
        check_choice(content["deed"], name="deed", choices=DEEDS)
        name, value = str(content["name"]), str(content["value"])
        return GroupOperation(*sender, content["deed"], name, value, joined)
    return PolygonOperation(
        *sender,
        bool(content["complete"]),
        dict(content["record"]),
        unpack_mask(_bits(buffers, shape), shape),
        joined,
    )


def _bits(buffers: list[Any], shape: tuple[int, int, int]) -> np.ndarray:
    expected = (int(np.prod(shape)) + 7) // 8
    bits = np.frombuffer(buffers[0], dtype=np.uint8) if buffers else np.empty(0, np.uint8)
    if len(bits) != expected:
        raise ValueError(
            f"the bitmask must hold {expected} bytes for shape {shape}; got {len(bits)}."
        )
    return bits


def _little_endian(values: Float32[np.ndarray, "*shape"]) -> bytes:
    return np.ascontiguousarray(values, dtype="<f4").tobytes()
