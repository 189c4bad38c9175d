import numpy as np
import pytest
from scipy.spatial import procrustes
from scipy.spatial.transform import Rotation

from mmphate_widget.embedding.alignment import align


@pytest.fixture
def points():
    return np.random.default_rng(0).normal(size=(40, 3)) * [3, 2, 1]


def test_the_disparity_is_scipys(points):
    other = points + np.random.default_rng(1).normal(size=points.shape)
    assert align(points, other).disparity == pytest.approx(procrustes(other, points)[2])


@pytest.mark.parametrize("mirror", [1, -1])
def test_a_shape_that_was_turned_mirrored_scaled_and_moved_is_laid_back(points, mirror):
    rotation = Rotation.random(rng=3).as_matrix() * [1, 1, mirror]
    moved = 0.25 * points @ rotation + [7, -3, 100]
    found = align(moved, points)
    np.testing.assert_allclose(found.apply(moved), points, atol=1e-9)
    assert found.scale == pytest.approx(4)
    assert found.disparity == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(found.rotation @ found.rotation.T, np.eye(3), atol=1e-12)


def test_no_small_change_of_the_similarity_is_better(points):
    generator = np.random.default_rng(5)
    other = points[:, ::-1] + generator.normal(size=points.shape)
    found = align(points, other)
    best = np.sum((found.apply(points) - other) ** 2)
    for _ in range(20):
        turned = Rotation.from_rotvec(0.02 * generator.normal(size=3)).as_matrix()
        scale = 1 + 0.02 * generator.normal()
        tried = scale * (found.apply(points) - found.target) @ turned + found.target
        assert np.sum((tried - other) ** 2) >= best


def test_flat_points_stay_flat(points):
    flat = points * [1, 1, 0]
    np.testing.assert_allclose(align(flat[:, [1, 0, 2]], flat).apply(flat)[:, 2], 0, atol=1e-12)


@pytest.mark.parametrize(
    ("points", "onto", "message"),
    [
        (np.eye(3)[:2], np.eye(3)[:2], "`points` must be at least 3; got 2"),
        (np.ones((4, 3)), np.eye(4, 3), "`points` must not all be in one place; got 4"),
        (np.eye(4, 3), np.ones((4, 3)), "`onto` must not all be in one place"),
    ],
)
def test_what_cannot_be_aligned_is_refused(points, onto, message):
    with pytest.raises(ValueError, match=message):
        align(points, onto)
