"""Linear probes: the classifier by its equations, chance where nothing is, planted classes."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.covariance import ledoit_wolf

import mmphate_widget as mm
from mmphate_widget.analysis import discriminant, linear_probe


def labeled(shift, *, shape=(2, 3, 8, 60), n_classes=3, seed=0):
    """Noise, with a random direction times ``shift`` added for each class."""
    rng = np.random.default_rng(seed)
    classes = np.arange(shape[-1]) % n_classes
    centers = rng.normal(size=(shape[2], n_classes))
    return rng.normal(size=shape) + shift * centers[:, classes], classes


def slow_accuracy(values, classes, folds):
    """One slice by the equations in the module's head."""
    hits = 0
    for fold in np.unique(folds):
        held_out = folds == fold
        train, test = values.T[~held_out], values.T[held_out]
        mean, deviation = train.mean(axis=0), train.std(axis=0)
        train, test = (train - mean) / deviation, (test - mean) / deviation
        S, shrinkage = train.T @ train / len(train), ledoit_wolf(train, assume_centered=True)[1]
        shrinkage = max(shrinkage, discriminant.LEAST_SHRINKAGE)
        known = classes[~held_out]
        names, counts = np.unique(known, return_counts=True)
        means = np.stack([train[known == name].mean(axis=0) for name in names])
        share = counts / counts.sum()
        B = (means.T * share) @ means
        ridge = shrinkage * np.trace(S) / len(S) * np.eye(len(S))
        A = (1 - shrinkage) * S + ridge
        W = (1 - shrinkage) * (S - B) + ridge + discriminant.LEAST_SHRINKAGE * A
        weights = np.linalg.solve(W, means.T)
        scores = test @ weights - (means.T * weights).sum(axis=0) / 2 + np.log(share)
        hits += (names[scores.argmax(axis=1)] == classes[held_out]).sum()
    return hits / len(classes)


@pytest.mark.parametrize(("n_units", "n_samples"), [(5, 60), (40, 30), (24, 30)])
def test_against_the_equations(n_units, n_samples):
    values, classes = labeled(0.4, shape=(1, 4, n_units, n_samples))
    classes = np.minimum(classes, np.arange(n_samples) % 4)
    rng = np.random.default_rng(0)
    folds = discriminant.stratified_folds(classes, 5, rng)
    labelings = discriminant.permuted_inside(classes, folds, 5, rng)
    found = discriminant.held_out_accuracy(values[0], labelings, folds)
    wanted = [[slow_accuracy(one, labels, folds) for labels in labelings] for one in values[0]]
    np.testing.assert_allclose(found, wanted)


def test_permutations_keep_the_classes_of_every_fold():
    rng = np.random.default_rng(0)
    classes = np.repeat([0, 1, 2], [20, 10, 7])
    folds = discriminant.stratified_folds(classes, 3, rng)
    labelings = discriminant.permuted_inside(classes, folds, 4, rng)
    assert (labelings[0] == classes).all()
    assert (labelings[1:] != classes).any(axis=1).all()
    for fold in range(3):
        for labels in labelings:
            np.testing.assert_array_equal(
                np.bincount(labels[folds == fold]), np.bincount(classes[folds == fold])
            )


@pytest.mark.parametrize("sizes", [(20, 20), (30, 10), (15, 15, 10)])
def test_labels_that_mean_nothing_stay_at_chance(sizes):
    classes = np.repeat(np.arange(len(sizes)), sizes)
    accuracy, chance, pvalues = [], [], []
    for seed in range(60):
        values = np.random.default_rng(seed).normal(size=(1, 10, 12, len(classes)))
        found = linear_probe(values, classes, n_permutations=39, random_state=seed)
        accuracy.append(found.values.mean())
        chance.append(found.chance.mean())
        pvalues.append(found.pvalues)
    error = np.std(np.subtract(accuracy, chance)) / np.sqrt(60)
    assert abs(np.mean(accuracy) - np.mean(chance)) < 3.5 * error
    # 600 slices in 60 independent tens.
    assert np.mean(np.array(pvalues) <= 0.05) < 0.08
    assert np.min(pvalues) >= 1 / 40


def test_what_is_planted_is_read():
    # Two classes that one unit tells apart by 2 standard deviations: the best is Φ(1).
    rng = np.random.default_rng(0)
    classes = np.arange(400) % 2
    values = rng.normal(size=(2, 20, 6, 400))
    values[1, :, 0] += 2 * classes
    found = linear_probe(values, classes, random_state=0)
    assert found.values[1].mean() == pytest.approx(norm.cdf(1), abs=0.03)
    assert found.values[0].mean() == pytest.approx(0.5, abs=0.03)
    assert (found.pvalues[1] < 0.05).all()


def test_more_units_than_samples_and_ordered_classes():
    # Four classes in a row, which least squares cannot tell apart.
    rng = np.random.default_rng(0)
    classes = np.arange(80) % 4
    direction = rng.normal(size=(1, 1, 200, 1))
    found = linear_probe(
        direction * classes + rng.normal(size=(1, 5, 200, 80)), classes, random_state=0
    )
    assert found.values.min() > 0.95


def test_equal_seeds_equal_bits():
    values, classes = labeled(0.3)
    one, same, other = (linear_probe(values, classes, random_state=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.values, same.values)
    np.testing.assert_array_equal(one.chance, same.chance)
    assert (one.values != other.values).any()


def test_scales_and_order_of_units_do_not_matter():
    values, classes = labeled(0.3)
    wanted = linear_probe(values, classes, random_state=0).values
    scaled = values[:, :, ::-1] * 10.0 ** np.arange(-4, 4)[:, None] + 5
    np.testing.assert_allclose(
        linear_probe(scaled, classes, random_state=0).values, wanted, atol=0.02
    )


def test_constant_units_say_nothing():
    values, _ = labeled(0.3)
    classes = np.repeat([0, 1], [40, 20])
    values[0] = 2.5
    found = linear_probe(values, classes, random_state=0)
    np.testing.assert_allclose(found.values[0], 2 / 3)
    np.testing.assert_allclose(found.chance[0], 2 / 3)
    np.testing.assert_array_equal(found.pvalues[0], 1)
    still = np.zeros((2, 3, 1, 60))
    added = np.concatenate([values, still], axis=2)
    np.testing.assert_allclose(
        linear_probe(added, classes, random_state=0).values, found.values, atol=0.05
    )


def test_of_unequal_lengths_those_count_that_take_part():
    values, classes = labeled(0.8)
    lengths = np.where(classes == 2, 2, 3)
    lengths[:30] = 3
    trace = mm.Trace.from_array(values, sample_labels=classes, lengths=lengths)
    found = linear_probe(trace, cv=4, random_state=0)
    assert np.isfinite(found.values).all()
    padded = np.where(np.arange(3)[:, None, None] < lengths, values, 77.0)
    again = linear_probe(
        mm.Trace.from_array(padded, lengths=lengths), classes, cv=4, random_state=0
    )
    np.testing.assert_array_equal(again.values, found.values)
    # Steps 0 and 1 have all samples, as if there was nothing else.
    whole = linear_probe(values[:, :2], classes, cv=4, random_state=0)
    np.testing.assert_array_equal(found.values[:, :2], whole.values)


def test_classes_with_too_few_left_are_left_out():
    values, classes = labeled(3.0)
    trace = mm.Trace.from_array(
        values, lengths=np.where(classes == 2, 1, np.where(classes == 1, 2, 3))
    )
    found = linear_probe(trace, classes, random_state=0)
    np.testing.assert_allclose(found.chance[:, :2].mean(axis=0), [1 / 3, 1 / 2], atol=0.05)
    assert np.isnan(found.values[:, 2]).all()
    assert np.isnan(found.pvalues[:, 2]).all()
    assert np.isfinite(found.curve().values).all()


def test_table_curve_channel_and_figure():
    values, classes = labeled(0.5)
    trace = mm.Trace.from_array(values, sample_labels=np.array(["a", "b", "c"])[classes])
    found = linear_probe(trace, random_state=0)
    table = found.to_dataframe()
    assert list(table.columns) == [
        *("epoch", "step", "epoch_label", "step_label", "probe_accuracy", "chance", "pvalue")
    ]
    assert table["chance"].iloc[4] == found.chance[1, 1]
    w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(2, 3, 8, 3)))
    w.add_curve(found.curve())
    w.color_by = found.channel()
    found.plot()
    assert "probe accuracy" in repr(found)
    with pytest.raises(ValueError, match="read-only"):
        found.chance[0, 0] = 1


def test_size_of_the_values_does_not_matter():
    values, classes = labeled(0.6)
    wanted = linear_probe(values, classes, n_permutations=5, random_state=0)
    for power in (-660, 660):
        found = linear_probe(values * 2.0**power, classes, n_permutations=5, random_state=0)
        np.testing.assert_array_equal(found.values, wanted.values)


def test_wrong_uses_are_named():
    for seed in ("a", -1, 1.5):
        with pytest.raises((TypeError, ValueError), match="`random_state` must be None"):
            linear_probe(np.zeros((1, 1, 1, 10)), np.arange(10) % 2, random_state=seed)
    values, classes = labeled(0)
    with pytest.raises(ValueError, match="`labels` must be the class of each sample; got None"):
        linear_probe(values)
    with pytest.raises(ValueError, match="`cv` = 30 samples of each class; got 20 of one"):
        linear_probe(values, classes, cv=30)
    with pytest.raises(ValueError, match="`cv` must be an integer at least 2"):
        linear_probe(values, classes, cv=1)
    with pytest.raises(ValueError, match="`n_permutations` must be an integer at least 1"):
        linear_probe(values, classes, n_permutations=0)
    with pytest.raises(ValueError, match="`random_state` must be None, an integer at least 0"):
        linear_probe(values, classes, random_state=-1)
