"""Phases: planted changes are found where they are, and noise has hardly any."""

import itertools

import numpy as np
import pytest

import mmphate_widget as mm
from mmphate_widget.analysis import AxisLabels, Result, phases
from mmphate_widget.analysis.segmentation import fit_segments, segment, segment_costs
from mmphate_widget.channels import Curve


def noise_curves(count, n, *, rho, seed):
    """Independent AR(1) processes."""
    noise = np.random.default_rng(seed).normal(size=(count, 100 + n))
    for t in range(1, 100 + n):
        noise[:, t] += rho * noise[:, t - 1]
    return noise[:, 100:]


def planted(*, noise, seed):
    """Rises, drops and falls, lies flat: changes at 18 and 36 of 60."""
    rng = np.random.default_rng(seed)
    course = np.concatenate([np.linspace(1, 3, 18), np.linspace(2.2, 0.6, 18), np.full(24, 1.4)])
    return course + noise * rng.normal(size=60)


def test_planted_changes_are_found_within_an_epoch():
    runs = [phases(planted(noise=0.1, seed=at), random_state=at, n_bootstrap=30) for at in range(6)]
    for found in runs:
        nearest = np.abs(found.values[:, None] - [18, 36]).min(axis=0)
        assert nearest.max() <= 1
        assert (found.low <= found.values).all()
        assert (found.values <= found.high).all()
    # A further change is found in 5 % of curves: in two of six in 1 of 30 runs.
    right = [found for found in runs if len(found.values) == 2]
    assert len(right) >= 5
    for found in right:
        assert found.trends == ("rising", "falling", "flat")
        assert found.support.min() > 0.8


@pytest.mark.parametrize("seed", range(3))
def test_planted_levels_are_found_within_an_epoch(seed):
    rng = np.random.default_rng(seed)
    curve = np.repeat([0.0, 1.0, 0.2], [12, 20, 18]) + 0.2 * rng.normal(size=50)
    found = phases(curve, trend="constant", random_state=seed, n_bootstrap=0)
    assert np.abs(found.values - [12, 32]).max() <= 1
    assert np.isnan(found.support).all()


# At a level of 5 % more than 7 of 40 curves are found to change in 1 of 1000 runs.
@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_noise_has_hardly_any_change(rho):
    curves = noise_curves(40, 36, rho=rho, seed=int(100 * rho) + 5)
    alarms = [
        len(phases(curve, random_state=at, n_simulations=59, n_bootstrap=0).values) > 0
        for at, curve in enumerate(curves)
    ]
    assert sum(alarms) <= 7


@pytest.mark.parametrize("curve", [np.full(30, 0.7), np.linspace(1e6, 1e6 + 1, 30), np.arange(3.0)])
def test_what_has_no_noise_and_no_change_has_one_phase(curve):
    found = phases(curve, random_state=0)
    assert found.n_phases == 1
    assert found.values.shape == found.support.shape == (0,)
    np.testing.assert_allclose(found.fitted, curve)


def test_one_epoch_is_one_phase():
    found = phases([2.0], random_state=0)
    assert found.bands().bands == ((0, 0, "flat"),)


def test_changes_without_noise_are_exact():
    curve = np.concatenate([np.linspace(0, 1, 10), np.linspace(3, 0, 15)])
    found = phases(curve, random_state=0, n_bootstrap=10)
    assert found.values.tolist() == [10]
    assert found.support.tolist() == [1]


def test_costs_and_partition_are_those_of_an_exhaustive_search():
    y = np.random.default_rng(0).normal(size=13)
    costs = segment_costs(y, trend="linear")
    for start, stop in itertools.combinations(range(14), 2):
        if stop - start > 1:
            line = np.polyfit(np.arange(start, stop), y[start:stop], 1)
            left = y[start:stop] - np.polyval(line, np.arange(start, stop))
            assert costs[start, stop] == pytest.approx((left**2).sum(), abs=1e-10)
    candidates = [
        (a, b) for a, b in itertools.combinations(range(3, 11), 2) if b - a >= 3 and 13 - b >= 3
    ]
    best = min(candidates, key=lambda cut: costs[0, cut[0]] + costs[cut] + costs[cut[1], 13])
    assert tuple(segment(y, 2, trend="linear", shortest=3)) == best
    fitted, _ = fit_segments(y, np.array(best), trend="linear")
    total = costs[0, best[0]] + costs[best] + costs[best[1], 13]
    assert ((y - fitted) ** 2).sum() == pytest.approx(total)


def test_neither_scale_nor_place_nor_direction_matters():
    curve = planted(noise=0.1, seed=0)
    found = phases(curve, random_state=0, n_bootstrap=20)
    moved = phases(1e6 - 1e-3 * curve, random_state=0, n_bootstrap=20)
    assert moved.values.tolist() == found.values.tolist()
    assert moved.pvalues == found.pvalues
    assert moved.trends == ("falling", "rising", "flat")


def test_equal_seeds_give_equal_bits():
    one, other = (phases(planted(noise=0.3, seed=1), random_state=5, n_bootstrap=20) for _ in "ab")
    for name in ("values", "support", "low", "high", "fitted"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_missing_epochs_are_left_out():
    curve = planted(noise=0.1, seed=2)
    curve[[0, 25]] = np.nan
    found = phases(curve, random_state=0, n_bootstrap=10)
    assert np.abs(found.values - [18, 36]).max() <= 1
    assert np.isnan(found.fitted[[0, 25]]).all()
    assert found.bands().bands[0][0] == 0


def spread(trace):
    """Standard deviation over samples, by epoch and step."""
    return Result(
        "spread", trace.values.std(axis=3).mean(axis=2), ("epoch", "step"), AxisLabels.of(trace)
    )


@pytest.fixture
def trace():
    rng = np.random.default_rng(0)
    scale = np.concatenate([np.linspace(1, 2, 12), np.linspace(1.2, 1.1, 13)])
    values = scale[:, None, None, None] * rng.normal(size=(25, 4, 5, 30))
    metrics = {"loss": planted(noise=0.1, seed=3)[:25]}
    return mm.Trace.from_array(values, epochs=np.arange(25) * 2, metrics=metrics)


def test_a_measure_of_a_trace_is_measured_again_on_other_samples(trace):
    found = phases(trace, spread, random_state=0, n_bootstrap=30)
    assert (found.name, found.resampled) == ("spread", "samples")
    assert found.values.tolist() == [12]
    assert found.support[0] > 0.8
    np.testing.assert_array_equal(found.epochs, trace.epochs)
    np.testing.assert_array_equal(found.observed, spread(trace).curve().values)
    of_array = phases(trace.values, lambda given: given.values.std(axis=(1, 2, 3)), random_state=0)
    assert of_array.values.tolist() == [12]


def test_unequal_lengths_keep_two_samples_at_the_last_step(trace):
    lengths = np.r_[4, 4, np.full(28, 2)]
    short = mm.Trace.from_array(trace.values, lengths=lengths)
    found = phases(short, spread, random_state=0, n_bootstrap=10)
    assert found.values.tolist() == [12]


def test_curves_come_in_many_forms(trace):
    curve = planted(noise=0.1, seed=3)[:25]
    named = phases(Curve("loss", curve), random_state=0, n_bootstrap=5)
    metric = phases(trace, "loss", random_state=0, n_bootstrap=5)
    result = phases(spread(trace), random_state=0, n_bootstrap=5)
    plain = phases(list(curve), random_state=0, n_bootstrap=5)
    assert [one.name for one in (named, metric, result, plain)] == [
        "loss",
        "loss",
        "spread",
        "curve",
    ]
    assert named.values.tolist() == metric.values.tolist() == plain.values.tolist() == [18]
    assert metric.resampled == "residuals"
    np.testing.assert_array_equal(metric.epochs, trace.epochs)


def test_one_line_puts_it_on_screen(trace):
    found = phases(trace, "loss", random_state=0, n_bootstrap=5)
    w = mm.MMPHATEWidget(np.zeros((25, 4, 5, 3)), trace=trace)
    w.add_bands(found.bands())
    w.add_curve(found.curve())
    w.color_by = found.channel()
    assert w.bands == {"phases of loss": ((0, 17, "rising"), (18, 24, "falling"))}
    assert w.channel().categories == ("0 rising", "1 falling")
    w.close()
    table = found.to_dataframe()
    assert list(table.columns) == [
        *("phase", "first_epoch", "last_epoch", "first_label", "last_label", "trend", "slope"),
        *("mean", "support", "low", "high"),
    ]
    assert table["first_label"].tolist() == [0, 36]
    assert table["first_epoch"].dtype == np.int64


def test_figure_shows_curve_lines_and_bands(trace):
    axes = phases(trace, "loss", random_state=0, n_bootstrap=5).plot().axes[0]
    assert len(axes.lines) == 1 + 2 + 1
    assert [text.get_text() for text in axes.texts] == ["rising", "falling", "100%"]
    axes = phases(trace, "loss", random_state=0, n_bootstrap=0).plot().axes[0]
    assert len(axes.lines) == 1 + 2
    assert [text.get_text() for text in axes.texts] == ["rising", "falling"]


@pytest.mark.parametrize(
    ("curve", "options", "message"),
    [
        (np.zeros((3, 2)), {}, "`curve` must have one number for each epoch"),
        ([np.nan] * 3, {}, "`curve` must have one number for each epoch, not all of them NaN"),
        (["a"], {}, "`curve` must hold real numbers"),
        ([1.0], {"measure": "loss"}, "`measure` must be None where `curve` is no Trace"),
        (np.zeros((2, 2, 2, 2)), {}, "`measure` must be a function of a Trace or the name of one"),
        (np.zeros((2, 2, 2, 2)), {"measure": "loss"}, "`measure` must be one of"),
        (np.zeros((2, 2, 2, 2)), {"measure": lambda t: [1, 2, 3]}, "a number for each of 2 epochs"),
        ([1.0], {"trend": "cubic"}, "`trend` must be one of 'linear', 'constant'"),
        ([1.0], {"shortest": 2}, "`shortest` must be an integer at least 3; got 2"),
        ([1.0], {"level": 2}, "`level` must be a finite number between 0 and 1; got 2"),
        ([1.0], {"n_bootstrap": -1}, "`n_bootstrap` must be an integer at least 0; got -1"),
    ],
)
def test_wrong_arguments_are_named(curve, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        phases(curve, random_state=0, **options)


def test_whatever_has_a_curve_has_phases():
    values = np.random.default_rng(0).normal(size=(30, 3, 4, 8))
    trace = mm.Trace.from_array(values, epochs=np.arange(30) * 10)
    flow = mm.analysis.flow(trace)
    found = phases(flow, random_state=0)
    assert found.name == "displacement"
    assert found.epochs.tolist() == trace.epochs.tolist()
    measured = phases(trace, mm.analysis.flow, random_state=0)
    np.testing.assert_array_equal(measured.observed, flow.curve().values)
    groups = mm.analysis.communities(trace, n_permutations=0, random_state=0)
    assert phases(groups, random_state=0).epochs.tolist() == trace.epochs.tolist()


@pytest.mark.parametrize("lengths", [[3, 3, 3, 2, 2, 1], [4, 3, 3, 2, 2, 1], [2]])
def test_samples_are_drawn_anew_where_few_reach_the_end(lengths):
    values = np.random.default_rng(0).normal(size=(24, 4, 3, len(lengths)))
    trace = mm.Trace.from_array(values, lengths=lengths)
    course = np.concatenate([np.linspace(0, 1, 12), np.linspace(4, 0, 12)])

    def measure(drawn):
        assert drawn.shape == trace.shape
        return course + 0.01 * drawn.values[:, 0].mean(axis=(1, 2))

    found = phases(trace, measure, n_bootstrap=5, random_state=0)
    assert found.values.tolist() == [12]
    assert found.resampled == "samples"


@pytest.mark.parametrize("scale", [2.0**-1000, 1e-300, 1e-160, 1e160, 1e300, 2.0**1022])
@pytest.mark.parametrize("trend", ["linear", "constant"])
def test_phases_do_not_depend_on_how_large_numbers_are(scale, trend):
    rng = np.random.default_rng(0)
    curve = np.concatenate([np.linspace(0.3, 1, 15), np.linspace(0.2, -0.5, 15)])
    curve += 0.05 * rng.normal(size=30)
    few = {"n_simulations": 39, "n_bootstrap": 10, "random_state": 0, "trend": trend}
    found, scaled = phases(curve, **few), phases(curve * scale, **few)
    assert len(found.values) >= 1
    np.testing.assert_array_equal(scaled.values, found.values)
    np.testing.assert_array_equal(scaled.support, found.support)
    assert scaled.pvalues == found.pvalues
    assert scaled.trends == found.trends
    np.testing.assert_allclose(scaled.slopes / scale, found.slopes, rtol=1e-9)
    np.testing.assert_allclose(scaled.fitted / scale, found.fitted, rtol=1e-9)
    means = (result.to_dataframe()["mean"].to_numpy() for result in (scaled, found))
    np.testing.assert_allclose(next(means) / scale, next(means), rtol=1e-9)


def test_a_curve_that_is_nothing_is_flat():
    found = phases(np.zeros(12), random_state=0)
    assert found.trends == ("flat",)
    assert found.fitted.tolist() == [0] * 12


def test_infinity_is_named():
    with pytest.raises(ValueError, match="`curve` must be finite or NaN; got inf at epoch 3"):
        phases([1.0, 2.0, 3.0, np.inf, 4.0])
    trace = mm.Trace.from_array(np.zeros((4, 1, 1, 2)), metrics={"loss": [1, 2, np.inf, 3]})
    with pytest.raises(ValueError, match="`curve` must be finite or NaN; got inf at epoch 2"):
        phases(trace, "loss")
