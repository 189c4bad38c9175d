"""What a picture without a kernel is made of: the numbers, and where the picture stands.

A page that has both plays the kernel's part itself (js/src/offline): it draws, colors, filters,
selects and undoes as here, on the same float32 coordinates, and so takes the same ids. Twin of
js/src/protocol/offline.ts; tests/golden/offline.json ties the two.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float32

from mmphate_widget._hashing import array_hash
from mmphate_widget.channels import Channel
from mmphate_widget.widget.activity import Activity
from mmphate_widget.widget.groups import Group
from mmphate_widget.widget.history import State
from mmphate_widget.widget.packing import pack

VERSION = 1


def offline_data(
    positions: Float32[np.ndarray, "epoch step unit 3"],
    *,
    meta: Mapping[str, Any],
    channels: Iterable[Channel],
    activity: Activity | None,
) -> dict[str, Any]:
    """The bulk, as JSON can hold it; it changes only with the channels."""
    return {
        "version": VERSION,
        "meta": {**meta, "links": [], "has_activity": activity is not None},
        "hash": array_hash(positions),
        "positions": pack(positions),
        "channels": [
            {"name": channel.name, "values": pack(channel.values.astype(np.float32, copy=False))}
            for channel in channels
        ],
        "activity": None if activity is None else _activity(activity),
    }


def offline_now(
    moved: Mapping[str, Any], *, state: State, groups: Mapping[str, Group]
) -> dict[str, Any]:
    """Where the picture stands: what was moved, the selection, the groups. It does not play."""
    return {
        "moved": {**moved, "playing": False},
        "selection": _sets(state),
        "groups": [
            {"name": name, "unit_rule": group.unit_rule, **_sets(group.state)}
            for name, group in groups.items()
        ],
    }


def _activity(activity: Activity) -> dict[str, Any]:
    return {
        "classes": list(activity.classes),
        "limits": list(activity.limits),
        "codes": pack(activity.codes),
    }


def _sets(state: State) -> dict[str, Any]:
    return {"mask": pack(state.mask_bits), "domain": pack(state.offered_bits)}
