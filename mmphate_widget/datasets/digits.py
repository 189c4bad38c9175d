"""Handwritten digits read row by row: real sequences of 8 steps of 8 features.

A recurrent network sees one row of pixels a step, from the top, and says the digit after
the last. Small enough to train in seconds, real enough for classes to separate slowly.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64

from mmphate_widget._validation import check_int, check_real

# The largest value of a pixel in scikit-learn's copy of the data: counts in a 4 × 4 block.
_LARGEST_PIXEL = 16
# That scikit-learn takes.
_LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True, eq=False)
class DigitRows:
    """Sequences and their digits, split into training and test set; arrays are read-only.

    Attributes
    ----------
    x_train, x_test : float32 ndarray of shape (n, 8, 8)
        Pixels in 0 … 1: (sample, step = row from the top, feature = column).
    y_train, y_test : int64 ndarray of shape (n,)
        The digit, 0 … 9.
    """

    x_train: Float32[np.ndarray, "train 8 8"]
    y_train: Int64[np.ndarray, " train"]
    x_test: Float32[np.ndarray, "test 8 8"]
    y_test: Int64[np.ndarray, " test"]

    def __post_init__(self) -> None:
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            array.flags.writeable = False


def digit_rows(*, test_fraction: float = 0.25, random_state: int = 0) -> DigitRows:
    """scikit-learn's 1,797 handwritten digits as sequences of rows, split by class.

    Parameters
    ----------
    test_fraction : float, default=0.25
        Part of the samples in the test set, between 0.01 and 0.99.
    random_state : int, default=0
        Seed of the split, which keeps the share of each digit.

    Returns
    -------
    DigitRows
        ``x_train``, ``y_train``, ``x_test``, ``y_test``.

    References
    ----------
    E. Alpaydin, C. Kaynak. Optical recognition of handwritten digits, UCI Machine
    Learning Repository, 1998. https://doi.org/10.24432/C50P49

    Examples
    --------
    >>> digits = digit_rows()
    >>> digits.x_train.shape, digits.x_test.shape
    ((1347, 8, 8), (450, 8, 8))
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    fraction = check_real(test_fraction, name="test_fraction", minimum=0.01, maximum=0.99)
    seed = check_int(random_state, name="random_state", minimum=0, maximum=_LARGEST_SEED)
    bunch = load_digits()
    x = (bunch.images / _LARGEST_PIXEL).astype(np.float32)
    y = bunch.target.astype(np.int64)
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=fraction, random_state=seed, stratify=y
    )
    return DigitRows(x_train, y_train, x_test, y_test)
