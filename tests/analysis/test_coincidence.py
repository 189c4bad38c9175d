"""Coincidences: fair on independent curves, found where planted, and corrected for their number."""

import numpy as np
import pytest
from scipy.stats import binom

import mmphate_widget as mm
from mmphate_widget.analysis import AxisLabels, Result, coincidence
from mmphate_widget.analysis.circular_shift import circular_correlations, shift_test
from mmphate_widget.channels import Curve

N_SEEDS = 400
# What the issue allows of p-values under 0.05 where there is nothing.
MOST_FALSE = 0.07


def autoregressive(rng, n, memory):
    """x[i] = memory * x[i - 1] + noise, run in; of memory 1 a random walk."""
    noise = rng.normal(size=(n + 100))
    series = np.zeros(n + 100)
    for i in range(1, n + 100):
        series[i] = memory * series[i - 1] + noise[i]
    return series[100:]


@pytest.mark.parametrize("memory", [1.0, 0.9, 0.5])
@pytest.mark.parametrize(("n", "max_lag"), [(40, 0), (100, 0), (100, 3)])
def test_independent_curves_seldom_coincide(memory, n, max_lag):
    found = []
    for seed in range(N_SEEDS):
        rng = np.random.default_rng(seed)
        curves = autoregressive(rng, n, memory), autoregressive(rng, n, memory)
        found.append(coincidence(*curves, max_lag=max_lag).pvalue)
    assert np.mean(np.array(found) < 0.05) <= MOST_FALSE
    assert min(found) >= 1 / (n - 1)


def test_levels_of_random_walks_do():
    walks = [
        np.random.default_rng(seed).normal(size=(2, 100)).cumsum(axis=1) for seed in range(200)
    ]
    found = [coincidence(*walk, difference=False).pvalue < 0.05 for walk in walks]
    assert np.mean(found) > 0.12


def test_pvalues_are_uniform_where_shifts_are_exact():
    # 21 shifts of independent changes, equally likely: each p-value k/21 has its share.
    found = np.array(
        [
            coincidence(*np.random.default_rng(seed).normal(size=(2, 22)).cumsum(axis=1)).pvalue
            for seed in range(2000)
        ]
    )
    counts = np.bincount(np.rint(found * 21).astype(int), minlength=22)[1:]
    # Bounds that all 21 counts keep to but one time in a thousand.
    low, high = binom.ppf([0.0005 / 21, 1 - 0.0005 / 21], len(found), 1 / 21)
    assert counts.sum() == len(found)
    assert low <= counts.min() <= counts.max() <= high


@pytest.mark.parametrize("lag", [-3, -1, 0, 2])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_planted_dependence_is_found_at_its_lag(lag, sign):
    hits = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        changes = rng.normal(size=210)
        follows = sign * np.roll(changes, lag) + rng.normal(size=210)
        found = coincidence(changes[5:-5].cumsum(), follows[5:-5].cumsum(), max_lag=3)
        hits += found.lag == lag and found.pvalue < 0.05
        assert np.sign(found.effect) == sign
        assert found.pvalue >= (2 * abs(found.lag) + 1) / 199
    assert hits >= 19


def test_the_smallest_pvalue_is_that_of_all_shifts():
    walk = np.random.default_rng(0).normal(size=60).cumsum()
    for max_lag in (0, 5):
        found = coincidence(walk, 2 * walk + 7, max_lag=max_lag)
        assert found.pvalue == pytest.approx(1 / 59)
        assert found.lag == 0
        assert found.effect == pytest.approx(1)


def slow_test(x, y, max_lag):
    """The share of shifts that do as well, by the definition in the docstring."""

    def peak(shift):
        shifted = [(abs(lag), np.corrcoef(x, np.roll(y, -shift - lag))[0, 1]) for lag in lags]
        most = max(abs(value) for _, value in shifted)
        return most, min(size for size, value in shifted if abs(abs(value) - most) < 1e-9)

    lags = range(-max_lag, max_lag + 1)
    peaks = [peak(shift) for shift in range(len(x))]
    most, size = peaks[0]
    return np.mean(
        [m > most + 1e-9 or (abs(m - most) <= 1e-9 and length <= size) for m, length in peaks]
    )


@pytest.mark.parametrize("n", [12, 17])
@pytest.mark.parametrize("max_lag", [0, 1, 4])
def test_against_a_slow_loop(n, max_lag):
    for seed in range(5):
        x, y = np.random.default_rng(seed).normal(size=(2, n))
        found = shift_test(x, y, max_lag=max_lag)
        assert found.pvalue == pytest.approx(slow_test(x, y, max_lag))
        k = int(np.random.default_rng(seed).integers(n))
        assert circular_correlations(x, y)[k] == pytest.approx(
            np.corrcoef(x, np.roll(y, -k))[0, 1], abs=1e-9
        )


@pytest.mark.parametrize("memory", [0.0, 0.6])
@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_intervals_cover_the_truth(memory, rho):
    covered = []
    for seed in range(N_SEEDS):
        rng = np.random.default_rng(seed)
        one, other = autoregressive(rng, 80, memory), autoregressive(rng, 80, memory)
        follows = rho * one + np.sqrt(1 - rho**2) * other
        low, high = coincidence(one.cumsum(), follows.cumsum()).interval
        covered.append(low <= rho <= high)
    # 95 % less three standard errors of 400 draws.
    assert np.mean(covered) >= 0.917


@pytest.mark.parametrize("scale", [1e150, 1e300])
def test_scale_and_offset_do_not_matter(scale):
    one, other = np.random.default_rng(1).normal(size=(2, 50)).cumsum(axis=1)
    plain = coincidence(one, other, max_lag=2)
    scaled = coincidence(scale * one, (30 - other) / scale, max_lag=2)
    assert scaled.pvalue == plain.pvalue
    assert scaled.effect == pytest.approx(-plain.effect)
    assert scaled.interval[0] == pytest.approx(-plain.interval[1])


def test_curves_come_in_many_forms():
    rng = np.random.default_rng(0)
    trace = mm.Trace.from_array(np.zeros((30, 4, 2, 3)))
    values = rng.normal(size=(30, 4))
    result = Result("speed", values, ("epoch", "step"), AxisLabels.of(trace))
    loss = rng.normal(size=30).cumsum()
    wanted = coincidence(loss, values.mean(axis=1))
    for curve in (result, result.curve(), values.mean(axis=1), list(values.mean(axis=1))):
        found = coincidence(Curve("loss", loss), curve)
        assert (found.effect, found.pvalue) == (wanted.effect, wanted.pvalue)
    assert coincidence(Curve("loss", loss), result).names == ("loss", "speed")


def test_missing_ends_are_cut_and_gaps_are_refused():
    one, other = np.random.default_rng(0).normal(size=(2, 40)).cumsum(axis=1)
    cut = coincidence(one[2:-3], other[2:-3])
    one[:2], other[-3:] = np.nan, np.nan
    found = coincidence(one, other)
    assert (found.effect, found.pvalue, found.n_epochs) == (cut.effect, cut.pvalue, 35)
    other[7] = np.nan
    with pytest.raises(ValueError, match=r"`curve_b` must have a number at every.*NaN at epoch 7"):
        coincidence(one, other)


@pytest.mark.parametrize("still", [np.full(30, 0.1), 0.1 * np.arange(30) + 5])
def test_what_never_changes_its_pace_coincides_with_nothing(still):
    found = coincidence(still, np.random.default_rng(0).normal(size=30))
    assert found.pvalue == 1
    assert np.isnan(found.effect)
    found.plot()


@pytest.mark.parametrize("correction", ["holm", "fdr_bh"])
def test_many_are_corrected(correction):
    walk = np.random.default_rng(0).normal(size=100).cumsum()
    others = np.random.default_rng(5).normal(size=(2, 100)).cumsum(axis=1)
    named = {"noise": others[0], "same": walk, "more": others[1]}
    found = coincidence(walk, named, correction=correction)
    singly = [coincidence(walk, curve).pvalue for curve in named.values()]
    np.testing.assert_array_equal(found.pvalues, singly)
    assert found.names == ("noise", "same", "more")
    assert found["same"].pvalue == found.pvalues[1] == pytest.approx(1 / 99)
    assert found.adjusted[1] == pytest.approx(3 / 99)
    assert (found.adjusted >= found.pvalues).all()
    table = found.to_dataframe()
    assert list(table.columns) == [
        *("first", "second", "effect", "low", "high", "lag", "pvalue", "n_epochs", "adjusted")
    ]
    listed = coincidence(walk, list(named.values()), correction=correction)
    np.testing.assert_array_equal(listed.adjusted, found.adjusted)


def test_holm_keeps_false_findings_among_many_rare():
    any_false = []
    for seed in range(200):
        walks = np.random.default_rng(seed).normal(size=(6, 200)).cumsum(axis=1)
        any_false.append(coincidence(walks[0], list(walks[1:])).adjusted.min() < 0.05)
    # 5 % and three standard errors of 200 draws.
    assert np.mean(any_false) <= 0.096


def test_pictures_show_the_numbers():
    walk, other = np.random.default_rng(0).normal(size=(2, 40)).cumsum(axis=1)
    found = coincidence(walk, other, max_lag=2)
    axes = found.plot().axes[0]
    assert f"p = {found.pvalue:.2g}" in axes.get_title()
    peak = axes.lines[-1].get_xydata()[0]
    assert peak[0] == found.lag
    many = coincidence(walk, {"one": other, "two": walk})
    drawn = many.plot().axes[0]
    assert [label.get_text() for label in drawn.get_yticklabels()] == ["one", "two"]
    assert list(found.to_dataframe()["pvalue"]) == [found.pvalue]
    assert "lag" in repr(found)
    assert "2 curves" in repr(many)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((np.zeros((3, 4)), np.zeros(3)), ValueError, "`curve_a` must have one number for each"),
        ((np.arange(9.0), np.arange(8.0)), ValueError, "as many epochs as `curve_a`, 9; got 8"),
        ((np.arange(4.0), np.arange(4.0)), ValueError, "at 5 or more common epochs; got 4"),
        ((np.arange(9.0), np.full(9, np.inf)), ValueError, "`curve_b` must be finite or NaN"),
        ((np.arange(9.0), {}), ValueError, "`curve_b` must hold at least one curve"),
        ((np.arange(9.0), ["a"] * 9), TypeError, "`curve_b` must hold real numbers"),
    ],
)
def test_bad_curves_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        coincidence(*arguments)


def test_bad_arguments_are_named():
    curve = np.random.default_rng(0).normal(size=20)
    with pytest.raises(ValueError, match="`max_lag` must be an integer between 0 and 9; got 10"):
        coincidence(curve, curve, max_lag=10)
    with pytest.raises(ValueError, match="`correction` must be one of 'holm', 'fdr_bh'"):
        coincidence(curve, [curve], correction="none")
    with pytest.raises(TypeError, match="`difference` must be True or False"):
        coincidence(curve, curve, difference="yes")
    with pytest.raises(ValueError, match="a name for each curve; got 'loss' twice"):
        coincidence(curve, [Curve("loss", curve), Curve("loss", curve)])
