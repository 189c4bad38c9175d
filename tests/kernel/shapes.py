"""Inputs of the kinds that break kernels: duplicates, dead units, lone axes, far scales."""

import numpy as np
from hypothesis import strategies as st


@st.composite
def activations(draw, max_slices=3, max_units=5, max_samples=5):
    shape = (
        draw(st.integers(1, max_slices)),
        draw(st.integers(1, max_slices)),
        draw(st.integers(1, max_units)),
        draw(st.integers(2, max_samples)),
    )
    if shape[0] * shape[1] == 1:
        shape = (2, *shape[1:])
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = rng.normal(size=shape)
    if draw(st.booleans()):
        values = np.cumsum(values, axis=0)
    if draw(st.booleans()):
        values = np.round(values)
    if draw(st.booleans()):
        values[:, :, draw(st.integers(0, shape[2] - 1))] = draw(st.sampled_from([0.0, 0.1, -7e5]))
    if draw(st.booleans()):
        values[:, :, draw(st.integers(0, shape[2] - 1))] = values[:, :, 0]
    if draw(st.booleans()):
        values[draw(st.integers(0, shape[0] - 1))] = values[0]
    return values * 10.0 ** draw(st.sampled_from([0, 0, 30, -30]))
