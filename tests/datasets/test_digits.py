"""Digits read by rows are scikit-learn's, whole, in 0 … 1, split by class and by seed."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from mmphate_widget.datasets import digit_rows


def rows(x, y):
    return sorted((int(label), image.tobytes()) for image, label in zip(x, y, strict=True))


def test_train_and_test_together_are_all_digits_read_from_the_top():
    digits, bunch = digit_rows(), load_digits()
    x = np.concatenate([digits.x_train, digits.x_test])
    y = np.concatenate([digits.y_train, digits.y_test])
    assert rows(x, y) == rows((bunch.images / 16).astype(np.float32), bunch.target)
    assert (x.min(), x.max()) == (0, 1)


def test_the_split_keeps_the_share_of_each_digit():
    digits = digit_rows(test_fraction=0.2)
    assert len(digits.y_test) == 360
    share = np.bincount(digits.y_test) / np.bincount(digits.y_train)
    np.testing.assert_allclose(share, 0.25, atol=0.01)


def test_the_seed_decides_the_split():
    first, again, other = digit_rows(), digit_rows(random_state=0), digit_rows(random_state=1)
    np.testing.assert_array_equal(first.x_test, again.x_test)
    assert not np.array_equal(first.y_test, other.y_test)


def test_arrays_are_read_only():
    digits = digit_rows()
    for name in ("x_train", "y_train", "x_test", "y_test"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(digits, name)[0] = 0


@pytest.mark.parametrize("fraction", [0, 1.0, -0.5])
def test_bad_fraction(fraction):
    match = r"`test_fraction` must be a finite number between 0.01 and 0.99; got"
    with pytest.raises(ValueError, match=match):
        digit_rows(test_fraction=fraction)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_bad_seed(seed):
    with pytest.raises(ValueError, match="`random_state` must be an integer between 0 and 429"):
        digit_rows(random_state=seed)
