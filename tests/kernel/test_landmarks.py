import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from mmphate_widget.kernel.inter import global_bandwidth, unit_bandwidth
from mmphate_widget.kernel.landmarks import landmark_kernel
from mmphate_widget.kernel.micro import spread_budget
from mmphate_widget.kernel.multiway import assemble_kernel
from mmphate_widget.kernel.standardize import duplicate_distance, zscore


def both(values, n_landmark, knn=2, inter_knn=10, n_jobs=1):
    """B and K of the same points."""
    n_units, n_samples = values.shape[2:]
    z = zscore(values).reshape(-1, n_units, n_samples)
    options = {"intraslice_knn": min(knn, n_units - 1), "decay": 5.0}
    options["duplicate"] = duplicate_distance(n_samples)
    inter_knn = min(inter_knn, len(z) - 1)
    options["bandwidth"], _ = global_bandwidth(
        [
            unit_bandwidth(z[:, i], knn=inter_knn, duplicate=options["duplicate"])
            for i in range(n_units)
        ]
    )
    found = landmark_kernel(z, n_landmark=n_landmark, seed=0, n_jobs=n_jobs, **options)
    return found, assemble_kernel(z, **options)


SHAPES = {
    "paper-like": ((8, 10, 6, 5), 60),
    "many units, few slices": ((2, 2, 90, 6), 40),
    "more units than landmarks": ((1, 3, 70, 6), 20),
    "one unit": ((12, 10, 1, 5), 30),
    "one step": ((70, 1, 4, 5), 40),
    "one epoch": ((1, 70, 4, 5), 40),
    "two samples": ((9, 9, 4, 2), 40),
}


@pytest.mark.parametrize("case", SHAPES)
def test_equals_the_kernel_summed_over_landmarks(case):
    shape, n_landmark = SHAPES[case]
    values = np.cumsum(np.random.default_rng(0).normal(size=shape), axis=1)
    found, K = both(values, n_landmark)
    C = np.eye(found.labels.max() + 1)[found.labels]
    np.testing.assert_allclose(found.affinity.toarray(), K @ C, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("case", SHAPES)
def test_landmarks_are_all_used_and_nearly_as_many_as_asked(case):
    shape, n_landmark = SHAPES[case]
    values = np.random.default_rng(0).normal(size=shape)
    found, _ = both(values, n_landmark)
    used = np.unique(found.labels)
    assert np.array_equal(used, np.arange(len(used)))
    distinct = len(np.unique(zscore(values).round(9).reshape(-1, shape[-1]), axis=0))
    assert 0.9 * min(n_landmark, distinct) <= len(used) <= n_landmark


def test_budget_of_dead_units_goes_to_the_others():
    values = np.random.default_rng(0).normal(size=(10, 10, 5, 4))
    values[:, :, :3] = 1.0
    found, _ = both(values, 60)
    assert found.labels.max() + 1 == 60


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    dense=st.floats(1e-4, 1),
    n_landmark=st.integers(4, 60),
    n_units=st.integers(1, 5),
)
def test_components_are_those_of_the_kernel(seed, dense, n_landmark, n_units):
    rng = np.random.default_rng(seed)
    tight = rng.normal(size=(1, 1, n_units, 4)) + dense * rng.normal(size=(8, 5, n_units, 4))
    values = np.concatenate([tight, rng.normal(size=(5, 5, n_units, 4))])
    found, K = both(values, n_landmark, inter_knn=5)
    count, truth = connected_components(K, directed=False)
    pieces = connected_components(found.cell_graph, directed=False)[1][found.cells]
    assert len(set(pieces)) == count == len(set(zip(pieces, truth, strict=True)))


def test_threads_change_no_bit():
    values = np.cumsum(np.random.default_rng(0).normal(size=(8, 10, 6, 5)), axis=1)
    one, two = both(values, 60, n_jobs=1)[0], both(values, 60, n_jobs=3)[0]
    assert np.array_equal(one.labels, two.labels)
    assert np.array_equal(one.affinity.toarray(), two.affinity.toarray())


@given(capacities=st.lists(st.integers(1, 50), min_size=1, max_size=20), total=st.integers(1, 500))
def test_budget_is_spent_evenly(capacities, total):
    capacities = np.array(capacities)
    budget = spread_budget(capacities, total)
    assert np.all((budget >= 1) & (budget <= capacities))
    assert budget.sum() == min(capacities.sum(), max(total, len(capacities)))
    below = budget[budget < capacities]
    if len(below):
        assert below.min() >= budget.max() - 1
