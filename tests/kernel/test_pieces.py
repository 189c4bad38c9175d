import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from mmphate_widget.kernel import pieces
from mmphate_widget.kernel.pieces import connected_pieces, split_connected


def check(found, members, reach):
    truth = connected_components(cdist(members, members) <= reach, directed=False)[1]
    assert len(set(zip(found, truth, strict=True))) == len(set(truth)) == len(set(found))


def test_pieces_of_a_disconnected_cluster():
    rng = np.random.default_rng(0)
    members = rng.normal(size=(300, 2)) + 20 * rng.integers(0, 3, size=(300, 1))
    check(split_connected(members, 2.0), members, 2.0)


@pytest.mark.parametrize("few", [0, 20, 1_000])
@pytest.mark.parametrize("pair_values", [1, 64, 262_144])
def test_pieces_of_clusters_of_all_sizes(few, pair_values, monkeypatch):
    """One member, members in one place, whole clusters, chains and scattered ones, side by side."""
    monkeypatch.setattr(pieces, "FEW", few)
    monkeypatch.setattr(pieces, "PAIR_VALUES", pair_values)
    rng = np.random.default_rng(0)
    clusters = [
        rng.normal(size=(1, 3)),
        np.zeros((7, 3)),
        rng.normal(size=(9, 3)) / 50,
        np.linspace(0, 30, 60)[:, None] * np.ones(3) + 5,
        *(rng.normal(size=(size, 3)) * 2 for size in (2, 15, 40, 200)),
    ]
    bounds = np.cumsum([0, *map(len, clusters)])
    labels = connected_pieces(np.concatenate(clusters), bounds, 0.7)
    for members, first, end in zip(clusters, bounds, bounds[1:], strict=False):
        check(labels[first:end], members, 0.7)


def test_pieces_are_named_in_the_order_of_their_first_members():
    members = np.array([[0.0], [9.0], [0.5], [5.0], [9.5]])
    labels = connected_pieces(members, np.array([0, 5]), 1.0)
    assert [int(n) for n in np.unique(labels, return_inverse=True)[1]] == [0, 1, 0, 2, 1]
