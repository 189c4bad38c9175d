import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from mmphate_widget.kernel import cells, tiles
from mmphate_widget.kernel.cells import split_connected
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


def test_pieces_of_a_disconnected_cluster():
    rng = np.random.default_rng(0)
    members = rng.normal(size=(300, 2)) + 20 * rng.integers(0, 3, size=(300, 1))
    labels = split_connected(members, 2.0)
    truth = connected_components(cdist(members, members) <= 2.0, directed=False)[1]
    assert len(set(zip(labels, truth, strict=True))) == len(set(truth)) == labels.max() + 1
