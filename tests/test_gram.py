"""Products that are symmetric."""

import numpy as np
import pytest

from mmphate_widget._gram import gram


@pytest.mark.parametrize("n_rows", [1, 511, 1100])
@pytest.mark.parametrize("n_jobs", [1, 3])
def test_equals_the_product(n_rows, n_jobs):
    rows = np.random.default_rng(0).normal(size=(n_rows, 7))
    found = gram(rows, n_jobs=n_jobs)
    np.testing.assert_allclose(found, rows @ rows.T, atol=1e-13)
    assert np.array_equal(found, found.T)


def test_a_product_of_two_powers_of_one_matrix():
    half = np.random.default_rng(0).random((1100, 5))
    one = half @ half.T
    two = one @ one
    np.testing.assert_allclose(gram(one, two, n_jobs=2), one @ two, rtol=1e-12)
    assert np.array_equal(gram(one, two, n_jobs=2), gram(one, two, n_jobs=1))
