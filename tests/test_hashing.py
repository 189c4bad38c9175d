import gc
import weakref

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget._hashing import array_hash, shared


def test_the_hash_tells_values_shape_and_type_apart():
    values = np.arange(6.0)
    others = [values[::-1], values.reshape(2, 3), values.astype(np.float32), values + 1e-9]
    assert array_hash(values) == array_hash(values.copy()) == array_hash(np.arange(12.0)[:6])
    assert [array_hash(other) == array_hash(values) for other in others] == [False] * 4


def test_equal_arrays_are_one_and_only_while_somebody_holds_it():
    first = shared(np.arange(5.0))
    assert shared(np.arange(5.0)) is first
    assert shared(np.arange(5)) is not first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 7
    held = weakref.ref(first)
    del first
    gc.collect()
    assert held() is None


def test_pictures_of_the_same_embedding_share_their_numbers():
    trace = mm.datasets.bifurcations("hopf", n_epochs=4, n_steps=5)
    labeled = mm.Trace.from_array(
        trace.values, dims=("epoch", "step", "unit", "sample"), sample_labels=np.arange(10) % 2
    )
    Y = np.random.default_rng(0).normal(size=(*labeled.shape[:3], 3))
    one, other = (mm.MMPHATEWidget(Y.copy(), trace=labeled) for _ in range(2))
    assert one._positions is other._positions
    assert one._coloring["label"][0].values is other._coloring["label"][0].values
    assert not np.shares_memory(one._positions, Y)
