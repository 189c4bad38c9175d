import numpy as np
import pytest
from scipy.spatial.distance import cdist

from mmphate_widget.kernel.inter import UnitBandwidth, global_bandwidth, unit_bandwidth


def test_median_of_neighbor_distances():
    z = np.random.default_rng(0).normal(size=(40, 3))
    nearest = np.sort(cdist(z, z), axis=1)[:, 4]
    found = unit_bandwidth(z, knn=4, duplicate=0.0)
    assert found.median == pytest.approx(np.median(nearest), rel=1e-12)
    assert found.error == 0


def test_sampled_median_is_as_far_off_as_it_says():
    z = np.cumsum(np.random.default_rng(0).normal(size=(4000, 3)), axis=0)
    exact = unit_bandwidth(z, knn=25, duplicate=0.0).median
    found = [unit_bandwidth(z, knn=25, duplicate=0.0, n_sampled=400, seed=s) for s in range(30)]
    off = np.array([one.median - exact for one in found])
    stated = np.array([one.error for one in found])
    assert 0.5 < np.sqrt(np.mean(off**2) / np.mean(stated**2)) < 2


def test_neighbor_distance_of_duplicates_is_0():
    z = np.repeat(np.random.default_rng(0).normal(size=(3, 4)), 5, axis=0)
    z += 1e-12 * np.random.default_rng(1).normal(size=z.shape)
    assert unit_bandwidth(z, knn=4, duplicate=2e-7).median == 0
    assert unit_bandwidth(z, knn=5, duplicate=2e-7).median > 0.1


def test_global_bandwidth_floors_each_unit_before_the_mean():
    b, error = global_bandwidth([UnitBandwidth(0.0, 0.0), UnitBandwidth(3.0, 0.3)])
    assert b == pytest.approx((3 + np.finfo(float).eps) / 2)
    assert error == pytest.approx(0.1)
    assert global_bandwidth([UnitBandwidth(0.0, 0.0)])[0] == np.finfo(float).eps
