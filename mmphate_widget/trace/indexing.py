"""Part of a Trace by numpy-like indexing: values and labels are cut alike.

Each axis is indexed on its own: an integer keeps its axis, lists and masks on several
axes select as ``np.ix_`` does, and what is not named is kept whole.
"""

from collections.abc import Sequence
from types import EllipsisType
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Int

from mmphate_widget._types import AnyArray
from mmphate_widget.trace.values import DIMS

AxisIndex: TypeAlias = int | np.integer | slice | EllipsisType | Sequence[int] | AnyArray
Index: TypeAlias = AxisIndex | tuple[AxisIndex, ...]


def sliced_fields(fields: dict[str, Any], index: Index) -> dict[str, Any]:
    """The fields of a Trace, cut by ``index``."""
    values = fields["values"]
    pickers = axis_pickers(index, shape=values.shape)
    epoch, step, unit, sample = pickers
    return {
        "values": _cut_axes(values, pickers),
        "epochs": fields["epochs"][epoch],
        "steps": fields["steps"][step],
        "units": _cut_names(fields["units"], unit),
        "layers": _cut_names(fields["layers"], unit),
        "layer_positions": fields["layer_positions"][unit],
        "sample_labels": None
        if fields["sample_labels"] is None
        else fields["sample_labels"][sample],
        "lengths": _cut_lengths(fields["lengths"], step, sample, n_steps=values.shape[1]),
        "metrics": {name: curve[epoch] for name, curve in fields["metrics"].items()},
    }


def axis_pickers(
    index: Index, *, shape: tuple[int, ...]
) -> tuple[slice | Int[np.ndarray, " _"], ...]:
    """One slice or array of positions for each of the four axes."""
    given = index if isinstance(index, tuple) else (index,)
    n_dots = sum(part is Ellipsis for part in given)
    if n_dots > 1:
        raise IndexError("An index of a Trace can hold one ellipsis (`...`); got several.")
    if len(given) - n_dots > len(shape):
        raise IndexError(
            f"A Trace has 4 axes ({', '.join(DIMS)}); got {len(given) - n_dots} indices."
        )
    whole = (slice(None),) * (len(shape) - len(given) + n_dots)
    dots = next((at for at, part in enumerate(given) if part is Ellipsis), len(given))
    spread = given[:dots] + whole + given[dots + 1 :]
    return tuple(
        _picker(part, dim=dim, size=size)
        for part, dim, size in zip(spread, DIMS, shape, strict=True)
    )


def _picker(part: Any, *, dim: str, size: int) -> slice | Int[np.ndarray, " _"]:
    if isinstance(part, slice):
        picked: slice | AnyArray = part
        try:
            count = len(range(*part.indices(size)))
        except (TypeError, ValueError) as error:
            raise IndexError(
                f"A slice of the {dim} axis must hold integers, with a step other than 0; got "
                f"{part!r}."
            ) from error
    else:
        picked = _positions(part, dim=dim, size=size)
        count = len(picked)
    if count == 0:
        raise IndexError(f"The index of the {dim} axis must select something; got {part!r}.")
    return picked


def _positions(part: Any, *, dim: str, size: int) -> Int[np.ndarray, " _"]:
    try:
        array = np.asarray(part)
    except ValueError:  # ragged lists
        array = np.empty((), dtype=object)
    if array.dtype.kind == "b" and array.shape == (size,):
        return np.flatnonzero(array)
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.dtype.kind not in "iu" or array.ndim > 1:
        raise IndexError(
            f"The index of the {dim} axis must be an integer, a slice, a list of integers or a "
            f"mask of shape ({size},); got {part!r}."
        )
    array = np.atleast_1d(array).astype(np.int64)
    if array.min() < -size or array.max() >= size:
        raise IndexError(f"The index of the {dim} axis is out of bounds for size {size}: {part!r}.")
    return array


def _cut_axes(values: AnyArray, pickers: Sequence[slice | AnyArray]) -> AnyArray:
    """Basic slices first (views), then one axis at a time, so that no axis pairs up."""
    cut = values[tuple(p if isinstance(p, slice) else slice(None) for p in pickers)]
    for axis, picker in enumerate(pickers):
        if not isinstance(picker, slice):
            cut = np.take(cut, picker, axis=axis)
            # Fresh memory that only the Trace will hold: no need to copy it again.
            cut.flags.writeable = False
    return cut


def _cut_names(names: tuple[str | None, ...], picker: slice | AnyArray) -> tuple[str | None, ...]:
    return names[picker] if isinstance(picker, slice) else tuple(names[i] for i in picker)


def _cut_lengths(
    lengths: AnyArray | None, step: slice | AnyArray, sample: slice | AnyArray, *, n_steps: int
) -> AnyArray | None:
    """How many of the kept steps each kept sample still has; they must stay its first ones."""
    if lengths is None:
        return None
    kept = np.arange(n_steps)[step]
    valid = kept[:, None] < lengths[sample][None, :]
    left = valid.sum(axis=0)
    if (np.diff(valid.astype(np.int8), axis=0) > 0).any():
        raise IndexError("Steps of a Trace with `lengths` must be kept in ascending order.")
    if left.min() == 0:
        gone = np.flatnonzero(left == 0)
        raise IndexError(
            f"Each sample must reach the steps kept; {len(gone)} of {len(left)} have ended before "
            f"(the first is {gone[0]}). Leave them out too: trace[:, 5:, :, trace.lengths > 5]."
        )
    return np.asarray(left)
