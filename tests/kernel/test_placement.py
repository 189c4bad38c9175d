"""Placing new points, against a double loop and at its limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel.oracle import zscored
from kernel.shapes import activations

from mmphate_widget.kernel import placement
from mmphate_widget.kernel.placement import keep_points, nearest_slice, place_points
from mmphate_widget.kernel.standardize import duplicate_distance, zscore


def naive_places(new, fitted, *, bandwidth, labels, coordinates, places):
    """The definition, one pair at a time; and which points are out of reach."""
    result, lost = np.empty((*new.shape[:2], coordinates.shape[1])), np.zeros(new.shape[:2], bool)
    for s in range(new.shape[0]):
        for i in range(new.shape[1]):
            p, total, weight, nearest = zscored(new[s, i]), 0.0, 0.0, (np.inf, None)
            for r in range(fitted.shape[0]):
                d = np.sqrt(np.sum((p - zscored(fitted[r, i])) ** 2))
                d = 0.0 if d < duplicate_distance(new.shape[2]) else d
                nearest = min(nearest, (d, r))
                k = np.exp(-((d / bandwidth) ** 2))
                if k >= 1e-4:
                    total, weight = total + k * coordinates[labels[r, i]], weight + k
            lost[s, i] = weight == 0
            result[s, i] = places[nearest[1], i] if weight == 0 else total / weight
    return result, lost


def problem(values, n_landmark, seed=0):
    """Arguments of place_points for fitted ``values`` (slice, unit, sample)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(n_landmark, size=values.shape[:2])
    coordinates = rng.normal(size=(n_landmark, 3))
    places = rng.normal(size=(*values.shape[:2], 3))
    return {"labels": labels, "coordinates": coordinates, "places": places}


def keep(values, bandwidth, z=None):
    n_samples = values.shape[2]
    return keep_points(
        zscore(values) if z is None else z,
        bandwidth=bandwidth,
        duplicate=duplicate_distance(n_samples),
        n_samples=n_samples,
        normalize=z is None,
        axes=None,
    )


@settings(deadline=None, max_examples=60)
@given(
    values=activations(max_slices=4),
    bandwidth=st.floats(0.05, 4),
    n_landmark=st.integers(1, 12),
    seed=st.integers(0, 1000),
)
def test_equals_the_double_loop(values, bandwidth, n_landmark, seed):
    values = values.reshape(-1, *values.shape[2:])
    n_fitted = max(1, len(values) // 2)
    fitted, new = values[:n_fitted], values
    options = problem(fitted, n_landmark, seed)
    expected, lost = naive_places(new, fitted, bandwidth=bandwidth, **options)
    found, n_lost = place_points(new, keep(fitted, bandwidth), **options)
    # An entry within rounding of the cut, or two nearest, may go either way.
    same = np.isclose(found, expected, rtol=0, atol=1e-3).all(axis=-1)
    assert same[~lost].all()
    assert n_lost == lost.sum()


def walk(shape, seed=0):
    return np.cumsum(np.random.default_rng(seed).normal(size=shape), axis=0)


def test_out_of_reach_goes_to_the_nearest():
    fitted = walk((90, 3, 6))
    new = np.concatenate([fitted[::9] + 0.1, walk((40, 3, 6), seed=1)])
    options = problem(fitted, 10)
    expected, lost = naive_places(new, fitted, bandwidth=0.2, **options)
    found, n_lost = place_points(new, keep(fitted, 0.2), **options)
    assert 10 < n_lost == lost.sum() < lost.size
    np.testing.assert_array_equal(found[lost], expected[lost])
    np.testing.assert_allclose(found[~lost], expected[~lost], atol=1e-5)


@pytest.mark.parametrize("bandwidth", [1e-9, 0.3])
def test_tiles_items_and_threads_change_nothing(monkeypatch, bandwidth):
    fitted, new = walk((300, 4, 5)), walk((300, 4, 5))[1::2] + 0.01
    options = problem(fitted, 40)
    kept = keep(fitted, bandwidth)
    whole, n_lost = place_points(new, kept, n_jobs=1, **options)
    threaded, also_lost = place_points(new, kept, n_jobs=3, **options)
    assert np.array_equal(whole, threaded)
    assert n_lost == also_lost
    monkeypatch.setattr(placement, "TILE_ROWS", 3)
    monkeypatch.setattr(placement, "TILE_VALUES", 50)
    monkeypatch.setattr(placement, "ITEM_ROWS", 17)
    monkeypatch.setattr(placement, "BLOCK_VALUES", 90)
    cut, still_lost = place_points(new, kept, n_jobs=2, **options)
    np.testing.assert_allclose(cut, whole, atol=1e-9)
    assert still_lost == n_lost


def test_a_dead_unit_pulls_with_all_its_slices():
    """Equal slices are taken once, weighted by their number."""
    fitted = walk((60, 2, 5))
    fitted[:45, 0] = 0.1
    options = problem(fitted, 20)
    new = fitted[::7]
    expected, _ = naive_places(new, fitted, bandwidth=0.5, **options)
    found, n_lost = place_points(new, keep(fitted, 0.5), **options)
    assert n_lost == 0
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_single_precision_where_it_suffices_and_only_there():
    """Far from its neighbors' scale a point needs all its digits."""
    values = walk((80, 3, 6))
    options = problem(values, 15)
    for bandwidth, precision in ((0.4, np.float32), (1e-4, np.float64)):
        near = values[::2] + 1e-5 * bandwidth * np.random.default_rng(0).normal(size=(40, 3, 6))
        kept = keep(values, bandwidth)
        assert kept.points.dtype == precision
        found, _ = place_points(near, kept, **options)
        expected, lost = naive_places(near, values, bandwidth=bandwidth, **options)
        assert not lost.any()
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_raw_values_that_single_precision_cannot_hold():
    values = 1e90 * walk((20, 2, 4))
    kept = keep(values, 1e-15, z=values)
    options = problem(values, 5)
    found, n_lost = place_points(values, kept, **options)
    assert kept.points.dtype == np.float64
    assert n_lost == 0
    assert np.array_equal(found, options["coordinates"][options["labels"]])


def test_nearest_is_the_first_of_the_nearest():
    rng = np.random.default_rng(0)
    points = np.repeat(rng.normal(size=(50, 4)), 2, axis=0)
    found = nearest_slice(points + 0.001 * rng.normal(size=points.shape), points)
    assert np.array_equal(found, np.repeat(np.arange(0, 100, 2), 2))
