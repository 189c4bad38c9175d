"""Turn what a user hands over into the array a Trace keeps.

The result is a real, finite, C-contiguous array with axes (epoch, step, unit, sample)
that nobody can write to: an array whose memory someone else can still write to is copied
once, memory that is already read-only (a memory map in mode "r", a frozen array) is not.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from mmphate_widget._types import AXES, AnyArray
from mmphate_widget._validation import check_real_array

DIMS = AXES

# float32 holds every integer up to 2**24 exactly, the next one no longer.
LARGEST_EXACT_FLOAT32 = 2**24


def to_axes(array: Any, *, dims: Sequence[str]) -> AnyArray:
    """A view of ``array``, whose axes are named ``dims``, as (epoch, step, unit, sample)."""
    checked = check_real_array(array, name="values")
    return checked.transpose(axis_order(dims, n_axes=checked.ndim, shape=checked.shape))


def to_values(array: AnyArray) -> Float[np.ndarray, "epoch step unit sample"]:
    """``array`` in a float type, C-contiguous and safe from being written to."""
    checked = check_real_array(array, name="values")
    axis_order(DIMS, n_axes=checked.ndim, shape=checked.shape)
    values = np.ascontiguousarray(checked, dtype=_float_dtype(checked))
    if _is_writable(values) and np.may_share_memory(values, checked):
        values = values.copy()
    values.flags.writeable = False
    return values


def axis_order(
    dims: Sequence[str], *, n_axes: int = len(DIMS), shape: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """Where each of (epoch, step, unit, sample) stands in ``dims``."""
    names = tuple(dims) if isinstance(dims, Iterable) else ()
    if len(names) != len(DIMS) or any(names.count(dim) != 1 for dim in DIMS):
        raise ValueError(
            f"`dims` must name each of {', '.join(DIMS)} once, in the order of the axes of "
            f"`values`; got {dims!r}."
        )
    if n_axes != len(DIMS):
        raise ValueError(
            f"`values` must have 4 axes (epoch, step, unit, sample in the order of `dims`); "
            f"got {n_axes} with shape {shape}. Add the missing ones with np.newaxis."
        )
    return tuple(names.index(name) for name in DIMS)


def valid_mask(
    lengths: Int[np.ndarray, " sample"], *, n_steps: int
) -> Bool[np.ndarray, "step sample"]:
    """Which sample takes part in which step: those with ``step < length``."""
    return np.asarray(np.arange(n_steps)[:, None] < lengths[None, :])


def without_padding(
    values: Float[np.ndarray, "epoch step unit sample"], *, lengths: Int[np.ndarray, " sample"]
) -> Float[np.ndarray, "epoch step unit sample"]:
    """Zero past the end of each sequence, so that padding can be anything, even NaN."""
    padding = ~valid_mask(lengths, n_steps=values.shape[1])
    if not values.transpose(1, 3, 0, 2)[padding].any():
        return values
    trimmed = np.where(padding[None, :, None, :], values.dtype.type(0), values)
    trimmed.flags.writeable = False
    return trimmed


def _float_dtype(array: AnyArray) -> np.dtype[Any]:
    if array.dtype.kind == "f":
        return np.dtype(f"f{min(array.dtype.itemsize, 8)}")
    largest = max(abs(int(array.max())), abs(int(array.min())))
    return np.dtype(np.float32 if largest <= LARGEST_EXACT_FLOAT32 else np.float64)


def _is_writable(array: AnyArray) -> bool:
    owner: Any = array
    while isinstance(owner, np.ndarray):
        if owner.flags.writeable:
            return True
        owner = owner.base
    return False
