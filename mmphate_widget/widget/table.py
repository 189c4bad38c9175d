"""The points of a picture as the columns of a table: positions, names, coordinates, selection.

``epoch``, ``step`` and ``unit`` are positions, by which arrays are indexed; the numbers and names
that a trace gives them stand in columns of their own.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float32, Int64

from mmphate_widget._points import point_positions
from mmphate_widget._types import AnyArray
from mmphate_widget.channels import Channel, channel_values, color_rows
from mmphate_widget.widget.labels import Labels

# Channels of a trace that repeat what a column says in any case.
TOLD = ("epoch", "step", "unit", "layer")


def make_columns(
    positions: Float32[np.ndarray, "epoch step unit 3"],
    labels: Labels | None,
    *,
    ids: Int64[np.ndarray, " n"],
    selected: Bool[np.ndarray, "epoch step unit"],
    channel: Channel | None,
    groups: Mapping[str, Bool[np.ndarray, "epoch step unit"]],
) -> dict[str, AnyArray]:
    """Columns by name, an entry for each of the ids; without labels numbers stand for names.

    Where the name of the channel or of a group is that of a column, " (channel)" or " (group)"
    is added to it.
    """
    shape = selected.shape
    columns = _positions(ids, shape) | _names(ids, labels, shape)
    coordinates = positions.reshape(-1, 3)[ids]
    columns |= {name: coordinates[:, axis] for axis, name in enumerate("xyz")}
    columns["selected"] = selected.ravel()[ids]
    if channel is not None:
        columns[_free(channel.name, columns, "channel")] = _entries(channel, shape, ids)
    for name, mask in groups.items():
        columns[_free(name, columns, "group")] = mask.ravel()[ids]
    return columns


def _positions(ids: Int64[np.ndarray, " n"], shape: tuple[int, int, int]) -> dict[str, AnyArray]:
    return dict(zip(("epoch", "step", "unit"), point_positions(ids, shape=shape).T, strict=True))


def _names(
    ids: Int64[np.ndarray, " n"], labels: Labels | None, shape: tuple[int, int, int]
) -> dict[str, AnyArray]:
    """Numbers and names of epochs, steps, units and, where there are any, layers."""
    epochs, steps, units = point_positions(ids, shape=shape).T
    if labels is None:
        names = np.array([str(unit) for unit in range(shape[2])], dtype=object)
        return {"epoch_label": epochs, "step_label": steps, "unit_name": names[units]}
    columns: dict[str, AnyArray] = {
        "epoch_label": labels.epochs[epochs],
        "step_label": labels.steps[steps],
        "unit_name": np.array(labels.units, dtype=object)[units],
    }
    if any(layer is not None for layer in labels.layers):
        columns["layer"] = np.array(labels.layers, dtype=object)[units]
    return columns


def _entries(
    channel: Channel, shape: tuple[int, int, int], ids: Int64[np.ndarray, " n"]
) -> AnyArray:
    """The channel's values; of categories their names, None where there is none."""
    values = channel_values(channel, shape, ids)
    if channel.kind != "categorical":
        return values
    names = np.array([*channel.categories, None], dtype=object)
    return np.asarray(names[color_rows(channel, values)])


def _free(name: str, columns: Mapping[str, AnyArray], kind: str) -> str:
    """`name`, or one that no column has yet."""
    while name in columns:
        name = f"{name} ({kind})"
    return name
