import threading

import numpy as np
import pytest
from scipy import sparse

from mmphate_widget.diffusion import landmark_spectrum, operator, point_spectrum, transitions
from mmphate_widget.diffusion.operator import landmark_weights


def some_affinity(seed=0, n_points=60, n_landmarks=9):
    rng = np.random.default_rng(seed)
    dense = rng.random((n_points, n_landmarks)) * (rng.random((n_points, n_landmarks)) < 0.4)
    dense[np.arange(n_points), np.arange(n_points) % n_landmarks] += 1
    return dense


def some_kernel(seed=0, n_points=30):
    rng = np.random.default_rng(seed)
    half = rng.random((n_points, n_points)) * (rng.random((n_points, n_points)) < 0.2)
    return np.maximum(half, half.T) * (1 - np.eye(n_points)) + np.eye(n_points)


def test_landmark_operator_is_two_steps():
    B = some_affinity()
    _, found = landmark_spectrum(sparse.csr_array(B))
    to_landmarks = B / B.sum(axis=1, keepdims=True)
    to_points = B.T / B.sum(axis=0)[:, None]
    np.testing.assert_allclose(found, to_points @ to_landmarks, atol=1e-14)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-14)


@pytest.mark.parametrize("t", [1, 2, 7, 100])
def test_powers_equal_repeated_multiplication(t):
    spectrum, step = landmark_spectrum(sparse.csr_array(some_affinity()))
    expected = np.linalg.matrix_power(step, t)
    np.testing.assert_allclose(spectrum.power(t), expected, atol=1e-12)
    assert spectrum.power(t).min() >= 0


def test_small_probabilities_keep_their_digits():
    """A long chain: after two steps a point far away is reached with a probability near 1e-60."""
    n = 40
    K = np.eye(n) + 1e-3 * (np.eye(n, k=1) + np.eye(n, k=-1))
    spectrum = point_spectrum(sparse.csr_array(K))
    P = K / K.sum(axis=1, keepdims=True)
    expected = np.linalg.matrix_power(P, 20)
    assert 0 < expected[0, 20] < 1e-55
    np.testing.assert_allclose(spectrum.power(20), expected, rtol=1e-12)


@pytest.mark.parametrize("t", [1, 5, 20])
def test_threads_change_no_bit(t):
    affinity = sparse.csr_array(some_affinity())
    one, many = (landmark_spectrum(affinity, n_jobs=n)[0] for n in (1, 3))
    assert np.array_equal(one.values, many.values)
    assert np.array_equal(one.power(t, n_jobs=1), many.power(t, n_jobs=3))


@pytest.mark.parametrize("t", [1, 5, 20])
def test_squares_at_hand_change_nothing(t):
    spectrum, _ = landmark_spectrum(sparse.csr_array(some_affinity()))
    bare = operator.decompose(spectrum.powers[1], spectrum.degrees, n_squares=0)
    assert list(bare.powers) == [1]
    np.testing.assert_allclose(bare.power(t), spectrum.power(t), rtol=1e-13)


def test_one_thread_is_one_thread():
    seen = set()

    def eigenvalues(symmetric):
        seen.add(threading.get_ident())
        return np.linalg.eigvalsh(symmetric)

    landmark_spectrum(sparse.csr_array(some_affinity()), n_jobs=1, eigenvalues=eigenvalues)
    assert seen == {threading.get_ident()}


@pytest.mark.parametrize("t", [1, 2, 7])
def test_powers_between_points_with_negative_eigenvalues(t):
    K = some_kernel()
    assert np.linalg.eigvalsh(K).min() < -0.1
    spectrum = point_spectrum(sparse.csr_array(K))
    expected = np.linalg.matrix_power(K / K.sum(axis=1, keepdims=True), t)
    np.testing.assert_allclose(spectrum.power(t), expected, atol=1e-12)


def test_spectrum_is_that_of_the_operator():
    spectrum, step = landmark_spectrum(sparse.csr_array(some_affinity()))
    expected = np.sort(np.linalg.eigvals(step).real)[::-1]
    np.testing.assert_allclose(spectrum.values, expected, atol=1e-12)
    assert spectrum.values[0] == pytest.approx(1, abs=1e-12)
    assert np.all(np.diff(np.abs(spectrum.values)) <= 0)


@pytest.mark.parametrize("weight", [0, 5])
def test_places_count_the_kernel_and_the_own_landmark(weight, monkeypatch):
    monkeypatch.setattr(operator, "OWN_WEIGHT", weight)
    B, labels = some_affinity(), np.arange(60) % 9
    expected = B + weight * np.eye(9)[labels]
    found = transitions(sparse.csr_array(B), labels).toarray()
    np.testing.assert_allclose(found, expected / expected.sum(axis=1, keepdims=True), atol=1e-15)


@pytest.mark.parametrize("density", [0.02, 0.9])
@pytest.mark.parametrize("n_jobs", [1, 3])
@pytest.mark.parametrize("speedup", [0, 64, np.inf])
@pytest.mark.parametrize("labeled", [False, True])
def test_dense_and_sparse_products_agree(density, n_jobs, speedup, labeled, monkeypatch):
    # Always sparse, as it thinks best, always dense.
    monkeypatch.setattr(operator, "DENSE_SPEEDUP", speedup)
    monkeypatch.setattr(operator, "SORTED_ROWS", 700)
    monkeypatch.setattr(operator, "SAMPLED_BLOCKS", 7)
    rng = np.random.default_rng(0)
    B = rng.random((5000, 40)) * (rng.random((5000, 40)) < density)
    labels = np.arange(5000) % 40
    B[np.arange(5000), labels] += 1
    given = labels if labeled else None
    found = landmark_weights(sparse.csr_array(B), given, n_jobs=n_jobs)
    np.testing.assert_allclose(found, (B / B.sum(axis=1, keepdims=True)).T @ B, rtol=1e-11)
    assert np.array_equal(found, found.T)
    assert np.array_equal(found, landmark_weights(sparse.csr_array(B), given, n_jobs=1))
