"""The parity table's measures at a size for tests: both engines at equal t and landmarks."""

import numpy as np
import parity_table
import pytest

N_LANDMARK = 500


@pytest.fixture(autouse=True)
def few_seeds(monkeypatch):
    monkeypatch.setattr(parity_table, "N_LANDMARK", N_LANDMARK)
    monkeypatch.setattr(parity_table, "SEEDS", range(3))


def test_engines_are_no_further_apart_than_two_seeds_of_the_reference():
    values = parity_table.suite("hopf × pitchfork")[::2, ::2]
    t = parity_table.fit(values, "numpy", 0).t_
    own, between, *_ = parity_table.compare(values, t)
    assert between <= 2 * own


def test_engines_agree_on_planted_groups():
    values = parity_table.planted_groups()[::2, ::2]
    t = parity_table.fit(values, "numpy", 0).t_
    reference, ours = (parity_table.fit(values, engine, 0, t=t) for engine in ("phate", "numpy"))
    assert parity_table.disparity(reference, ours) < 1e-3
    points = ours.embedding_.reshape(-1, 3)
    ours.embedding_ = np.random.default_rng(0).permutation(points).reshape(ours.embedding_.shape)
    assert parity_table.disparity(reference, ours) > 0.9
