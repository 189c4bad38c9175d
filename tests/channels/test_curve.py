"""A curve holds a finite number for each epoch, or none."""

import numpy as np
import pytest

from mmphate_widget.channels import Curve


def test_a_gap_is_allowed_and_values_are_kept_read_only():
    curve = Curve("loss", np.array([1, np.nan, 3]))
    np.testing.assert_array_equal(curve.values, [1, np.nan, 3])
    assert not curve.values.flags.writeable


@pytest.mark.parametrize("infinite", [np.inf, -np.inf])
def test_infinity_is_named(infinite):
    with pytest.raises(ValueError, match=f"`values` must be finite.*got {infinite} at epoch 2"):
        Curve("loss", np.array([1, 2, infinite]))
