"""The wire from pages to the kernel: every message that a browser sends, read and checked.

Twin of ``ToKernel`` in js/src/protocol/messages.ts; tests/golden/wire.json ties the two.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from mmphate_widget._validation import check_choice, check_int, check_positions
from mmphate_widget.widget.history import unpack_mask

CommandName = Literal["undo", "redo", "clear", "invert"]
COMMANDS = ("undo", "redo", "clear", "invert")
Deed = Literal["save", "select", "rename", "recolor", "remove"]
DEEDS = ("save", "select", "rename", "recolor", "remove")
KINDS = (
    *("hello", "ack", "rest", "ask_trace", "ask_means", "ask_group", "ask_channel"),
    "ask_ablation",
    *("polygon", "units", "where", "grow", "group", "command"),
)


@dataclass(frozen=True, slots=True)
class Hello:
    """A page says what it has and where it stands, and waits for an answer.

    It has runs of epochs, revisions of channels, of the selection and of the description; ``word``
    is where it stands (see moves.py), ``number`` counts its hellos.
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
class AskAblation:
    """A page would know what is lost without the selection."""

    generation: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks to be done, and where it stood.

    ``after`` names the operations that ``page`` made before and has no answer to, ``seen`` is up to
    where it knew others' moves, ``word`` its last word before this: a later one that is here
    already says better where it stands. ``joined`` has the moves by which it came there, where
    sessions of linked widgets made them together.
    """

    id: str
    page: str
    after: tuple[str, ...]
    seen: int
    word: int
    joined: dict[str, Any] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True, slots=True)
class PolygonOperation(Asked):
    """A lasso or rectangle resolved in the browser; not wholly where ``complete`` is false."""

    complete: bool
    record: dict[str, Any]
    hits: np.ndarray = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnitsOperation(Asked):
    """Units that were clicked or looked up in the browser; all their points."""

    combine: str
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CommandOperation(Asked):
    """Undo, redo, clear or invert, asked for in the browser, and what was visible there."""

    name: CommandName
    window: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WhereOperation(Asked):
    """What is visible and has some values of a channel: ``codes`` of categories, or a ``range``."""

    channel: str
    where: dict[str, Any]
    combine: str
    window: dict[str, Any]


@dataclass(frozen=True, slots=True)
class GrowOperation(Asked):
    """The selection and its ``k`` nearest neighbors among what was visible."""

    k: int
    window: dict[str, Any]


@dataclass(frozen=True, slots=True)
class GroupOperation(Asked):
    """What is done with a group; ``value`` is a color, a way to combine, or a new name."""

    deed: Deed
    name: str
    value: str


WindowedOperation = PolygonOperation | WhereOperation | GrowOperation | CommandOperation
Operation = WindowedOperation | UnitsOperation | GroupOperation
Question = AskTrace | AskMeans | AskGroup | AskChannel | AskAblation
FromBrowser = Hello | Ack | Rest | Question | Operation


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
    if kind == "ask_ablation":
        return AskAblation(str(content["generation"]))
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
        return CommandOperation(*sender, content["name"], dict(content["window"]), joined=joined)
    if kind == "units":
        units = tuple(int(unit) for unit in content["units"])
        return UnitsOperation(*sender, str(content["combine"]), units, joined=joined)
    if kind == "where":
        where, window = dict(content["where"]), dict(content["window"])
        named = (str(content["channel"]), where, str(content["combine"]))
        return WhereOperation(*sender, *named, window, joined=joined)
    if kind == "grow":
        k = check_int(content["k"], name="k", minimum=1)
        return GrowOperation(*sender, k, dict(content["window"]), joined=joined)
    if kind == "group":
        check_choice(content["deed"], name="deed", choices=DEEDS)
        name, value = str(content["name"]), str(content["value"])
        return GroupOperation(*sender, content["deed"], name, value, joined=joined)
    return PolygonOperation(
        *sender,
        bool(content["complete"]),
        dict(content["record"]),
        unpack_mask(_bits(buffers, shape), shape),
        joined=joined,
    )


def _bits(buffers: list[Any], shape: tuple[int, int, int]) -> np.ndarray:
    expected = (int(np.prod(shape)) + 7) // 8
    bits = np.frombuffer(buffers[0], dtype=np.uint8) if buffers else np.empty(0, np.uint8)
    if len(bits) != expected:
        raise ValueError(
            f"the bitmask must hold {expected} bytes for shape {shape}; got {len(bits)}."
        )
    return bits
