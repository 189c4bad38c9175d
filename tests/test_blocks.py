"""Blocks hold every slice once and in order, wherever the values lie."""

import numpy as np
import pytest
import zarr

from mmphate_widget import _blocks
from mmphate_widget._blocks import block_bounds, memory_map, read_blocks, spill, take_slices


def values_of(shape=(7, 5, 3, 4)):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("block_values", [1, 12, 30, 60, 130, 10_000])
@pytest.mark.parametrize("chunks", [(1, 1, 1, 1), (2, 5, 3, 4), (7, 2, 2, 2), (3, 5, 3, 4)])
def test_every_slice_once_and_in_order(monkeypatch, block_values, chunks):
    monkeypatch.setattr(_blocks, "HELD_BYTES", 2 * 5 * 3 * 4 * 4)
    values = values_of()
    stored = zarr.array(values, chunks=chunks)
    for source in (values, stored):
        blocks = list(read_blocks(source, block_values))
        assert np.array_equal(np.concatenate([b for _, b in blocks]), values.reshape(35, 3, 4))
        ids = np.concatenate([np.arange(s.start, s.stop) for s, _ in blocks])
        assert np.array_equal(ids, np.arange(35))
        assert max(b.size for _, b in blocks) <= max(block_values, 12)
    assert len(block_bounds(values.shape, block_values)) == len(blocks)


def test_chunks_too_large_to_hold_are_read_block_by_block(monkeypatch):
    monkeypatch.setattr(_blocks, "LARGEST_CHUNK", 0)
    values = values_of()
    blocks = [b for _, b in read_blocks(zarr.array(values, chunks=values.shape), 24)]
    assert np.array_equal(np.concatenate(blocks), values.reshape(35, 3, 4))


def test_each_chunk_is_opened_once(monkeypatch):
    values = values_of((12, 5, 3, 4))
    stored = zarr.array(values, chunks=(4, 5, 3, 4))
    opened = []
    read = zarr.Array.__getitem__

    def counting(self, key):
        opened.append(key)
        return read(self, key)

    monkeypatch.setattr(zarr.Array, "__getitem__", counting)
    monkeypatch.setattr(_blocks, "HELD_BYTES", 1)
    assert len(list(read_blocks(stored, 60))) == 12
    assert len(opened) == 3


def test_slices_taken_are_the_same():
    values = values_of()
    epoch, step, units = np.array([0, 0, 2, 6]), np.array([4, 1, 0, 4]), np.array([2, 0])
    expected = values[epoch[:, None], step[:, None], units]
    for source in (values, zarr.array(values, chunks=(2, 2, 2, 2))):
        assert np.array_equal(take_slices(source, epoch, step, units), expected)


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_what_is_written_to_a_memory_map_survives_reading(tmp_path, mode):
    values = values_of()
    np.save(tmp_path / "values.npy", values)
    mapped = np.load(tmp_path / "values.npy", mmap_mode=mode)
    if mode != "r":
        mapped[3] = 7
    expected = np.array(mapped)
    view = np.asarray(mapped).transpose(0, 1, 2, 3)[:]
    assert memory_map(view) is not None
    assert np.array_equal(
        np.concatenate([b for _, b in read_blocks(view, 12)]), expected.reshape(35, 3, 4)
    )
    assert np.array_equal(mapped, expected)


def test_spilled_values_outlive_their_file_name():
    array = spill((50, 40), np.float32)
    array[:] = 3
    assert memory_map(array) is not None
    assert array.sum() == 6000
