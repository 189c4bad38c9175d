import warnings
from inspect import unwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel.oracle import naive_kernel
from kernel.shapes import activations

import mmphate_widget as mm

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "m_phate_kernels.npz")
CASES = ["walk", "dead_unit", "duplicate_unit", "one_epoch", "one_step", "many_units"]


@pytest.mark.parametrize("case", CASES)
def test_equals_m_phate(case):
    upper = np.zeros(2 * (np.prod(GOLDEN[f"{case}_x"].shape[:3]),))
    upper[GOLDEN[f"{case}_i"], GOLDEN[f"{case}_j"]] = GOLDEN[f"{case}_k"]
    K = mm.multiway_kernel(GOLDEN[f"{case}_x"]).toarray()
    np.testing.assert_allclose(K, np.maximum(upper, upper.T), rtol=0, atol=1e-10)


@settings(deadline=None, max_examples=60)
@given(
    values=activations(),
    intra=st.integers(1, 4),
    inter=st.integers(1, 8),
    decay=st.sampled_from([1, 2.5, 5, 40]),
)
def test_equals_double_loop(values, intra, inter, decay):
    options = {"intraslice_knn": intra, "interslice_knn": inter, "decay": decay}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        K = mm.multiway_kernel(values, **options).toarray()
    np.testing.assert_allclose(K, naive_kernel(values, **options), rtol=0, atol=1e-10)
    assert np.array_equal(K, K.T)
    assert np.all(np.diag(K) == 1)
    assert np.all((K == 0) | (K >= 1e-4))


def test_raw_values_when_not_normalized():
    values = np.random.default_rng(0).normal(size=(3, 3, 4, 3))
    options = {"interslice_knn": 4, "normalize": False}
    K = mm.multiway_kernel(values, **options).toarray()
    np.testing.assert_allclose(K, naive_kernel(values, **options), atol=1e-12)
    assert not np.allclose(K, mm.multiway_kernel(values, interslice_knn=4).toarray())


def test_raw_values_may_be_large_but_not_beyond_squaring():
    values = np.random.default_rng(0).normal(size=(3, 3, 4, 3))
    options = {"interslice_knn": 4, "normalize": False}
    K = mm.multiway_kernel(values, **options).toarray()
    large = mm.multiway_kernel(np.ldexp(values, 330), **options).toarray()
    np.testing.assert_allclose(large, K, atol=1e-12)
    with pytest.raises(ValueError, match=r"`values` must lie within ±1e\+100 with normalize=False"):
        mm.multiway_kernel(1e200 * values, **options)


def test_raw_values_below_the_duplicate_distance_are_equal():
    values = np.random.default_rng(0).normal(size=(3, 3, 4, 3))
    K = mm.multiway_kernel(1e-9 * values, interslice_knn=4, normalize=False)
    assert np.array_equal(np.unique(K.data), [1.0])


@pytest.mark.parametrize("dtype", [np.float32, np.int16, bool])
def test_takes_any_real_type_and_leaves_it(dtype):
    values = (np.random.default_rng(1).normal(size=(6, 5, 4, 6)) * 3).astype(dtype)
    before = values.copy()
    K = mm.multiway_kernel(values)
    assert np.array_equal(values, before)
    expected = mm.multiway_kernel(values.astype(float))
    assert abs(K - expected).max() == 0


def test_scale_and_offset_of_a_point_do_not_matter():
    values = np.random.default_rng(2).normal(size=(6, 5, 4, 6))
    K = mm.multiway_kernel(values).toarray()
    factor = 2.0 ** np.random.default_rng(3).integers(-300, 300, size=(6, 5, 4, 1))
    np.testing.assert_allclose(mm.multiway_kernel(values * factor).toarray(), K, atol=1e-12)


def test_clamped_neighbors_are_warned_of():
    values = np.random.default_rng(0).normal(size=(2, 2, 3, 4))
    with (
        pytest.warns(UserWarning, match="`intraslice_knn` is 2, .* neighbor 2 sets the intra-step"),
        pytest.warns(UserWarning, match="`interslice_knn` is 25, .* neighbor 3 sets the inter"),
    ):
        mm.multiway_kernel(values)


def test_no_warning_where_nothing_is_clamped():
    mm.multiway_kernel(np.random.default_rng(0).normal(size=(13, 2, 4, 3)))


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (np.zeros((2, 2, 2)), {}, r"`values` must have 4 axes .* got shape \(2, 2, 2\)"),
        (np.zeros((2, 2, 2, 1)), {}, r"`values` must have at least 2 samples"),
        (np.zeros((2, 0, 2, 3)), {}, r"`values` must not have an empty axis"),
        (np.full((2, 2, 2, 3), np.nan), {}, r"`values` must be finite; got nan at epoch 0, step 0"),
        (np.zeros((2, 2, 2, 3)), {"intraslice_knn": 0}, r"`intraslice_knn` must be an integer at"),
        (np.zeros((2, 2, 2, 3)), {"interslice_knn": 0}, r"`interslice_knn` must be an integer at"),
        (np.zeros((2, 2, 2, 3)), {"decay": 0}, r"`decay` must be a finite number"),
    ],
)
def test_bad_input_is_named(values, options, message):
    with pytest.raises(ValueError, match=message):
        mm.multiway_kernel(values, **options)


def test_normalize_is_true_or_false():
    with pytest.raises(TypeError, match="`normalize` must be True or False; got 'no'"):
        # Past the checker of annotations, which users do not run.
        unwrap(mm.multiway_kernel)(np.zeros((13, 2, 4, 3)), normalize="no")


def test_text_is_named():
    with pytest.raises(TypeError, match="`values` must hold real numbers"):
        mm.multiway_kernel(np.full((2, 2, 2, 3), "a"))
