"""Activations wherever they lie: an array, a memory map, or a Zarr array that stays on disk.

All are read in blocks of slices (epoch, step), in order and a few MB each. Where a block begins
depends on the shape alone, never on the chunks of a file, so that sums over blocks are the same
bits for the same values wherever they lie.
"""

import mmap
import sys
import tempfile
from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np

from mmphate_widget._types import AnyArray

# Values of one block: 4 MB of float64, and few enough for a signal to be heard between two.
BLOCK_VALUES = 500_000
# Bytes of a Zarr array that are held at once, so that each of its chunks is read about once.
HELD_BYTES = 16 * 2**20
# With larger chunks blocks are read alone, which opens a chunk once for each block in it.
LARGEST_CHUNK = 256 * 2**20


@runtime_checkable
class Activations(Protocol):
    """What an array, a memory map and a Zarr array have in common."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""

    @property
    def dtype(self) -> Any:
        """Type of a value."""

    @property
    def ndim(self) -> int:
        """Number of axes."""

    def __getitem__(self, key: Any) -> Any:
        """A part, as an array in memory."""


def is_stored(values: Any) -> bool:
    """Whether ``values`` is a Zarr array; zarr need not be installed where none is used."""
    # Who has made a Zarr array has imported zarr.
    zarr = sys.modules.get("zarr")
    return zarr is not None and isinstance(values, zarr.Array)


def memory_map(values: Any) -> np.memmap[Any, Any] | None:
    """The memory map that an array is a view of, if any."""
    owner: Any = values
    while owner is not None:
        base: Any = getattr(owner, "base", None)
        if isinstance(base, mmap.mmap):
            return owner if isinstance(owner, np.memmap) else None
        owner = base
    return None


class ChunkReader:
    """Epochs of a Zarr array, read by whole chunks that are held until others are asked for."""

    def __init__(self, stored: Any) -> None:
        self._stored = stored
        epoch_bytes = max(1, stored.dtype.itemsize * int(np.prod(stored.shape[1:])))
        # A shard is read as a whole just as a chunk is.
        chunk = (getattr(stored, "shards", None) or stored.chunks)[0]
        self._run = chunk * max(1, HELD_BYTES // (epoch_bytes * chunk))
        self._is_holding = epoch_bytes * chunk <= LARGEST_CHUNK
        self._first = 0
        self._held: AnyArray | None = None

    def read(self, epochs: slice, steps: slice) -> AnyArray:
        """Values (epoch, step, unit, sample) of runs of epochs and steps."""
        if not self._is_holding:
            return np.asarray(self._stored[epochs, steps])
        if self._held is None or not (
            self._first <= epochs.start and epochs.stop <= self._first + len(self._held)
        ):
            self._held = None
            self._first = epochs.start - epochs.start % self._run
            stop = -(-epochs.stop // self._run) * self._run
            self._held = np.asarray(self._stored[self._first : stop])
        # A copy, so that blocks in use do not keep what was held before.
        return self._held[epochs.start - self._first : epochs.stop - self._first, steps].copy()


def block_bounds(
    shape: tuple[int, ...], block_values: int = BLOCK_VALUES
) -> list[tuple[slice, slice]]:
    """Runs of whole epochs, or of steps of one epoch, of ``block_values`` or one slice each.

    Examples
    --------
    >>> block_bounds((3, 10, 100, 250))
    [(slice(0, 2, None), slice(0, 10, None)), (slice(2, 3, None), slice(0, 10, None))]
    """
    n_epochs, n_steps, *rest = shape
    slices = max(1, block_values // max(1, int(np.prod(rest))))
    if slices >= n_steps:
        run, height = slices // n_steps, n_steps
    else:
        run, height = 1, slices
    return [
        (slice(e, min(e + run, n_epochs)), slice(t, min(t + height, n_steps)))
        for e in range(0, n_epochs, run)
        for t in range(0, n_steps, height)
    ]


def read_blocks(
    values: Activations, block_values: int = BLOCK_VALUES
) -> Iterator[tuple[slice, AnyArray]]:
    """Runs of slices ``e * T + t`` and their values (slice, unit, sample), in order."""
    n_steps = values.shape[1]
    reader = ChunkReader(values) if is_stored(values) else None
    mapped = memory_map(values)
    for epochs, steps in block_bounds(values.shape, block_values):
        block = values[epochs, steps] if reader is None else reader.read(epochs, steps)
        first = epochs.start * n_steps + steps.start
        flat = block.reshape(-1, *block.shape[2:])
        yield slice(first, first + len(flat)), flat
        if mapped is not None:
            release(mapped)


def release(mapped: np.memmap[Any, Any]) -> None:
    """Hand pages that were read back to the system, which still has them on disk."""
    # Not of a private map (mode "c"): it would lose what was written to it.
    if mapped.mode in ("r", "r+") and hasattr(mmap, "MADV_DONTNEED"):
        mapped.base.madvise(mmap.MADV_DONTNEED)  # type: ignore[union-attr]


def take_slices(values: Activations, epoch: AnyArray, step: AnyArray, units: AnyArray) -> AnyArray:
    """Values (slice, unit, sample) of some units at some slices, ``epoch`` ascending."""
    if not is_stored(values):
        # One unit at a time: no more of a memory map is in memory than that takes.
        return np.stack([values[epoch, step, i] for i in units], axis=1)
    reader, every_step = ChunkReader(values), slice(0, values.shape[1])
    parts = []
    for e in np.unique(epoch).tolist():
        held = reader.read(slice(e, e + 1), every_step)[0]
        parts.append(held[step[epoch == e]][:, units])
    return np.concatenate(parts)


def spill(shape: tuple[int, ...], dtype: Any) -> np.memmap[Any, Any]:
    """A writable array in a temporary file that goes with it: larger than memory if need be."""
    with tempfile.TemporaryFile(prefix="mmphate-") as file:
        return np.memmap(file, dtype=dtype, mode="w+", shape=shape)
