"""Point ids and positions are each other's inverse, in C order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mmphate_widget._points import point_ids, point_positions


@given(st.tuples(*[st.integers(1, 5)] * 3))
def test_ids_number_the_points_in_c_order(shape):
    _, n_steps, n_units = shape
    epochs, steps, units = np.indices(shape)
    ids = point_ids(epochs * n_steps + steps, units, n_units=n_units)
    assert np.array_equal(ids.ravel(), np.arange(np.prod(shape)))
    positions = point_positions(ids.ravel(), shape=shape)
    assert np.array_equal(positions, np.stack([epochs, steps, units], axis=-1).reshape(-1, 3))
