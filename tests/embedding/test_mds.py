import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import procrustes
from scipy.spatial.distance import cdist

from mmphate_widget import embedding


def curved(n=150, seed=0):
    """Distances in 6 dimensions that 3 cannot keep."""
    rng = np.random.default_rng(seed)
    points = np.cumsum(rng.normal(size=(n, 6)), axis=0)
    return cdist(points, points)


def test_pairwise_distances_equal_the_difference_form():
    rows = np.random.default_rng(0).normal(size=(40, 9)) + 5
    np.testing.assert_allclose(embedding.pairwise_distances(rows), cdist(rows, rows), atol=1e-6)


@pytest.mark.parametrize("solver", ["auto", "sgd", "smacof", "classical"])
@pytest.mark.parametrize("n_components", [2, 3])
@pytest.mark.parametrize("n", [40, 41])
def test_recovers_a_configuration_with_its_scale(solver, n_components, n):
    truth = 7 * np.random.default_rng(0).normal(size=(n, n_components))
    distances = cdist(truth, truth)
    found = embedding.solve(distances, n_components=n_components, solver=solver)
    assert procrustes(truth, found)[2] < 1e-6
    np.testing.assert_allclose(cdist(found, found), distances, atol=0.02)
    assert embedding.normalized_stress(distances, found) < 1e-3


def test_smacof_ends_where_scikit_learn_does():
    from sklearn.manifold import smacof

    distances = curved()
    start = embedding.classical_scaling(distances, n_components=3)
    ours = embedding.smacof(distances, start, tolerance=1e-9, max_iterations=2000)
    theirs, _ = smacof(
        distances,
        n_components=3,
        init=start,
        n_init=1,
        eps=1e-12,
        max_iter=3000,
        normalized_stress=False,
    )
    stress = embedding.normalized_stress
    assert stress(distances, ours) <= stress(distances, theirs) * (1 + 1e-4)


def test_solvers_improve_on_one_another():
    distances = curved()
    stress = {
        name: embedding.normalized_stress(
            distances, embedding.solve(distances, n_components=3, solver=name)
        )
        for name in ("classical", "smacof", "sgd")
    }
    assert stress["smacof"] < 0.9 * stress["classical"]
    assert stress["sgd"] < 1.02 * stress["smacof"]


def test_stress_by_its_definition():
    rng = np.random.default_rng(0)
    distances, layout = curved(30), rng.normal(size=(30, 2))
    pairs = np.triu_indices(30, 1)
    wanted, found = distances[pairs], cdist(layout, layout)[pairs]
    expected = np.sqrt(np.sum((wanted - found) ** 2) / np.sum(wanted**2))
    assert embedding.normalized_stress(distances, layout) == pytest.approx(expected, rel=1e-7)
    assert embedding.normalized_stress(distances, np.zeros((30, 2))) == pytest.approx(1)


@pytest.mark.parametrize("solver", ["sgd", "smacof", "classical"])
@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_points_that_coincide_stay_finite(solver, n):
    found = embedding.solve(np.zeros((n, n)), n_components=3, solver=solver)
    assert np.array_equal(found, np.zeros((n, 3)))
    assert embedding.normalized_stress(np.zeros((n, n)), found) == 0


def test_equidistant_points_from_one_place():
    distances = np.ones((4, 4)) - np.eye(4)
    found = embedding.stochastic_descent(distances, np.eye(4)[:, :3] * 0.01, seed=0, n_epochs=20)
    assert embedding.normalized_stress(distances, embedding.smacof(distances, found)) < 0.01


def test_threads_change_no_bit():
    distances = curved(600)
    found = [embedding.solve(distances, n_components=3, seed=3, n_jobs=jobs) for jobs in (1, 3)]
    assert np.array_equal(*found)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 1000), n=st.integers(2, 40), columns=st.sampled_from([2, 3]))
def test_axes_do_not_depend_on_how_the_layout_came_to_lie(seed, n, columns):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, columns)) * [5, 2, 1][:columns]
    turn, _ = np.linalg.qr(rng.normal(size=(columns, columns)))
    moved = points @ turn + rng.normal(size=columns)
    fixed = []
    for layout in (points, moved):
        center, rotation = embedding.fixed_axes(layout)
        fixed.append((layout - center) @ rotation)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(columns), atol=1e-12)
    np.testing.assert_allclose(fixed[0].mean(axis=0), 0, atol=1e-12)
    spread = fixed[0].var(axis=0)
    assert np.all(np.diff(spread) <= 1e-12)
    assert np.all(fixed[0].max(axis=0) >= -fixed[0].min(axis=0) - 1e-12)
    gaps = np.abs(fixed[0].max(axis=0) + fixed[0].min(axis=0))
    clear = (gaps > 1e-6) & (spread > 1e-6)
    np.testing.assert_allclose(fixed[0][:, clear], fixed[1][:, clear], atol=1e-6)


def test_a_tournament_meets_every_pair_once():
    from mmphate_widget.embedding.sgd import tournament_round

    for n in range(2, 12):
        met = []
        for number in range(n):
            turn, left, right = tournament_round(n, number)
            ring = np.roll(np.arange(n), -turn)
            first, second = ring[left], ring[right]
            assert len({*first, *second}) == 2 * len(first)
            pairs = np.sort(np.stack([first, second]), axis=0).T
            met += [tuple(pair) for pair in pairs.tolist()]
        assert sorted(met) == [(i, j) for i in range(n) for j in range(i + 1, n)]
