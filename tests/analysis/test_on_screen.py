"""Every result of an analysis is a small frozen object that one line puts on screen."""

import dataclasses
import inspect

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure

import mmphate_widget as mm
from mmphate_widget import analysis

E, T, H, S = 8, 4, 6, 12

# What no function returns: labels of a result, an entry of one.
PARTS = {"AxisLabels", "CommunityEvent"}
# A context that holds units returns nothing.
WITHOUT_RESULT = {"clamp_units"}


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.rnn = torch.nn.GRU(2, H, batch_first=True)
        self.readout = torch.nn.Linear(H, 2)

    def forward(self, x):
        return self.readout(self.rnn(x)[0][:, -1])


def make_trace():
    rng = np.random.default_rng(0)
    return mm.Trace.from_array(
        rng.normal(size=(E, T, H, S)),
        sample_labels=np.arange(S) % 2,
        layers=["rnn"] * H,
        metrics={"loss": rng.normal(size=E).cumsum()},
    )


TRACE = make_trace()
LOSS = TRACE.metrics["loss"]
OTHER = np.sin(np.arange(E))
DATA = torch.randn(S, T, 2, generator=torch.Generator().manual_seed(0)), torch.arange(S) % 2
ABLATING = {"n_draws": 5, "random_state": 0, "layers": "rnn"}

# Of each function, what it can return.
RESULTS = {
    "ablate_steps": [lambda: analysis.ablate_steps(Net(), [1], DATA, "loss", **ABLATING)],
    "ablate_units": [lambda: analysis.ablate_units(Net(), [0, 4], DATA, "loss", **ABLATING)],
    "cka": [lambda: analysis.cka(TRACE), lambda: analysis.cka(TRACE, axis="step")],
    "coincidence": [
        lambda: analysis.coincidence(LOSS, OTHER),
        lambda: analysis.coincidence(LOSS, {"sine": OTHER, "its square": OTHER**2}),
    ],
    "communities": [lambda: analysis.communities(TRACE, n_permutations=1, random_state=0)],
    "flow": [
        lambda: analysis.flow(TRACE),
        *(
            lambda part=part: getattr(analysis.flow(TRACE), part)
            for part in ("speed", "displacement", "alignment", "dimension")
        ),
    ],
    "inter_step_entropy": [lambda: analysis.inter_step_entropy(TRACE)],
    "intra_step_entropy": [lambda: analysis.intra_step_entropy(TRACE)],
    "label_information": [lambda: analysis.label_information(TRACE)],
    "linear_probe": [lambda: analysis.linear_probe(TRACE, cv=2, n_permutations=2, random_state=0)],
    "phases": [lambda: analysis.phases(LOSS, n_simulations=9, n_bootstrap=2, random_state=0)],
}


@pytest.mark.parametrize(
    "make", [make for makes in RESULTS.values() for make in makes], ids=lambda _: ""
)
def test_one_line_puts_a_result_on_screen(make):
    result = make()
    assert dataclasses.is_dataclass(result)
    field = dataclasses.fields(result)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, field, None)
    table = result.to_dataframe()
    assert isinstance(table, pd.DataFrame)
    assert len(table)
    figure = result.plot()
    assert isinstance(figure, Figure)
    assert figure.axes[0].has_data()
    w = mm.MMPHATEWidget(np.random.default_rng(0).normal(size=(E, T, H, 3)), trace=TRACE)
    assert hasattr(result, "channel") or hasattr(result, "curve")
    if hasattr(result, "channel"):
        w.add_channel(result.channel())
        w.color_by = result
        assert np.isfinite(w.channel().values).any()
    if hasattr(result, "curve") and getattr(result, "axis", "epoch") == "epoch":
        w.add_curve(result)
        assert np.isfinite(w.curves[result.curve().name]).any()
    w.close()


def test_all_results_are_here():
    functions = {name for name in analysis.__all__ if inspect.isfunction(getattr(analysis, name))}
    assert set(RESULTS) | WITHOUT_RESULT == functions
    classes = {name for name in analysis.__all__ if inspect.isclass(getattr(analysis, name))}
    assert {
        type(make()).__name__ for makes in RESULTS.values() for make in makes
    } | PARTS == classes


def test_a_coincidence_is_the_mean_of_what_epochs_add():
    rng = np.random.default_rng(1)
    loss = rng.normal(size=60).cumsum()
    # The second does the same two epochs later, from epoch 30 on.
    entropy = np.where(np.arange(60) < 30, 0, 1) * np.roll(loss, 2) + 0.1 * rng.normal(size=60)
    entropy[:3] = np.nan
    found = analysis.coincidence(loss, entropy, max_lag=3)
    assert found.lag == 2
    curve = found.curve()
    assert curve.name == "coincidence of curve_a and curve_b"
    there = np.flatnonzero(np.isfinite(curve.values))
    # A change leads to epoch 4 at the earliest; two epochs before the end the second is over.
    np.testing.assert_array_equal(there, np.arange(4, 58))
    assert curve.values[there].mean() == pytest.approx(found.effect)
    x, y = np.diff(loss)[3:-2], np.diff(entropy)[5:]
    expected = (x - x.mean()) * (y - y.mean()) / (x.std() * y.std())
    np.testing.assert_allclose(curve.values[there], expected)
    assert curve.values[30:58].mean() > 3 * curve.values[4:28].mean()
    back = analysis.coincidence(entropy, loss, max_lag=3)
    assert back.lag == -2
    np.testing.assert_allclose(back.curve().values[6:], curve.values[4:58])
    assert np.isnan(back.curve().values[:6]).all()
    assert not found.contributions.flags.writeable


def test_levels_stand_at_their_own_epochs_and_a_flat_curve_adds_nothing():
    levels = np.random.default_rng(2).normal(size=(2, 20))
    found = analysis.coincidence(*levels, difference=False)
    assert np.isfinite(found.curve().values).all()
    assert found.curve().values.mean() == pytest.approx(found.effect)
    flat = analysis.coincidence(levels[0], np.ones(20))
    assert flat.curve().values.shape == (20,)
    assert np.isnan(flat.curve().values).all()


def test_of_several_coincidences_the_clearest_is_drawn():
    rng = np.random.default_rng(3)
    loss, noise = rng.normal(size=(2, 80)).cumsum(axis=1)
    found = analysis.coincidence(
        loss, {"noise": noise, "alike": loss + 0.1 * noise, "flat": noise**0}
    )
    assert found.curve().name == "coincidence of curve_a and alike"
    np.testing.assert_array_equal(found.curve("noise").values, found["noise"].contributions)
    with pytest.raises(ValueError, match="`name` must be one of 'noise', 'alike', 'flat'"):
        found.curve("loss")


def test_ablated_units_stand_where_they_stand_in_the_trace():
    channel = RESULTS["ablate_units"][0]().channel()
    assert channel.axes == ("unit",)
    assert channel.kind == "diverging"
    effect = RESULTS["ablate_units"][0]().effect
    expected = np.full(H, np.nan, np.float32)
    expected[[0, 4]] = effect
    np.testing.assert_array_equal(channel.values, expected)
    # Some units of the layer alone, in another order, beside those of another layer.
    some = mm.Trace.from_array(
        np.zeros((E, T, 4, S)), layers=["rnn", "other", "rnn", "rnn"], layer_positions=[4, 0, 1, 0]
    )
    within = RESULTS["ablate_units"][0]().channel(some)
    np.testing.assert_array_equal(np.isfinite(within.values), [True, False, False, True])
    with pytest.raises(ValueError, match="`trace` must have what was ablated, units of rnn"):
        RESULTS["ablate_units"][0]().channel(np.zeros((E, T, 4, S)))


def test_ablated_units_of_a_selection_stand_where_they_were_selected():
    some = mm.Trace.from_array(
        np.zeros((1, 1, 3, 2)), layers=["rnn"] * 3, layer_positions=[5, 2, 0]
    )
    w = mm.MMPHATEWidget(np.zeros((1, 1, 3, 3)), trace=some)
    w.select(units=[0, 2])
    found = analysis.ablate_units(Net(), w.selection, DATA, "loss", n_draws=2, random_state=0)
    assert found.positions["rnn"].tolist() == [0, 5]
    assert found.mask.tolist() == [True, False, True]
    w.add_channel(found)
    assert np.isfinite(w.channel(found.channel().name).values).tolist() == [True, False, True]
    w.close()


def test_an_effect_given_to_a_widget_stands_at_the_units_of_its_layer():
    found = RESULTS["ablate_units"][0]()
    rng = np.random.default_rng(0)
    Y, values = rng.normal(size=(E, T, H, 3)), rng.normal(size=(E, T, H, S))
    both = mm.Trace.from_array(
        values, layers=["other"] * 3 + ["rnn"] * 3, layer_positions=[0, 1, 2, 4, 3, 0]
    )
    name = found.channel().name
    w = mm.MMPHATEWidget(Y, trace=both)
    w.add_channel(found)
    expected = [False, False, False, True, False, True]
    assert np.isfinite(w.channel(name).values).tolist() == expected
    opened = mm.MMPHATEWidget(Y, trace=both, color_by=found)
    assert np.isfinite(opened.channel(name).values).tolist() == expected

    def drawn(Y, color_by, **options):
        figure = mm.plot.frames(Y, epochs=[0], color_by=color_by, **options)
        return figure.axes[0].collections[0].get_facecolors()

    channel = found.channel(both)
    np.testing.assert_array_equal(drawn(w, found), drawn(w, channel))
    np.testing.assert_array_equal(drawn(Y, found, trace=both), drawn(Y, channel, trace=both))
    elsewhere = mm.MMPHATEWidget(Y, trace=mm.Trace.from_array(values, layers=["other"] * H))
    with pytest.raises(ValueError, match=r"`trace` must have .* units of rnn; got layers \('other"):
        elsewhere.color_by = found
    # A trace that names no layer cannot say more than that there are as many units.
    nameless = mm.MMPHATEWidget(Y, trace=mm.Trace.from_array(values))
    nameless.color_by = found
    assert np.flatnonzero(np.isfinite(nameless.channel().values)).tolist() == [0, 4]
    for each in (w, opened, elsewhere, nameless):
        each.close()


def test_ablated_steps_are_a_channel_over_steps():
    found = RESULTS["ablate_steps"][0]()
    assert found.channel().axes == ("step",)
    assert np.isfinite(found.channel().values).tolist() == [False, True, False, False]
    longer = mm.Trace.from_array(np.zeros((1, 6, 2, 2)))
    assert np.flatnonzero(np.isfinite(found.channel(longer).values)).tolist() == [1]


def test_units_of_several_layers_stand_one_layer_after_the_other():
    class Two(Net):
        def __init__(self):
            super().__init__()
            self.second = torch.nn.GRU(H, 3, batch_first=True)
            self.readout = torch.nn.Linear(3, 2)

        def forward(self, x):
            return self.readout(self.second(self.rnn(x)[0])[0][:, -1])

    options = {"n_draws": 2, "random_state": 0, "layers": ["rnn", "second"]}
    both = analysis.ablate_units(Two(), [5, 7], DATA, "loss", **options)
    assert np.flatnonzero(both.mask).tolist() == [5, 7]
    one = analysis.ablate_units(Two(), [7], DATA, "loss", **options)
    assert (len(one.mask), np.flatnonzero(one.mask).tolist()) == (H + 3, [7])
    options.pop("layers")
    named = analysis.ablate_units(Two(), {"second": [2], "rnn": [0]}, DATA, "loss", **options)
    assert np.flatnonzero(named.mask).tolist() == [2, 3]


def test_what_is_no_such_result_is_told_where_it_goes():
    w = mm.MMPHATEWidget(np.zeros((E, T, H, 3)))
    curve_alone = analysis.coincidence(LOSS, OTHER)
    with pytest.raises(TypeError, match=r"or have a channel\(\); got Coincidence, which"):
        w.add_channel(curve_alone)
    with pytest.raises(TypeError, match=r"which is for `w\.add_curve`\."):
        w.color_by = curve_alone
    with pytest.raises(TypeError, match=r"got Channel, which is for `w\.add_channel`\."):
        w.add_curve(w.channel("unit"))
    with pytest.raises(ValueError, match=r"this compares steps, for channel\(\)"):
        w.add_curve(analysis.cka(TRACE, axis="step"))
    effect = RESULTS["ablate_units"][0]()
    with pytest.raises(TypeError, match=r"got AblationEffect, which is for `w\.add_channel`"):
        w.add_curve(effect)
    with pytest.raises(TypeError, match=r"Bands or have a bands\(\); got Flow"):
        w.add_bands(analysis.flow(TRACE))
    with pytest.raises(TypeError, match="`name` must be a string; got 3"):
        w.add_curve(3)
    assert mm.MMPHATEWidget(np.zeros((E, T, H, 3)), color_by=effect).color_by.startswith("loss")
    w.add_bands(RESULTS["phases"][0]())
    assert len(w.bands) == 1
    w.close()


def test_one_of_anything_is_said_as_one():
    one = mm.Trace.from_array(np.random.default_rng(0).normal(size=(1, 1, 1, 6)))
    assert repr(analysis.cka(one)) == "<Similarity: debiased linear CKA of 1 epoch>"
    assert repr(analysis.flow(one).alignment) == "<EpochPairs: flow alignment, 1 × 1 epoch>"
    assert "with 1 curve, smallest" in repr(analysis.coincidence(LOSS, {"sine": OTHER}))
    once = analysis.ablate_units(Net(), [0], DATA, "loss", **ABLATING | {"n_draws": 1})
    assert ", 1 random draw " in repr(once)
