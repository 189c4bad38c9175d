import numpy as np
import pytest

from mmphate_widget.diffusion import potential

P = np.array([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7], [0.0, 0.0, 1.0]])


def test_named_potentials():
    np.testing.assert_allclose(potential(P, gamma=0), 2 * np.sqrt(P))
    np.testing.assert_allclose(potential(P, gamma=1), -np.log(P + 1e-7))
    np.testing.assert_allclose(potential(P, gamma=-1), P)


@pytest.mark.parametrize("gamma", [-0.5, 0.3, 0.9])
def test_between(gamma):
    c = (1 - gamma) / 2
    np.testing.assert_allclose(potential(P, gamma=gamma), P**c / c)


def test_square_root_distance_of_rows_without_overlap_is_the_largest():
    rows = potential(np.eye(2), gamma=0)
    assert np.linalg.norm(rows[0] - rows[1]) == pytest.approx(2 * np.sqrt(2))
