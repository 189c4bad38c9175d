import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.spatial.distance import cdist

import mmphate_widget as mm
from mmphate_widget import embedding
from mmphate_widget._lengths import layered_points, padded_points, valid_sets
from mmphate_widget.embedding.forces import REPULSION, move
from mmphate_widget.embedding.neighbors import (
    false_neighbors,
    nearest_slices,
    nearest_units,
    without_self,
)
from mmphate_widget.embedding.refine import REACH, within_reach
from mmphate_widget.kernel.standardize import zscore

DUPLICATE = 1e-7


def swiss(n_slices=400, n_units=5, width=0.3, seed=0):
    """Surfaces in 4 dimensions, and the layout that folds two of them away."""
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, 6, size=(n_slices, 1)), axis=0)
    place = rng.uniform(0, width, size=(n_slices, n_units))
    turn = rng.uniform(0, 0.3, size=n_units)
    points = np.stack(
        [np.sin(time + turn), np.cos(time + turn), place, 0.1 * np.sin(20 * place)], axis=-1
    )
    return points, points[..., :3] * [1, 1, 0.01]


def preserved(points, layout, k=10):
    kept = mm.metrics.neighborhood_preservation
    return kept(points[None], layout[None], k=k)


def radius(layout):
    return np.sqrt(((layout - layout.mean(axis=(0, 1))) ** 2).sum(axis=-1).mean())


def energy(places, near, false):
    """The sum over edges that the forces descend, halved as they are, one at a time."""
    total = 0.0
    for i, row in enumerate(near):
        total += sum(np.log1p(np.sum((places[i] - places[j]) ** 2)) for j in row) / 2
    for i, row in enumerate(false):
        total += sum(REPULSION / (1 + np.sum((places[i] - places[j]) ** 2)) for j in row) / 2
    return total


def test_step_is_the_gradient_over_the_edges():
    rng = np.random.default_rng(0)
    n, near = 14, np.array([[(i + 1) % 14, (i + 5) % 14] for i in range(14)])
    places = rng.normal(size=(n, 3))
    # Where both ends stand in each other's row, what pushes one end is the whole gradient.
    false = np.array([[i ^ 1] for i in range(n)])
    expected = np.empty((n, 3))
    for at in np.ndindex(n, 3):
        shifted = [places.copy(), places.copy()]
        shifted[0][at] += 1e-5
        shifted[1][at] -= 1e-5
        once = np.where(np.arange(n)[:, None] % 2, np.arange(n)[:, None], false)
        high, low = (energy(x, near, once) for x in shifted)
        expected[at] = -(high - low) / 2e-5
    edges = (2 + np.bincount(near.ravel(), minlength=n)) / 2
    found = move(places.T.astype(np.float32), near, false).T
    np.testing.assert_allclose(found, expected / edges[:, None], atol=2e-4)


def test_edges_to_itself_pull_nowhere():
    places = np.random.default_rng(0).normal(size=(2, 9)).astype(np.float32)
    own = np.repeat(np.arange(9)[:, None], 4, axis=1)
    assert np.array_equal(move(places, own, own), np.zeros((2, 9), dtype=np.float32))
    none = np.empty((9, 0), dtype=np.int64)
    assert np.array_equal(move(places, none, none), np.zeros((2, 9), dtype=np.float32))


def test_neighbors_equal_those_of_sorted_distances():
    points = np.random.default_rng(0).normal(size=(60, 7, 4))
    unit = points[:, 2]
    order = np.argsort(cdist(unit, unit), axis=1)
    assert np.array_equal(nearest_slices(unit, 6, duplicate=DUPLICATE), order[:, 1:7])
    found = nearest_units(points, 3, duplicate=DUPLICATE)
    for block, near in zip(points, found, strict=True):
        expected = np.argsort(cdist(block, block), axis=1)[:, 1:4]
        assert np.array_equal(np.sort(near, axis=1), np.sort(expected, axis=1))


def test_slices_of_unequal_length_are_compared_over_what_both_have():
    values = np.random.default_rng(0).normal(size=(6 * 8, 2, 9))
    sets = valid_sets(np.array([8, 8, 8, 8, 8, 4, 4, 3, 3]), n_epochs=6, n_steps=8)
    unit = layered_points(values[:, 1], sets, standardize=zscore)
    squared = unit.squared_distances(np.arange(48))
    np.fill_diagonal(squared, np.inf)
    expected = np.sort(np.argsort(squared, axis=1)[:, :5], axis=1)
    found = nearest_slices(unit, 5, duplicate=DUPLICATE)
    assert np.array_equal(np.sort(found, axis=1), expected)
    padded = padded_points(values, sets, standardize=zscore)
    layout = np.random.default_rng(1).normal(size=(48, 2, 3))

    def unit_of(i):
        return layered_points(values[:, i], sets, standardize=zscore)

    refined = embedding.refine_units(layout, padded, duplicate=DUPLICATE, unit=unit_of)
    assert np.isfinite(refined).all()
    assert not np.allclose(refined, embedding.refine_units(layout, padded, duplicate=DUPLICATE))


def test_points_that_are_only_among_their_copies_have_no_neighbors():
    points = np.random.default_rng(0).normal(size=(30, 3))
    points[:12] = points[0] + 1e-12
    found = nearest_slices(points, 4, duplicate=DUPLICATE)
    assert np.array_equal(found[:12], np.repeat(np.arange(12)[:, None], 4, axis=1))
    assert not (found[12:] == np.arange(12, 30)[:, None]).any()
    units = points[None].repeat(2, axis=0)
    found = nearest_units(units, 4, duplicate=DUPLICATE)
    assert np.array_equal(found[1, :12], np.repeat(np.arange(12)[:, None], 4, axis=1))
    filled = false_neighbors(np.roll(np.arange(30), 1)[:, None], found[1])
    assert np.array_equal(filled[:12, 0], np.arange(12))


def test_a_point_is_not_its_own_neighbor_where_copies_hide_it():
    found = np.array([[0, 1, 2], [2, 0, 3], [3, 2, 1], [0, 1, 2]])
    expected = [[1, 2], [2, 0], [3, 1], [0, 1]]
    assert without_self(found).tolist() == expected


def test_unfolds_what_the_layout_folded():
    points, layout = swiss(1500, n_units=2, width=0.6)
    refined = embedding.refine_units(layout, points, duplicate=DUPLICATE)
    with pytest.warns(UserWarning, match="more than the 1 other units"):
        before, after = (preserved(points, y) for y in (layout, refined))
    assert after.inter > before.inter + 0.25
    assert procrustes(layout.reshape(-1, 3), refined.reshape(-1, 3))[2] < 0.01


def test_no_point_leaves_its_ball():
    points, layout = swiss(width=2)
    refined = embedding.refine_units(layout, points, duplicate=DUPLICATE)
    distance = np.linalg.norm(refined - layout, axis=-1)
    limit = REACH * radius(layout)
    assert distance.max() < limit * (1 + 1e-4)
    assert distance.max() > 0.9 * limit
    assert procrustes(layout.reshape(-1, 3), refined.reshape(-1, 3))[2] < REACH**2


def test_within_reach_shortens_the_way_and_keeps_its_direction():
    start = np.zeros((3, 2), dtype=np.float32)
    places = np.array([[0, 0], [3, 4], [300, 400]], dtype=np.float32)
    found = within_reach(places, start)
    np.testing.assert_allclose(found[:2], places[:2], rtol=1e-6)
    np.testing.assert_allclose(found[2] / np.linalg.norm(found[2]), [0.6, 0.8], rtol=1e-6)
    assert np.linalg.norm(found[2]) < 300


def test_scale_and_place_of_the_layout_do_not_matter():
    points, layout = swiss(150)
    once = embedding.refine_units(layout, points, duplicate=DUPLICATE)
    # A power of two, so that rounding is the same.
    large = embedding.refine_units(1024 * layout, points, duplicate=DUPLICATE)
    np.testing.assert_allclose(large, 1024 * once, rtol=1e-9)


@pytest.mark.parametrize("n_slices", [50, 1500])
def test_threads_change_no_bit(n_slices):
    points, layout = swiss(n_slices, n_units=7)
    found = [
        embedding.refine_units(layout, points, duplicate=DUPLICATE, n_jobs=jobs) for jobs in (1, 3)
    ]
    assert np.array_equal(*found)


@pytest.mark.parametrize("n_slices", [1, 2, 3, 4, 30])
@pytest.mark.parametrize("n_units", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("n_components", [2, 3])
def test_few_slices_or_units(n_slices, n_units, n_components):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(n_slices, n_units, 5))
    layout = rng.normal(size=(n_slices, n_units, n_components))
    refined = embedding.refine_units(layout, points, duplicate=DUPLICATE)
    assert refined.shape == layout.shape
    assert refined.dtype == np.float64
    assert np.isfinite(refined).all()
    if n_slices < 3 and n_units < 3:
        assert np.array_equal(refined, layout)


def test_dead_units_and_equal_points_stay_finite():
    rng = np.random.default_rng(0)
    points, layout = rng.normal(size=(40, 5, 4)), rng.normal(size=(40, 5, 3))
    points[:, 1] = 0
    points[:, 2] = points[:, 3]
    points[:25, 4] = points[0, 4]
    layout[:, 1] = layout[0, 1]
    refined = embedding.refine_units(layout, points, duplicate=DUPLICATE)
    assert np.isfinite(refined).all()
    same = np.zeros_like(layout)
    assert np.array_equal(embedding.refine_units(same, points, duplicate=DUPLICATE), same)
    nothing = embedding.refine_units(layout, np.zeros_like(points), duplicate=DUPLICATE)
    np.testing.assert_allclose(nothing, layout, rtol=0, atol=1e-5)
