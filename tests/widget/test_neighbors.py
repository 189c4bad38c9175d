"""A selection grows to its neighbors: the same by a slow double loop, by record, and in time."""

import json
import time

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.widget.neighbors import DISTANCES_AT_ONCE, neighbor_mask

SHAPE = (3, 4, 9)


def places(shape=SHAPE, seed=0):
    return np.random.default_rng(seed).normal(size=(*shape, 3)).astype(np.float32)


def one_at_a_time(positions, selected, visible, k):
    """Each seed alone, its slice sorted by distance; written apart from the package."""
    found = np.zeros_like(visible)
    for epoch, step, unit in zip(*np.nonzero(selected & visible), strict=True):
        others = [u for u in range(visible.shape[2]) if u != unit and visible[epoch, step, u]]
        here = positions[epoch, step].astype(float)
        distance = {u: ((here[u] - here[unit]) ** 2).sum() for u in others}
        nearest = sorted(distance.values())[:k]
        for u in others:
            found[epoch, step, u] |= bool(nearest) and distance[u] <= nearest[-1]
    return found


@pytest.mark.parametrize("k", [1, 2, 5, 8, 50])
def test_it_is_what_a_double_loop_finds(k):
    rng = np.random.default_rng(k)
    positions = places()
    for _ in range(5):
        selected, visible = rng.random((2, *SHAPE)) < [[[[0.2]]], [[[0.7]]]]
        found = neighbor_mask(positions, selected, visible, k=k)
        expected = one_at_a_time(positions, selected, visible, k)
        # Where a whole slice is selected nothing is left to find.
        np.testing.assert_array_equal(found | selected, expected | selected)
        assert not (found & ~visible).any()


def test_points_at_equal_distance_count_alike():
    line = np.zeros((1, 1, 7, 3), dtype=np.float32)
    line[0, 0, :, 0] = [-3, -2, -1, 0, 1, 2, 3]
    seed = np.arange(7)[None, None] == 3
    everything = np.ones((1, 1, 7), dtype=bool)
    assert np.flatnonzero(neighbor_mask(line, seed, everything, k=1)).tolist() == [2, 4]
    assert np.flatnonzero(neighbor_mask(line, seed, everything, k=3)).tolist() == [1, 2, 4, 5]


def test_nothing_grows_from_nothing_nor_across_slices():
    everything = np.ones(SHAPE, dtype=bool)
    nothing = ~everything
    assert not neighbor_mask(places(), nothing, everything, k=3).any()
    assert not neighbor_mask(places(), everything, nothing, k=3).any()
    one = np.zeros(SHAPE, dtype=bool)
    one[1, 2, 4] = True
    found = neighbor_mask(places(), one, everything, k=3)
    assert found[1, 2].sum() == found.sum() == 3


def test_blocks_make_no_difference(monkeypatch):
    rng = np.random.default_rng(1)
    selected, visible = rng.random((2, *SHAPE)) < 0.5
    whole = neighbor_mask(places(), selected, visible, k=2)
    module = "mmphate_widget.widget.neighbors.DISTANCES_AT_ONCE"
    for size in (1, 20):
        monkeypatch.setattr(module, size)
        np.testing.assert_array_equal(neighbor_mask(places(), selected, visible, k=2), whole)
    assert DISTANCES_AT_ONCE > 20


@pytest.fixture
def widget():
    widget = mm.MMPHATEWidget(places())
    yield widget
    widget.close()


def test_a_widget_grows_what_is_visible_and_promotes_by_its_rule(widget):
    widget.epoch, widget.hidden_units = 1, [8]
    widget.select(units=[0])
    before = widget.selection.mask.copy()
    grown = widget.grow(k=2)
    visible = widget.visible
    expected = before | one_at_a_time(widget.coordinates, before, visible, 2)
    np.testing.assert_array_equal(grown.mask, expected)
    assert 8 not in grown.units
    np.testing.assert_array_equal(grown.offered, before | visible)
    again = widget.grow(k=2)
    assert len(again) > len(grown)
    widget.undo()
    np.testing.assert_array_equal(widget.selection.mask, expected)


def test_growing_replays_from_its_record_elsewhere(widget):
    widget.epoch, widget.step = 2, 1
    widget.select(units=[3, 4])
    widget.grow(k=3)
    widget.grow()
    record = json.loads(json.dumps(widget.selection.record))
    other = mm.MMPHATEWidget(widget.coordinates)
    repeated = other.reselect(record)
    np.testing.assert_array_equal(repeated.mask, widget.selection.mask)
    np.testing.assert_array_equal(repeated.offered, widget.selection.offered)
    other.close()
    another = mm.MMPHATEWidget(places(seed=1))
    with pytest.raises(ValueError, match="must stem from the coordinates of this widget"):
        another.reselect(record)
    another.close()


@pytest.mark.parametrize(("k", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError)])
def test_how_many_neighbors_is_an_integer_of_at_least_one(widget, k, error):
    widget.select(units=[0])
    with pytest.raises(error, match="`k` must be an integer"):
        widget.grow(k=k)
    broken = [{**widget.grow(k=1).record[-1], "k": k}]
    with pytest.raises(error, match="`k` must be an integer"):
        widget.reselect(broken)


@pytest.mark.parametrize("k", [1, 3, 20, 500])
def test_trees_find_what_all_distances_find_also_among_equal_points(k, monkeypatch):
    shape = (2, 2, 300)
    rng = np.random.default_rng(k)
    positions = places(shape)
    # Units that do nothing stand in one place; others on a grid, at equal distances.
    positions[0, 0, 10:60] = 0
    positions[0, 1] = rng.integers(4, size=(300, 3))
    selected, visible = rng.random((2, *shape)) < [[[[0.2]]], [[[0.7]]]]
    found = neighbor_mask(positions, selected, visible, k=k)
    monkeypatch.setattr("mmphate_widget.widget.neighbors.FEW_UNITS", 1000)
    np.testing.assert_array_equal(found, neighbor_mask(positions, selected, visible, k=k))
    expected = one_at_a_time(positions, selected, visible, k)
    np.testing.assert_array_equal(found | selected, expected | selected)


@pytest.mark.parametrize("shape", [(127, 128, 30), (50, 100, 100), (5, 100, 1000)])
def test_half_a_million_points_take_about_a_second_at_most(shape):
    positions = places(shape)
    everything = np.ones(shape, dtype=bool)
    # A tenth of the units, one community at all epochs and steps, all of them on screen.
    selected = np.broadcast_to(np.arange(shape[2]) < shape[2] // 10, shape)
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        neighbor_mask(positions, selected, everything, k=5)
        seconds.append(time.perf_counter() - start)
    # Half of it or less on a machine that is not busy with other things.
    assert min(seconds) < 1.5
