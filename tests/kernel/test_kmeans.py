import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmphate_widget.kernel.kmeans import assign, kmeans


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 1000), n=st.integers(1, 60), k=st.integers(1, 70), rounded=st.booleans())
def test_every_label_is_used_and_none_beyond(seed, n, k, rounded):
    points = np.random.default_rng(seed).normal(size=(n, 3))
    if rounded:
        points = np.round(points)
    labels = kmeans(points, k, seed=seed)
    distinct = len(np.unique(points, axis=0))
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))
    assert labels.max() < min(k, distinct)
    for row in np.unique(points, axis=0):
        assert len(set(labels[(points == row).all(axis=1)])) == 1


def test_finds_separate_groups():
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(5), 20)
    points = 50 * rng.normal(size=(5, 4))[truth] + rng.normal(size=(100, 4))
    labels = kmeans(points, 5, seed=1)
    assert len(set(zip(truth, labels, strict=True))) == 5


def test_assigns_the_nearest_center():
    rng = np.random.default_rng(0)
    points, centers = rng.normal(size=(2500, 3)), rng.normal(size=(7, 3))
    expected = np.linalg.norm(points[:, None] - centers, axis=2).argmin(axis=1)
    assert np.array_equal(assign(points, centers), expected)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_iterations_lower_the_spread(seed):
    points = np.random.default_rng(3).normal(size=(400, 2))

    def spread(labels):
        groups = [points[labels == a] for a in set(labels)]
        return sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups)

    found = [spread(kmeans(points, 12, seed=seed, n_iterations=n)) for n in (0, 1, 3, 10)]
    assert found == sorted(found, reverse=True)
    assert found[3] < 0.95 * found[0]
