import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from mmphate_widget.kernel import cells, near, tiles
from mmphate_widget.kernel.copies import find_copies
from mmphate_widget.kernel.kmeans import kmeans
from mmphate_widget.kernel.tiles import unit_affinity


def dense_affinity(z, labels, bandwidth, duplicate):
    distance = cdist(z, z)
    distance[distance < duplicate] = 0
    kernel = np.exp(-((distance / bandwidth) ** 2))
    kernel[kernel < 1e-4] = 0
    return kernel, kernel @ np.eye(labels.max() + 1)[labels]


def check(z, n_clusters, bandwidth, duplicate=1e-9, seed=0):
    labels = kmeans(z, n_clusters, seed=seed)
    kernel, expected = dense_affinity(z, labels, bandwidth, duplicate)
    found = unit_affinity(z, labels, bandwidth=bandwidth, duplicate=duplicate)
    np.testing.assert_allclose(found.affinity.toarray(), expected, rtol=1e-9, atol=1e-9)
    n_cells = found.cells.max() + 1
    graph = coo_array((np.ones(found.edges.shape[1]), tuple(found.edges)), shape=(n_cells, n_cells))
    pieces = connected_components(graph, directed=False)[1][found.cells]
    truth = connected_components(kernel, directed=False)[1]
    assert len(set(zip(pieces, truth, strict=True))) == len(set(truth)) == len(set(pieces))


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 150),
    k=st.integers(1, 30),
    features=st.integers(1, 6),
    bandwidth=st.floats(0.003, 3),
    walk=st.booleans(),
)
def test_equals_dense_sums(seed, n, k, features, bandwidth, walk):
    z = np.random.default_rng(seed).normal(size=(n, features))
    check(np.cumsum(z, axis=0) if walk else z, k, bandwidth, seed=seed)


@pytest.mark.parametrize("bandwidth", [1e-8, 1e-5, 1e-3, np.finfo(float).eps])
def test_bandwidths_far_below_the_spread(bandwidth):
    rng = np.random.default_rng(0)
    places = np.repeat(rng.normal(size=(8, 4)), 20, axis=0)
    check(places + bandwidth * rng.normal(size=places.shape) / 3, 5, bandwidth, duplicate=2e-7)


def test_clusters_of_more_rows_and_columns_than_a_tile(monkeypatch):
    monkeypatch.setattr(cells, "LEAF_ROWS", 7)
    monkeypatch.setattr(tiles, "TILE_VALUES", 60)
    rng = np.random.default_rng(0)
    check(rng.normal(size=(120, 3)), 4, 0.2)
    check(rng.normal(size=(120, 3)), 30, 1.0)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("run", [50, 400])
@pytest.mark.parametrize("most_sums", [10, 4_000_000])
def test_many_batches_runs_and_additions(batch, run, most_sums, monkeypatch):
    monkeypatch.setattr(cells, "LEAF_ROWS", 5)
    monkeypatch.setattr(near, "BATCH_LEAVES", batch)
    monkeypatch.setattr(tiles, "TILE_VALUES", 40)
    monkeypatch.setattr(tiles, "RUN_VALUES", run)
    monkeypatch.setattr(tiles, "MOST_SUMS", most_sums)
    rng = np.random.default_rng(0)
    check(rng.normal(size=(150, 3)), 12, 0.3)
    check(rng.normal(size=(60, 30)), 6, 3.0)


def test_a_batch_holds_as_many_leaves_as_memory_allows(monkeypatch):
    monkeypatch.setattr(cells, "LEAF_ROWS", 5)
    monkeypatch.setattr(near, "BATCH_PAIRS", 450)
    z = np.random.default_rng(0).normal(size=(150, 3))
    slices = cells.sort_slices(z / 0.3, kmeans(z, 12, seed=0), 3.04)
    assert max(len(part.heights) for part in near.near_slices(slices, 3.04)) == 3


def test_copies_count_as_often_as_they_occur(monkeypatch):
    monkeypatch.setattr(tiles, "RUN_VALUES", 300)
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(20, 3))
    kind = rng.integers(20, size=200)
    z = kinds[kind]
    labels = kmeans(kinds, 5, seed=0)[kind]
    _, expected = dense_affinity(z, labels, 0.5, 1e-9)
    copies = find_copies(z, 20)
    assert copies is not None
    found = unit_affinity(z, labels, bandwidth=0.5, duplicate=1e-9, copies=copies)
    np.testing.assert_allclose(found.affinity.toarray(), expected, rtol=1e-9, atol=1e-9)


def test_a_unit_far_wider_than_its_bandwidth_needs_no_difference_form(monkeypatch):
    """A long way around which many batches of leaves lie far apart."""
    monkeypatch.setattr(cells, "LEAF_ROWS", 5)
    monkeypatch.setattr(tiles, "cdist", None)
    z = np.linspace(0, 1, 400)[:, None] * np.ones(6) + 1e-4 * np.random.default_rng(0).normal(
        size=(400, 6)
    )
    check(z, 20, 0.002)
