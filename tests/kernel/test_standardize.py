import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmphate_widget.kernel.standardize import standardize, zscore


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), exponent=st.integers(-300, 300), n_samples=st.integers(2, 9))
def test_mean_0_deviation_1_at_any_scale(seed, exponent, n_samples):
    values = np.random.default_rng(seed).normal(size=(7, n_samples)) * 10.0**exponent
    z = zscore(values)
    np.testing.assert_allclose(z.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(z.std(axis=-1), 1, atol=1e-12)
    assert np.array_equal(z.argmax(axis=-1), values.argmax(axis=-1))


def test_constants_become_zero_though_their_deviation_is_rounding():
    rows = [np.full((1, 1, n_samples), 0.1) for n_samples in range(2, 40)]
    assert max(values.std() for values in rows) > 0
    assert not any(zscore(values).any() for values in rows)


def test_input_stays_as_it_was():
    values = np.random.default_rng(0).normal(size=(3, 4))
    before = values.copy()
    zscore(values)
    assert np.array_equal(values, before)


def reduced(z, n_pca, **options):
    """Values as they are, (slice, unit, sample), on their principal components."""
    return standardize(z[:, None], n_pca=n_pca, normalize=False, seed=0, name="z", **options)[0]


def gaps(points):
    flat = points.reshape(-1, points.shape[-1])
    return np.linalg.norm(flat[:, None] - flat, axis=-1)


def test_pca_keeps_distances_of_low_rank_points():
    rng = np.random.default_rng(0)
    z = 1e3 + (rng.normal(size=(60, 5)) @ rng.normal(size=(5, 30))).reshape(12, 5, 30)
    found = reduced(z, 5)
    assert found.shape == (12, 5, 5)
    np.testing.assert_allclose(gaps(found), gaps(z), atol=1e-9)


@pytest.mark.parametrize("block_values", [1, 200, 10**9])
def test_pca_is_that_of_all_points_whatever_the_blocks(monkeypatch, block_values):
    monkeypatch.setattr("mmphate_widget.kernel.standardize.BLOCK_VALUES", block_values)
    z = 5 + np.random.default_rng(0).normal(size=(20, 4, 12)) * np.arange(1, 13)
    flat = z.reshape(-1, 12)
    found = reduced(z, 7, n_jobs=2).reshape(-1, 7)
    left, scale, _ = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    expected = (left * scale)[:, :7]
    np.testing.assert_allclose(found * np.sign(np.sum(found * expected, axis=0)), expected)


def test_many_samples_are_searched_for_the_leading_components(monkeypatch):
    z = np.random.default_rng(0).normal(size=(20, 4, 30)) * 0.5 ** np.arange(30)
    dense = reduced(z, 5)
    monkeypatch.setattr("mmphate_widget.kernel.principal.LARGEST_DENSE", 10)
    found = reduced(z, 5)
    assert not np.array_equal(found, dense)
    np.testing.assert_allclose(gaps(found), gaps(dense), atol=1e-9)
    assert np.array_equal(found, reduced(z, 5))


def test_few_samples_are_left_alone():
    z = np.random.default_rng(0).normal(size=(3, 4, 10))
    assert np.array_equal(reduced(z, 10), z)


def test_pca_of_dead_units_is_finite():
    assert np.array_equal(reduced(np.zeros((5, 4, 9)), 3), np.zeros((5, 4, 3)))


def test_fewer_points_than_components():
    z = np.random.default_rng(0).normal(size=(1, 3, 9))
    found = reduced(z, 5)
    assert found.shape == (1, 3, 3)
    np.testing.assert_allclose(gaps(found), gaps(z), atol=1e-12)
