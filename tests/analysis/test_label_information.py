"""Information about the label: against other implementations, no bias where there is none."""

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score
from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information

import mmphate_widget as mm
from mmphate_widget.analysis import label_information
from mmphate_widget.analysis.label_information import equal_bins, expected_terms


def shifted(shift, *, shape=(3, 4, 5, 60), n_classes=3, seed=0):
    """Noise, with the class times ``shift`` added to every unit."""
    classes = np.arange(shape[-1]) % n_classes
    return np.random.default_rng(seed).normal(size=shape) + shift * classes, classes


def test_against_another_implementation():
    values, classes = shifted(0.7)
    classes = np.array([0, 0, 0, 1, 1, 2])[np.arange(60) % 6]
    # Half of the states are equal, as after a ReLU.
    values = np.maximum(values, 0.5)
    found = label_information(values, classes, n_bins=5)
    for at in [(0, 0, 0), (2, 3, 4), (1, 2, 3)]:
        bins = equal_bins(values[at], 5)
        table = contingency_matrix(bins, classes)
        expected = expected_mutual_information(table, 60)
        assert found.chance[at] == pytest.approx(expected)
        assert found.values[at] == pytest.approx(mutual_info_score(bins, classes) - expected)


def test_what_is_subtracted_is_the_mean_over_permutations():
    rng = np.random.default_rng(0)
    bins, classes = rng.integers(0, 3, size=20), np.repeat([0, 1], [14, 6])
    shuffled = [mutual_info_score(bins, rng.permutation(classes)) for _ in range(3000)]
    terms = expected_terms(np.array([14, 6]))
    wanted = terms[np.bincount(bins)].sum()
    assert np.mean(shuffled) == pytest.approx(wanted, abs=4 * np.std(shuffled) / np.sqrt(3000))


@pytest.mark.parametrize(("n_samples", "n_classes"), [(12, 3), (40, 4), (200, 10)])
@pytest.mark.parametrize("n_bins", [2, "auto", 6])
def test_labels_that_mean_nothing_give_nothing(n_samples, n_classes, n_bins):
    values, classes = shifted(0, shape=(10, 10, 20, n_samples), n_classes=n_classes)
    found = label_information(values, classes, n_bins=n_bins)
    # Four standard errors of 2,000 independent units.
    assert abs(found.values.mean()) < 4 * found.values.std() / np.sqrt(2000)
    assert found.chance.mean() > 0.003


def test_what_the_state_determines_is_found():
    values, classes = shifted(100, n_classes=4)
    found = label_information(values, classes, n_bins=4)
    np.testing.assert_allclose(found.values + found.chance, np.log(4))
    assert found.values.min() > 0.9 * np.log(4)
    two_of_four = label_information(values, classes, n_bins=2)
    np.testing.assert_allclose(two_of_four.values + two_of_four.chance, np.log(2))


def test_known_information_is_recovered():
    # A symmetric channel: the bin tells one of two classes and errs one time in ten.
    rng = np.random.default_rng(0)
    classes = np.arange(400) % 2
    wrong = rng.random((10, 10, 5, 400)) < 0.1
    found = label_information(np.where(wrong, 1 - classes, classes).astype(float), classes)
    entropy = -0.1 * np.log(0.1) - 0.9 * np.log(0.9)
    assert found.values.mean() == pytest.approx(np.log(2) - entropy, abs=0.005)


def test_only_the_order_of_states_matters():
    values, classes = shifted(0.5)
    wanted = label_information(values, classes).values
    np.testing.assert_array_equal(label_information(np.exp(3 * values), classes).values, wanted)
    np.testing.assert_allclose(label_information(-values, classes).values, wanted, atol=0.2)
    names = np.array(["x", "a", "m"])[classes]
    np.testing.assert_allclose(label_information(values, names).values, wanted, atol=1e-12)


def test_labels_come_with_the_trace():
    values, classes = shifted(0.5)
    trace = mm.Trace.from_array(values, sample_labels=classes)
    wanted = label_information(values, classes)
    np.testing.assert_array_equal(label_information(trace).values, wanted.values)
    w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(3, 4, 5, 3)))
    w.add_curve(wanted.curve())
    w.color_by = wanted.channel()
    assert "label_information" in wanted.to_dataframe().columns
    assert wanted.n_bins == 4


def test_of_unequal_lengths_those_count_that_take_part():
    values, classes = shifted(0.5)
    lengths = np.where(np.arange(60) < 30, 4, np.where(classes == 0, 3, 2))
    trace = mm.Trace.from_array(values, sample_labels=classes, lengths=lengths)
    found = label_information(trace).values
    for step in range(4):
        kept = lengths > step
        alone = label_information(values[:, step : step + 1][..., kept], classes[kept], n_bins=4)
        np.testing.assert_allclose(found[:, step], alone.values[:, 0])


def test_one_class_left_tells_nothing():
    values, classes = shifted(0.5)
    trace = mm.Trace.from_array(values, lengths=np.where(classes == 1, 4, 2))
    found = label_information(trace, classes)
    assert np.isnan(found.values[:, 2:]).all()
    assert np.isfinite(found.values[:, :2]).all()
    assert np.isfinite(found.curve().values).all()


def test_wrong_uses_are_named():
    values, classes = shifted(0)
    with pytest.raises(ValueError, match="`labels` must be the class of each sample; got None"):
        label_information(values)
    with pytest.raises(ValueError, match="each of 60 samples; got 59"):
        label_information(values, classes[1:])
    with pytest.raises(ValueError, match="`labels` must hold at least 2 classes; got 0 alone"):
        label_information(values, np.zeros(60, dtype=int))
    with pytest.raises(TypeError, match="`labels` must hold integers or strings"):
        label_information(values, classes / 2)
    with pytest.raises(ValueError, match="`n_bins` must be an integer between 2 and 60; got 1"):
        label_information(values, classes, n_bins=1)
    with pytest.raises(ValueError, match="`n_bins` must be 'auto' or an integer"):
        label_information(values, classes, n_bins="many")
