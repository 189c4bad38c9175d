"""Turn what a user hands over into the array a Trace keeps.

The result is a real, finite, C-contiguous array with axes (epoch, step, unit, sample)
that nobody can write to: an array whose memory someone else can still write to is copied
once, memory that is already read-only (a memory map in mode "r", a frozen array) is not. What
is not in memory is not brought there as a whole: a Zarr array, and a memory map that has to be
copied, go to a temporary file without a name that lasts as long as the Trace.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from mmphate_widget._blocks import (
    Activations,
    is_stored,
    memory_map,
    read_blocks,
    release,
    spill,
)
from mmphate_widget._types import AXES, AnyArray
from mmphate_widget._validation import check_activations, check_real_array

DIMS = AXES

# float32 holds every integer up to 2**24 exactly, the next one no longer.
LARGEST_EXACT_FLOAT32 = 2**24


def to_axes(array: Any, *, dims: Sequence[str]) -> AnyArray:
    """A view of ``array``, whose axes are named ``dims``, as (epoch, step, unit, sample)."""
    checked = check_activations(array, name="values")
    order = axis_order(dims, n_axes=checked.ndim, shape=checked.shape)
    if is_stored(checked):
        return spill_stored(checked, order)
    return np.asarray(checked).transpose(order)


def to_values(array: AnyArray) -> Float[np.ndarray, "epoch step unit sample"]:
    """``array`` in a float type, C-contiguous and safe from being written to."""
    checked = check_real_array(array, name="values")
    axis_order(DIMS, n_axes=checked.ndim, shape=checked.shape)
    dtype = _float_dtype(checked)
    is_in_order = checked.flags.c_contiguous and checked.dtype == dtype
    if memory_map(checked) is not None and not (is_in_order and not _is_writable(checked)):
        blocks = (block for _, block in read_blocks(checked))
        values = spill_blocks(blocks, shape=checked.shape, dtype=dtype)
    else:
        values = np.ascontiguousarray(checked, dtype=dtype)
        if _is_writable(values) and np.may_share_memory(values, checked):
            values = values.copy()
    values.flags.writeable = False
    return values


def spill_stored(stored: Activations, order: tuple[int, ...]) -> AnyArray:
    """A Zarr array as (epoch, step, unit, sample), in a file: a Trace is read along any axis."""
    shape = tuple(stored.shape[axis] for axis in order)
    run = stored.chunks[order[0]]  # type: ignore[attr-defined]
    firsts = range(0, shape[0], run)
    keys = ([slice(None)] * order[0] + [slice(first, first + run)] for first in firsts)
    blocks = (np.asarray(stored[tuple(key)]).transpose(order) for key in keys)
    return spill_blocks(blocks, shape=shape, dtype=stored.dtype)


def spill_blocks(blocks: Iterable[AnyArray], *, shape: tuple[int, ...], dtype: Any) -> AnyArray:
    """Blocks of an array, in order, put one after the other into a file that nobody can write."""
    spilled, first = spill(shape, dtype), 0
    flat = spilled.reshape(-1)
    for block in blocks:
        flat[first : first + block.size] = block.ravel()
        first += block.size
        release(spilled)
    spilled.flags.writeable = False
    return spilled


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

    def trimmed() -> Iterator[tuple[bool, AnyArray]]:
        """Blocks with zeros past the ends, and whether there was anything else."""
        for slices, block in read_blocks(values):
            past = padding[np.arange(slices.start, slices.stop) % len(padding), None]
            yield (
                bool((block.any(axis=1, keepdims=True) & past).any()),
                np.where(past, values.dtype.type(0), block),
            )

    if not any(differs for differs, _ in trimmed()):
        return values
    blocks = (block for _, block in trimmed())
    if memory_map(values) is not None:
        return spill_blocks(blocks, shape=values.shape, dtype=values.dtype)
    whole = np.concatenate(list(blocks)).reshape(values.shape)
    whole.flags.writeable = False
    return whole


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
