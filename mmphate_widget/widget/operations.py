"""The operations that change a selection, each repeatable from its JSON record alone.

``polygon`` (lasso, rectangle), ``points``, ``units``, ``grow`` and ``invert``. Every operation is
stamped with the version of this form and a hash of the coordinates it was made on, so that a
record from other data is refused, not misread. What was found by values or by a group's name is
recorded as its points: channels and groups may change.
"""

import base64
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int64

from mmphate_widget._validation import check_choice, check_int, check_positions
from mmphate_widget.selection import UNIT_RULES
from mmphate_widget.widget.history import COMBINES, State
from mmphate_widget.widget.interval import Interval, check_interval
from mmphate_widget.widget.lasso import (
    AXES,
    DEPTHS,
    Hidden,
    Window,
    check_polygon,
    check_window,
    polygon_hits,
    visible_mask,
)
from mmphate_widget.widget.neighbors import neighbor_mask
from mmphate_widget.widget.projection import View

RECORD_VERSION = 1
# The part of a record that says what was visible; with it stands "hidden" where points were left
# out one by one: the points, not why, since channels may change.
WINDOW_KEYS = frozenset({"view", "show", "epoch", "step", "hidden_units"})
# Stand beside these; records from before there were windows lack them.
INTERVAL_KEYS = frozenset({"epoch_window", "step_window"})
# Ids up to this number stand in a record as a readable list, more as bits: a step of the history
# at 500,000 points then keeps at most 200 kB, and 80 kB more for each filter by a channel over all
# three axes.
LISTED_IDS = 1_000


def replay(
    record: Any,
    positions: Float32[np.ndarray, "epoch step unit 3"],
    *,
    data_hash: str,
    start: State | None = None,
) -> State:
    """Repeat recorded operations on ``positions``, from ``start`` (default: nothing selected).

    Raises
    ------
    ValueError
        If an operation is of another version, unknown, malformed, or was made on other
        coordinates (another ``data_hash``).
    """
    if not isinstance(record, list | tuple):
        raise TypeError(f"`record` must be a list of operations; got {type(record).__name__}.")
    state = start or State.empty(positions.shape[:3])
    for operation in record:
        check_operation(operation, data_hash=data_hash)
        apply, _ = _APPLY[operation["op"]]
        state = apply(state, operation, positions)
    return state


def check_operation(operation: Any, *, data_hash: str) -> None:
    """Raise ValueError unless ``operation`` is one that this version can repeat on this data."""
    if not isinstance(operation, dict):
        raise TypeError(f"`record` must be a list of dicts; got {type(operation).__name__}.")
    check_choice(operation.get("op"), name="record['op']", choices=tuple(_APPLY))
    check_choice(operation.get("version"), name="record['version']", choices=(RECORD_VERSION,))
    _, needed = _APPLY[operation["op"]]
    _check_keys(operation, needed)
    if "combine" in needed:
        check_choice(operation["combine"], name="combine", choices=COMBINES)
    if operation.get("data") != data_hash:
        raise ValueError(
            f"`record` must stem from the coordinates of this widget (data {data_hash[:12]}…); "
            f"got one made on {str(operation.get('data'))[:12]}…."
        )


def apply_hits(
    state: State,
    operation: dict[str, Any],
    hits: Bool[np.ndarray, "epoch step unit"],
    positions: Float32[np.ndarray, "epoch step unit 3"],
) -> State:
    """The state after a polygon whose points the browser has already found."""
    check_polygon_record(operation, positions.shape[:3])
    window, view = _recorded_sight(operation, positions)
    return state.combined(hits, visible_mask(positions, window, view), operation)


def _apply_polygon(
    state: State, operation: dict[str, Any], positions: Float32[np.ndarray, "epoch step unit 3"]
) -> State:
    check_polygon_record(operation, positions.shape[:3])
    polygon = check_polygon(operation["polygon"])
    window, view = _recorded_sight(operation, positions)
    hits = polygon_hits(positions, window, view, polygon, depth=operation["depth"])
    return apply_hits(state, operation, hits, positions)


def _apply_points(
    state: State, operation: dict[str, Any], positions: Float32[np.ndarray, "epoch step unit 3"]
) -> State:
    mask = _points(operation["ids"], state.shape)
    offered = _points(operation["offered"], state.shape) if "offered" in operation else mask
    return state.combined(mask, offered, operation)


def _apply_units(
    state: State, operation: dict[str, Any], positions: Float32[np.ndarray, "epoch step unit 3"]
) -> State:
    mask = np.zeros(state.shape, dtype=bool)
    mask[:, :, check_positions(operation["units"], name="units", size=state.shape[2])] = True
    return state.combined(mask, mask, operation)


def _apply_grow(
    state: State, operation: dict[str, Any], positions: Float32[np.ndarray, "epoch step unit 3"]
) -> State:
    check_choice(operation["combine"], name="combine", choices=("add",))
    k = check_int(operation["k"], name="k", minimum=1)
    window, view = _recorded_sight(operation, positions)
    visible = visible_mask(positions, window, view)
    near = neighbor_mask(positions, state.mask, visible, k=k)
    return state.combined(near, visible, operation)


def _apply_invert(
    state: State, operation: dict[str, Any], positions: Float32[np.ndarray, "epoch step unit 3"]
) -> State:
    window, view = _recorded_sight(operation, positions)
    return state.inverted(visible_mask(positions, window, view), operation)


# An entry takes (state, operation, positions) and returns the state after the operation, from
# nothing but what the operation holds; beside it stand the keys that the operation must have.
_APPLY = {
    "polygon": (_apply_polygon, WINDOW_KEYS | {"combine", "polygon", "depth", "rule"}),
    "points": (_apply_points, frozenset({"combine", "ids"})),
    "units": (_apply_units, frozenset({"combine", "units"})),
    "grow": (_apply_grow, WINDOW_KEYS | {"combine", "k"}),
    "invert": (_apply_invert, WINDOW_KEYS),
}


def check_polygon_record(record: dict[str, Any], shape: tuple[int, int, int]) -> None:
    """Raise unless a polygon's record is whole and fits a trace of this shape."""
    _check_keys(record, _APPLY["polygon"][1])
    check_choice(record["depth"], name="record['depth']", choices=DEPTHS)
    check_choice(record["rule"], name="record['rule']", choices=UNIT_RULES)
    check_window(recorded_window(record, shape), shape)


def points_operation(
    hits: Bool[np.ndarray, "epoch step unit"],
    offered: Bool[np.ndarray, "epoch step unit"],
    *,
    combine: str,
) -> dict[str, Any]:
    """An operation that takes ``hits`` of what was ``offered``, whatever it was found by."""
    return {
        "op": "points",
        "ids": encode_mask(hits),
        "offered": encode_mask(offered | hits),
        "combine": combine,
    }


def _points(ids: Any, shape: tuple[int, int, int]) -> Bool[np.ndarray, "epoch step unit"]:
    mask = np.zeros(shape, dtype=bool)
    mask.flat[decode_ids(ids, size=mask.size)] = True
    return mask


def encode_ids(ids: Int64[np.ndarray, " n"], *, size: int) -> list[int] | str:
    """Point ids in a record: a list, or where it would be long one bit a point in base64."""
    mask = np.zeros(size, dtype=bool)
    mask[ids] = True
    return encode_mask(mask)


def encode_mask(mask: Bool[np.ndarray, "*shape"]) -> list[int] | str:
    """The points where ``mask`` is True, as ``encode_ids`` writes them."""
    ids = np.flatnonzero(mask)
    if len(ids) <= LISTED_IDS:
        listed: list[int] = ids.tolist()
        return listed
    bits = np.packbits(mask, axis=None, bitorder="little")
    return base64.b64encode(bits.tobytes()).decode("ascii")


def decode_ids(ids: Any, *, size: int) -> Int64[np.ndarray, " n"]:
    """The inverse of ``encode_ids``; ValueError where it is neither form."""
    if not isinstance(ids, str):
        return check_positions(ids, name="ids", size=size)
    bits = np.frombuffer(base64.b64decode(ids, validate=True), dtype=np.uint8)
    if len(bits) != (size + 7) // 8:
        raise ValueError(f"`ids` must hold {(size + 7) // 8} bytes; got {len(bits)}.")
    mask = np.unpackbits(bits, count=size, bitorder="little")
    return np.flatnonzero(mask).astype(np.int64, copy=False)


def stamp(operation: dict[str, Any], *, data_hash: str) -> dict[str, Any]:
    """The operation with the version of its form and the data it was made on."""
    return {**operation, "version": RECORD_VERSION, "data": data_hash}


def record_window(window: Window, view: View) -> dict[str, Any]:
    """The part of a record that says what was visible."""
    return {
        "view": view.to_dict(),
        "show": window.show,
        "epoch": window.whole_epoch,
        "step": window.step,
        "hidden_units": list(window.hidden_units),
        "epoch_window": _listed(window.epoch_window),
        "step_window": _listed(window.step_window),
        **record_hidden(window.hidden),
    }


def record_hidden(hidden: tuple[Hidden, ...]) -> dict[str, Any]:
    """The points left out, as they stand in a record: nothing where there are none."""
    if not hidden:
        return {}
    return {"hidden": [{"axes": list(one.axes), "ids": encode_mask(one.mask)} for one in hidden]}


def _listed(interval: Interval | None) -> list[int] | None:
    return None if interval is None else list(interval)


def recorded_window(record: dict[str, Any], shape: tuple[int, int, int]) -> Window:
    """The window that an operation was made on, on points of ``shape`` (E, T, H)."""
    step = record["step"]
    return Window(
        show=record["show"],
        epoch=float(record["epoch"]),
        step=None if step is None else int(step),
        hidden_units=tuple(int(unit) for unit in record["hidden_units"]),
        hidden=tuple(_recorded_hidden(one, shape) for one in record.get("hidden", ())),
        **{
            name: check_interval(record.get(name), name=name, size=size)
            for name, size in zip(("epoch_window", "step_window"), shape[:2], strict=True)
        },
    )


def _recorded_sight(
    record: dict[str, Any], positions: Float32[np.ndarray, "epoch step unit 3"]
) -> tuple[Window, View]:
    window = recorded_window(record, positions.shape[:3])
    check_window(window, positions.shape[:3])
    return window, View.from_dict(record["view"])


def _recorded_hidden(record: dict[str, Any], shape: tuple[int, int, int]) -> Hidden:
    axes = tuple(axis for axis in AXES if axis in record["axes"])
    if list(axes) != list(record["axes"]):
        raise ValueError(f"`axes` must be some of {AXES}, in this order; got {record['axes']}.")
    mask = np.zeros([shape[AXES.index(axis)] for axis in axes], dtype=bool)
    mask.flat[decode_ids(record["ids"], size=mask.size)] = True
    return Hidden(axes, mask)


def _check_keys(operation: dict[str, Any], needed: frozenset[str]) -> None:
    if not needed <= operation.keys():
        raise ValueError(f"`record` must hold {sorted(needed)}; got {sorted(operation)}.")
