"""What would not fit into free memory is refused before it runs, with what would fit."""

import re
import time

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget import _footprint, _refusal


def walk(shape=(20, 16, 8, 40)):
    return np.random.default_rng(0).normal(size=shape).cumsum(axis=0).astype(np.float32)


@pytest.fixture
def free(monkeypatch):
    """A function that says how many bytes are free."""
    return lambda size: monkeypatch.setattr(_refusal, "free_memory", lambda: size)


@pytest.fixture
def nothing_runs(monkeypatch):
    monkeypatch.setattr("mmphate_widget.mmphate.ENGINES", {})


@pytest.mark.parametrize("engine", ["auto", "numpy", "torch", "phate"])
def test_every_engine_refuses_before_it_runs(free, nothing_runs, engine):
    free(1_000_000)
    needed = mm.estimate_memory(walk(), engine=engine) / 1e9
    message = (
        rf"`X` of shape 20 x 16 x 8 x 40 would take about {needed:.1f} GB; 0\.0 GB are free\. .*"
    )
    with pytest.raises(MemoryError, match=message):
        mm.MMPHATE(engine=engine).fit(walk())


def test_the_default_engine_is_named_where_it_would_fit(free, nothing_runs):
    few = {"n_landmark": 300}
    needed = {e: mm.estimate_memory(walk(), engine=e, **few) for e in ("auto", "phate")}
    assert needed["auto"] < needed["phate"]
    free(needed["auto"])
    with pytest.raises(MemoryError, match=r"This would fit: engine='auto' \(about 0\.\d GB\)"):
        mm.MMPHATE(engine="phate", **few).fit(walk())
    free(needed["auto"] - 1)
    with pytest.raises(MemoryError) as caught:
        mm.MMPHATE(engine="phate", **few).fit(walk())
    assert "auto" not in str(caught.value)


def test_what_it_says_would_fit_is_what_is_estimated(free, nothing_runs):
    values = walk()
    sizes = {count: mm.estimate_memory(values, n_landmark=count) for count in (2000, 1000, 500)}
    free(sizes[1000] - 1)
    with pytest.raises(MemoryError, match="This would fit: n_landmark=500 ") as caught:
        mm.MMPHATE().fit(values)
    assert f"n_landmark=500 (about {sizes[500] / 1e9:.1f} GB)" in str(caught.value)
    assert not re.search("n_landmark=(1000|2000)", str(caught.value))


def test_it_says_which_steps_or_components_to_take(free, nothing_runs):
    values = walk((30, 40, 6, 200))
    options = {"n_landmark": 100}
    free(mm.estimate_memory(values, **options) - 1)
    with pytest.raises(MemoryError, match=r"every 2nd step, trace\[:, ::2\], \(about"):
        mm.MMPHATE(**options).fit(values)
    with pytest.raises(MemoryError, match=r"n_pca=\d+ \(about"):
        mm.MMPHATE(**options).fit(values)


def test_where_nothing_would_do_it_names_what_there_is(free, nothing_runs):
    free(1)
    with pytest.raises(MemoryError, match="Lower `n_landmark` and `n_pca`, and take fewer epochs"):
        mm.MMPHATE().fit(walk())


@pytest.mark.parametrize("size", [None, 10**12])
def test_what_fits_and_what_cannot_be_known_runs_without_a_look(free, monkeypatch, size):
    free(size)
    monkeypatch.setattr(_footprint, "entries", None)
    values = walk((6, 5, 4, 8))
    assert mm.MMPHATE(random_state=0).fit_transform(values).shape == (6, 5, 4, 3)


def test_a_look_spares_a_fit_that_the_sizes_alone_would_refuse(free):
    """Slices far apart reach few others; that is seen only in the values."""
    values = walk((12, 10, 8, 10))
    settings = mm.MMPHATE(n_landmark=900)._settings(values)
    largest = _footprint.size_bytes(_footprint.largest_size(values, settings), settings)
    measured = _footprint.size_bytes(_footprint.measure_size(values, settings), settings)
    assert measured <= largest
    free(measured)
    assert mm.MMPHATE(n_landmark=900).fit(values).embedding_.shape == (12, 10, 8, 3)


@pytest.mark.parametrize("lengths", [None, [16] * 30 + [9] * 10])
def test_no_look_finds_more_than_the_largest(lengths):
    lengths = None if lengths is None else np.array(lengths)
    for kind in (
        walk(),
        np.zeros((20, 16, 8, 40)),
        np.random.default_rng(0).normal(size=(9, 16, 8, 40)),
    ):
        for engine in ("numpy", "phate"):
            settings = mm.MMPHATE(engine=engine, n_landmark=400)._settings(kind)
            sizes = [
                of(kind, settings, lengths=lengths)
                for of in (_footprint.measure_size, _footprint.largest_size)
            ]
            found, largest = (_footprint.size_bytes(size, settings) for size in sizes)
            assert found <= largest


def test_a_look_takes_a_small_part_of_a_fit():
    values = walk((40, 40, 20, 10))
    estimator = mm.MMPHATE(random_state=0)
    start = time.perf_counter()
    estimator.fit(values)
    whole = time.perf_counter() - start
    settings = estimator._settings(values)
    start = time.perf_counter()
    _footprint.measure_size(values, settings)
    assert time.perf_counter() - start < 0.2 * whole


def test_what_a_fit_lets_go_of_is_gone_before_memory_is_looked_at(monkeypatch):
    seen = []
    estimator = mm.MMPHATE(random_state=0, n_landmark=50)
    monkeypatch.setattr("mmphate_widget.mmphate.wait_for_left", lambda: seen.append("wait"))
    estimator.fit(walk())
    seen.clear()
    monkeypatch.setattr(
        "mmphate_widget.mmphate.check_memory",
        lambda *args, **kwargs: seen.append(sorted(estimator._stages.kept)),
    )
    estimator.set_params(t=5).fit(walk())
    estimator.fit(walk() + 1.0 * np.arange(40))
    assert seen == ["wait", ["diffused", "distances"], "wait", []]
