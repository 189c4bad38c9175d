"""Alignment of epochs and steps: against its definition, invariances, and nothing from nothing."""

from itertools import permutations

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.analysis import cka
from mmphate_widget.analysis.gram_products import gram_products

SHAPE = (4, 3, 7, 12)


def values_of(seed=0, shape=SHAPE):
    """A walk over epochs and steps, so that near ones are alike."""
    steps = np.random.default_rng(seed).normal(size=shape)
    return steps.cumsum(axis=0).cumsum(axis=1)


def slow_hsic(X, Y):
    """The unbiased estimate as a mean over all ordered four different samples.

    k_ij l_ij + k_ij l_qr - 2 k_ij l_iq
    """
    K, L = X.T @ X, Y.T @ Y
    terms = [
        K[i, j] * L[i, j] + K[i, j] * L[q, r] - 2 * K[i, j] * L[i, q]
        for i, j, q, r in permutations(range(len(K)), 4)
    ]
    return np.mean(terms)


def biased_hsic(X, Y):
    n = X.shape[1]
    center = np.eye(n) - 1 / n
    return np.trace(X.T @ X @ center @ Y.T @ Y @ center)


@pytest.mark.parametrize(("debiased", "oracle"), [(True, slow_hsic), (False, biased_hsic)])
@pytest.mark.parametrize("axis", ["epoch", "step"])
def test_against_the_definition(debiased, oracle, axis):
    values = values_of()
    found = cka(values, axis=axis, debiased=debiased).values
    one, other = 0, 2
    if axis == "epoch":
        pairs = [(values[one, t], values[other, t]) for t in range(SHAPE[1])]
    else:
        pairs = [(values[e, one], values[e, other]) for e in range(SHAPE[0])]
    wanted = np.mean([oracle(X, Y) / np.sqrt(oracle(X, X) * oracle(Y, Y)) for X, Y in pairs])
    assert found[one, other] == pytest.approx(wanted)
    np.testing.assert_allclose(found, found.T, rtol=1e-12)
    np.testing.assert_array_equal(np.diag(found), 1)


@pytest.mark.parametrize("axis", ["epoch", "step"])
def test_rotations_scales_offsets_and_orders_do_not_matter(axis):
    values = values_of()
    rng = np.random.default_rng(1)
    wanted = cka(values, axis=axis).values
    changed = values.copy()
    for e in range(SHAPE[0]):
        for t in range(SHAPE[1]):
            rotation, _ = np.linalg.qr(rng.normal(size=(SHAPE[2], SHAPE[2])))
            offset = rng.normal(size=(SHAPE[2], 1))
            changed[e, t] = 10.0 ** rng.integers(-90, 90) * (rotation @ values[e, t] + offset)
    np.testing.assert_allclose(cka(changed, axis=axis).values, wanted, atol=1e-9)
    shuffled = values[:, :, rng.permutation(SHAPE[2])][..., rng.permutation(SHAPE[3])]
    np.testing.assert_allclose(cka(shuffled, axis=axis).values, wanted, atol=1e-9)


def test_unrelated_slices_are_unlike_only_without_bias():
    noise = np.random.default_rng(0).normal(size=(6, 20, 64, 100))
    apart = ~np.eye(6, dtype=bool)
    found, biased = (cka(noise, debiased=debiased).values[apart] for debiased in (True, False))
    assert np.abs(found).max() < 0.03
    assert biased.min() > 0.35


def test_what_is_shared_is_found_at_its_size():
    # Of each unit's variance a share is common to both epochs: CKA of the population is share².
    rng = np.random.default_rng(0)
    shared, own = rng.normal(size=(20, 10, 200)), rng.normal(size=(2, 20, 10, 200))
    values = np.sqrt(0.7) * shared + np.sqrt(0.3) * own
    assert cka(values).values[0, 1] == pytest.approx(0.49, abs=0.03)


@pytest.mark.parametrize("axis", ["epoch", "step"])
def test_of_unequal_lengths_what_is_valid_in_both_counts(axis):
    values = values_of(shape=(3, 4, 5, 10))
    lengths = np.array([4, 4, 4, 4, 4, 4, 2, 2, 2, 3])
    trace = mm.Trace.from_array(values, lengths=lengths)
    found = cka(trace, axis=axis).values
    if axis == "step":
        for one, other, samples in [(0, 1, 10), (0, 3, 6), (2, 3, 6)]:
            kept = np.flatnonzero(lengths > max(one, other))
            assert len(kept) == samples
            assert found[one, other] == pytest.approx(
                cka(values[..., kept], axis=axis).values[one, other]
            )
    else:
        each = [cka(values[:, t : t + 1][..., lengths > t]).values for t in range(4)]
        np.testing.assert_allclose(found, np.mean(each, axis=0))
    padded = np.where(np.arange(4)[:, None, None] < lengths, values, 99.0)
    again = cka(mm.Trace.from_array(padded, lengths=lengths), axis=axis).values
    np.testing.assert_array_equal(again, found)


def test_too_few_left_compare_with_nothing():
    trace = mm.Trace.from_array(values_of(shape=(3, 4, 5, 6)), lengths=[4, 4, 3, 1, 1, 1])
    found = cka(trace, axis="step").values
    assert found[0, 0] == 1
    assert np.isnan(found[1:]).all()
    np.testing.assert_allclose(cka(trace).values, cka(trace[:, :1]).values)


def test_slices_that_say_nothing_are_left_out():
    values = values_of()
    values[:, 0] = 3.0
    np.testing.assert_allclose(cka(values).values, cka(values[:, 1:]).values)
    assert np.isnan(cka(np.zeros(SHAPE)).values).all()


def test_blocks_of_samples_give_the_same(monkeypatch):
    slices = values_of()[0]
    wanted = gram_products(slices, debiased=True)
    monkeypatch.setattr("mmphate_widget.analysis.gram_products.ENTRIES_AT_ONCE", 3 * 12 * 5)
    np.testing.assert_allclose(gram_products(slices, debiased=True), wanted)


def test_table_figure_curve_and_channel():
    trace = mm.Trace.from_array(values_of(), epochs=[0, 5, 10, 20])
    found = cka(trace)
    table = found.to_dataframe()
    assert list(table.columns) == [
        *("epoch", "other_epoch", "epoch_label", "other_epoch_label", "cka")
    ]
    row = table.iloc[6]
    assert (row["epoch"], row["other_epoch"], row["other_epoch_label"]) == (1, 2, 10)
    assert row["cka"] == found.values[1, 2]
    np.testing.assert_array_equal(found.curve().values, found.values[-1])
    assert found.curve(1).name == "CKA with epoch 5"
    w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(*SHAPE[:3], 3)))
    w.add_curve(found.curve())
    w.color_by = cka(trace, axis="step").channel()
    image = found.plot().axes[0].collections[0]
    np.testing.assert_array_equal(image.get_array(), found.values)
    assert "debiased linear CKA of 4 epochs" in repr(found)
    with pytest.raises(ValueError, match="read-only"):
        found.values[0, 0] = 2


@pytest.mark.parametrize("axis", ["epoch", "step"])
def test_samples_that_are_all_equally_far_apart_compare_with_nothing(axis):
    # One-hot states, stretched: the unbiased HSIC is 0, and no ratio of its rounding may enter.
    values = np.random.default_rng(0).normal(size=(3, 3, 7, 7))
    values[1, 1] = 0.1 + 0.7 * np.eye(7)
    found = cka(values, axis=axis).values
    without = values.copy()
    without[1, 1] = 0
    np.testing.assert_array_equal(found, cka(without, axis=axis).values)
    assert np.isnan(cka(values[1:2, 1:2], axis=axis).values).all()


def test_wrong_uses_are_named():
    with pytest.raises(ValueError, match="`axis` must be one of 'epoch', 'step'; got 'unit'"):
        cka(values_of(), axis="unit")
    with pytest.raises(TypeError, match="`debiased` must be True or False"):
        cka(values_of(), debiased=1)
    with pytest.raises(ValueError, match="at least 4 samples; got 3"):
        cka(values_of()[..., :3])
    with pytest.raises(ValueError, match="A curve needs a value for each epoch"):
        cka(values_of(), axis="step").curve()
    with pytest.raises(ValueError, match="`reference` must be an integer between -4 and 3"):
        cka(values_of()).curve(7)
