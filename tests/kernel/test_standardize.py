import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mmphate_widget.kernel.standardize import principal_axes, zscore


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


def test_pca_keeps_distances_of_low_rank_points():
    rng = np.random.default_rng(0)
    z = (rng.normal(size=(60, 5)) @ rng.normal(size=(5, 30))).reshape(12, 5, 30)
    reduced = principal_axes(z, n_pca=5, seed=0).project(z)
    assert reduced.shape == (12, 5, 5)
    flat, small = z.reshape(60, 30), reduced.reshape(60, 5)
    gaps = np.linalg.norm(flat[:, None] - flat, axis=-1)
    np.testing.assert_allclose(np.linalg.norm(small[:, None] - small, axis=-1), gaps, atol=1e-10)


def test_few_samples_are_left_alone():
    z = np.random.default_rng(0).normal(size=(3, 4, 10))
    assert principal_axes(z, n_pca=10, seed=0) is None


def test_pca_of_dead_units_is_finite():
    dead = np.zeros((5, 4, 9))
    projected = principal_axes(dead, n_pca=3, seed=0).project(dead)
    assert np.array_equal(projected, np.zeros((5, 4, 3)))


def test_axes_found_on_some_points_hold_for_all():
    rng = np.random.default_rng(0)
    z = (rng.normal(size=(60, 5)) @ rng.normal(size=(5, 30)) + 3).reshape(12, 5, 30)
    axes = principal_axes(z[::2], n_pca=5, seed=0)
    np.testing.assert_allclose(axes.axes @ axes.axes.T, np.eye(5), atol=1e-12)
    back = axes.project(z) @ axes.axes + axes.mean
    np.testing.assert_allclose(back, z, atol=1e-9)
