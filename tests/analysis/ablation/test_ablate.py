import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch

import mmphate_widget as mm
from mmphate_widget.analysis import ablate_steps, ablate_units, clamp_units
from mmphate_widget.analysis.ablation.effect import p_value
from mmphate_widget.selection import Selection

S, T, F, H, C = 40, 6, 3, 10, 2


class Net(torch.nn.Module):
    """A layer, read out after the last step by two of its units alone."""

    def __init__(self, layer=None, used=(2, 5), **options):
        super().__init__()
        torch.manual_seed(0)
        self.rnn = layer or torch.nn.GRU(F, H, batch_first=True, **options)
        self.readout = torch.nn.Linear(H, C)
        with torch.no_grad():
            kept = self.readout.weight[:, list(used)].clone()
            self.readout.weight.zero_()
            self.readout.weight[:, list(used)] = 10 * kept
            # The units do not hear each other: what is not read out does not matter.
            for name, weight in self.rnn.named_parameters():
                if "weight_hh" in name:
                    weight.zero_()

    def forward(self, x):
        return self.readout(self.rnn(x)[0][:, -1])


class Looped(torch.nn.Module):
    """A cell that is called once a step."""

    def __init__(self, cell):
        super().__init__()
        torch.manual_seed(0)
        self.cell = cell
        self.readout = torch.nn.Linear(H, C)

    def forward(self, x):
        state = None
        for step in range(x.shape[1]):
            state = self.cell(x[:, step], state)
        return self.readout(state[0] if isinstance(state, tuple) else state)


class OwnCell(torch.nn.Module):
    """Returns its state once a step."""

    def __init__(self):
        super().__init__()
        self.mix = torch.nn.Linear(F + H, H)

    def forward(self, x, state):
        before = x.new_zeros(len(x), H) if state is None else state
        return self.mix(torch.cat([x, before], dim=1)).tanh()


def data(model, seed=1):
    """Inputs, and as labels what the model says of them."""
    x = torch.randn(S, T, F, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return x, model(x).argmax(dim=1)


def test_units_that_are_read_out_are_found_and_others_are_not():
    model = Net()
    found = ablate_units(model, [2, 5], data(model), layers="rnn", random_state=0)
    assert found.baseline == 1
    assert found.effect < -0.2
    # One in 45 pairs is this very one: 4.4 of 200 draws are expected to be as extreme.
    assert found.pvalue <= 0.08
    assert found.interval[0] < found.effect < found.interval[1] < 0
    none = ablate_units(model, [0, 1], data(model), layers="rnn", random_state=0)
    assert (none.effect, none.pvalue, none.interval) == (0, 1, (0, 0))
    assert found.of == "2 of 10 units"
    assert found.positions["rnn"].tolist() == [2, 5]
    assert found.excess == pytest.approx(found.effect - found.null.mean())


def test_p_values_of_random_selections_are_uniform():
    """The selection is one of the equally likely draws: 10 % of p-values lie under 0.1."""
    model = Net(used=tuple(range(H)))
    x, y = data(model)
    chooser = np.random.default_rng(0)
    options = {"layers": "rnn", "n_draws": 19}
    found = [
        ablate_units(
            model,
            chooser.choice(H, 3, replace=False),
            (x[:, -2:], y),
            "loss",
            random_state=seed,
            **options,
        ).pvalue
        for seed in range(40)
    ]
    # Of 40 the share has a standard deviation of 0.05, the mean of a uniform p one of 0.05.
    assert np.mean(np.array(found) <= 0.1) <= 0.2
    assert 0.4 < np.mean(found) < 0.65


def test_a_loss_is_worse_where_it_is_larger():
    model = Net()
    found = ablate_units(model, [2, 5], data(model), "loss", layers="rnn", random_state=0)
    assert found.effect > 0
    assert not found.larger_is_better
    # Of 45 pairs 17 hold one of the two that matter, which may matter more alone.
    assert found.pvalue <= 17 / 45
    better = ablate_units(
        model, [2, 5], data(model), "loss", layers="rnn", alternative="better", random_state=0
    )
    # Each draw is as extreme on one side at least.
    assert better.pvalue >= 1 - found.pvalue


def test_equal_seeds_give_equal_bits():
    model = Net()
    runs = [
        ablate_units(model, [2], data(model), layers="rnn", n_draws=20, random_state=seed)
        for seed in (3, 3, 4)
    ]
    np.testing.assert_array_equal(runs[0].null, runs[1].null)
    assert runs[0].interval == runs[1].interval
    assert not np.array_equal(runs[0].null, runs[2].null)


def test_a_selection_says_its_layers_and_is_drawn_from_what_was_recorded():
    model = Net(num_layers=2)
    x, y = data(model)
    with mm.Recorder(
        model, probe=x, layers=["rnn"], units={"rnn.l1": [1, 2, 5, 7]}, verbose=False
    ) as recorder:
        recorder.snapshot()
    trace = recorder.trace
    w = mm.MMPHATEWidget(np.zeros((*trace.shape[:3], 3)), trace=trace)
    chosen = w.select(units=["rnn.l1[2]", "rnn.l1[5]", "rnn.l0[3]"])
    found = ablate_units(model, chosen, (x, y), n_draws=10, random_state=0)
    assert {name: at.tolist() for name, at in found.positions.items()} == {
        "rnn.l0": [3],
        "rnn.l1": [2, 5],
    }
    assert found.of == "3 of 14 units"
    by_layer = ablate_units(model, chosen.by_layer(), (x, y), n_draws=10, random_state=0)
    assert by_layer.ablated == found.ablated
    assert by_layer.of == "3 of 20 units"
    bare = ablate_units(model, [3, 12, 15], (x, y), layers="rnn", n_draws=10, random_state=0)
    assert bare.ablated == found.ablated


def test_a_selection_without_layers_takes_the_one_that_is_named():
    model = Net()
    mask = np.zeros((1, T, H), dtype=bool)
    mask[:, :, [2, 5]] = True
    chosen = Selection(mask=mask, offered=np.ones_like(mask))
    found = ablate_units(model, chosen, data(model), layers="rnn", n_draws=5, random_state=0)
    assert found.positions["rnn"].tolist() == [2, 5]
    with pytest.raises(ValueError, match="`layers` must name the layers"):
        ablate_units(model, chosen, data(model))


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_a_cell_in_a_loop_is_ablated_as_the_layer_is(kind):
    torch.manual_seed(2)
    cell = getattr(torch.nn, f"{kind}Cell")(F, H)
    layer = getattr(torch.nn, kind)(F, H, batch_first=True)
    with torch.no_grad():
        for name, weight in cell.named_parameters():
            getattr(layer, f"{name}_l0").copy_(weight)
    looped, x = Looped(cell), torch.randn(S, T, F)
    for steps in (None, [T - 1], [2]):
        with clamp_units(looped, {"cell": [1, 4]}, 0.3, steps=steps):
            out = looped(x)
        with clamp_units(layer, [1, 4], 0.3, layers="", steps=steps):
            expected = looped.readout(layer(x)[0][:, -1])
        torch.testing.assert_close(out, expected, atol=1e-5, rtol=1e-5)
    if kind == "LSTM":
        with clamp_units(looped, {"cell.c": [1]}, 0.3):
            out = looped(x)
        with clamp_units(layer, {"lstm.c": [1]}, 0.3):
            expected = looped.readout(layer(x)[0][:, -1])
        torch.testing.assert_close(out, expected, atol=1e-5, rtol=1e-5)
    whole = ablate_units(looped, {"cell": [1, 4]}, data(looped), "loss", n_draws=3)
    same = Net(layer, used=range(H))
    same.rnn.load_state_dict({f"{name}_l0": value for name, value in cell.state_dict().items()})
    same.readout = looped.readout
    other = ablate_units(same, {"rnn": [1, 4]}, data(looped), "loss", n_draws=3)
    assert whole.ablated == pytest.approx(other.ablated, abs=1e-5)


def test_layers_of_any_kind_are_held_in_their_output():
    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
            self.encoder = torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.readout = torch.nn.Linear(8, C)

        def forward(self, x):
            return self.readout(self.encoder(x).mean(dim=1))

    model, x = Encoder().eval(), torch.randn(5, T, 8)
    with torch.no_grad(), clamp_units(model, {"encoder": [3]}, 2.0):
        out = model(x)
        states = model.encoder(x)
    assert (states[..., 3] == 2).all()
    torch.testing.assert_close(out, model.readout(states.mean(dim=1)))
    found = ablate_units(
        model, {"encoder.layers.0": [0, 1, 2]}, (x, torch.zeros(5, dtype=int)), "loss", n_draws=5
    )
    assert found.of == "3 of 8 units"
    assert found.effect != 0
    last = ablate_steps(model, [1], (x, torch.zeros(5, dtype=int)), "loss", layers="encoder")
    assert last.of == f"1 of {T} steps"
    assert last.effect != 0


def test_steps_lose_what_was_remembered():
    class Copy(torch.nn.Module):
        """Adds up its first feature, forever."""

        def __init__(self):
            super().__init__()
            self.rnn = torch.nn.RNN(1, 1, nonlinearity="relu", batch_first=True, bias=False)
            with torch.no_grad():
                for weight in self.rnn.parameters():
                    weight.fill_(1)

        def forward(self, x):
            return self.rnn(x)[0][:, -1]

    model = Copy()
    x = torch.zeros(4, T, 1)
    x[:, 0] = 1
    x[:, 3] = 1

    def total(model, x):
        return model(x)[:, 0]

    found = ablate_steps(model, [1], x, total, layers="rnn", n_draws=20, random_state=0)
    # Of two ones the first is forgotten.
    assert (found.baseline, found.ablated) == (2, 1)
    assert ablate_steps(model, [T - 1], x, total, layers="rnn", n_draws=5).ablated == 0
    assert (
        ablate_steps(model, [1], x, total, layers="rnn", n_draws=5, readout_only=True).effect == 0
    )


def test_an_lstm_forgets_its_cell_state_at_a_step():
    model = Net(torch.nn.LSTM(F, H, batch_first=True), used=range(H))
    x, _ = data(model)

    def first_matters(model, x):
        changed = x.clone()
        changed[:, 0] += 1
        return (model(changed) - model(x)).abs().sum(dim=1)

    found = ablate_steps(model, [2], x, first_matters, layers="rnn", n_draws=5)
    assert found.baseline > 0
    assert found.ablated == 0


class Meddling(Net):
    """Has dropout, a buffer that counts, and random numbers in its forward."""

    def __init__(self):
        super().__init__(dropout=0.3, num_layers=2)
        self.register_buffer("count", torch.zeros(1))
        self.norm = torch.nn.BatchNorm1d(F)

    def forward(self, x):
        self.count += 1
        x = self.norm(x.swapaxes(1, 2)).swapaxes(1, 2)
        drawn = np.random.random()  # noqa: NPY002
        return super().forward(x + 0.01 * torch.randn(x.shape) + drawn)


def state_of(model):
    modules = list(model.modules())
    return {
        "weights": [p.detach().clone() for p in model.parameters()],
        "buffers": [b.clone() for b in model.buffers()],
        "gradients": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "needs": [p.requires_grad for p in model.parameters()],
        "training": [module.training for module in modules],
        "hooks": [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in modules],
        "own": [sorted(vars(m)) for m in modules],
        "identity": [id(p) for p in model.parameters()],
        "torch": torch.get_rng_state(),
        "numpy": list(np.random.get_state()[1:3]),  # noqa: NPY002
        "fast": torch.backends.mha.get_fastpath_enabled(),
        "gradients on": torch.is_grad_enabled(),
    }


def assert_same(before, after):
    for name, value in before.items():
        for one, other in (
            zip(value, after[name], strict=True)
            if isinstance(value, list)
            else [(value, after[name])]
        ):
            is_tensor = isinstance(one, torch.Tensor)
            assert torch.equal(one, other) if is_tensor else np.array_equal(one, other), name


def spoil(model, data):
    """A metric that writes all over the model, and draws."""
    with torch.enable_grad():
        model(data).sum().backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1)
            parameter.requires_grad_(False)
    model.train()
    return float(np.random.random())  # noqa: NPY002


def fail(model, data):
    spoil(model, data)
    if any(module._forward_hooks for module in model.modules()) and fail.calls > 2:
        raise RuntimeError("in the middle")
    fail.calls += 1
    return 1.0


@pytest.mark.parametrize("has_gradients", [False, True])
def test_the_model_is_left_exactly_as_it_was(has_gradients):
    model = Meddling()
    model.rnn.eval()
    next(model.parameters()).requires_grad_(False)
    x = torch.randn(S, T, F)
    if has_gradients:
        model(x).sum().backward()
    before = state_of(model)
    found = ablate_units(model, {"rnn.l0": [1]}, x, spoil, n_draws=3, random_state=0)
    assert_same(before, state_of(model))
    # The same random numbers each time.
    assert found.effect == 0
    fail.calls = 0
    with pytest.raises(RuntimeError, match="in the middle"):
        ablate_units(model, {"rnn.l0": [1]}, x, fail, n_draws=9, random_state=0)
    assert_same(before, state_of(model))
    fail.calls = 0
    with pytest.raises(RuntimeError, match="in the middle"):
        ablate_steps(model, [1], x, fail, layers="rnn", n_draws=9, random_state=0)
    assert_same(before, state_of(model))


def test_clamping_leaves_only_its_hooks_behind_and_takes_them_with_it():
    model = Net()
    seen = []
    handle = model.rnn.register_forward_hook(lambda *args: seen.append(args[2][0][0, -1, 1].item()))
    x = torch.randn(S, T, F)
    before = state_of(model)
    out = model(x)
    with pytest.raises(ZeroDivisionError), clamp_units(model, [1], 0.25, layers="rnn"):
        1 / model(x).numel() / 0
    # Others' hooks see what the model sees.
    assert seen[1] == 0.25
    assert_same(before, state_of(model))
    assert torch.equal(model(x), out)
    handle.remove()


def test_a_recorder_records_what_is_held():
    model, x = Net(), torch.randn(S, T, F)
    with clamp_units(model, [1], 0.25, layers="rnn"):
        recorder = mm.Recorder(model, probe=x, layers="rnn", verbose=False)
        recorder.snapshot()
    assert (recorder.trace.values[0, :, 1] == 0.25).all()


def test_a_number_for_all_is_bootstrapped_by_running_again():
    model = Net()

    def accuracy(model, data):
        return float((model(data["x"]).argmax(dim=1) == data["y"]).float().mean())

    x, y = data(model)
    given = {"x": x, "y": y}
    one = ablate_units(model, [2, 5], given, accuracy, layers="rnn", n_draws=3, random_state=0)
    many = ablate_units(model, [2, 5], (x, y), layers="rnn", n_draws=3, random_state=0)
    assert one.effect == pytest.approx(many.effect)
    # Two bootstraps of 200 and 2,000 samples, of a standard error of 0.08.
    np.testing.assert_allclose(one.interval, many.interval, atol=0.05)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=7)
    batched = ablate_units(model, [2, 5], loader, layers="rnn", n_draws=3, random_state=0)
    assert batched.ablated == pytest.approx(many.ablated)
    unknown = ablate_units(
        model, [2], object(), lambda model, _: float(model(x).mean()), layers="rnn", n_draws=3
    )
    assert np.isnan(unknown.interval).all()


def test_named_metrics_take_steps_and_real_labels_and_arrays():
    class EachStep(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.rnn = torch.nn.GRU(F, C, batch_first=True)

        def forward(self, x):
            return self.rnn(x)

    model = EachStep()
    x = np.random.default_rng(0).normal(size=(S, T, F)).astype(np.float32)
    states = model(torch.tensor(x))[0].detach().numpy()
    labels = states.argmax(axis=2)
    labels[:, 0] = 1 - labels[:, 0]
    found = ablate_units(model, [0], (x, labels), layers="rnn", n_draws=2)
    assert found.baseline == pytest.approx(1 - 1 / T)
    real = ablate_units(model, [0], (x, states), "loss", layers="rnn", n_draws=2)
    assert real.baseline == pytest.approx(0, abs=1e-10)
    assert real.ablated > 0.001


def test_an_effect_is_a_table_and_a_figure():
    model = Net()
    found = ablate_units(model, [2, 5], data(model), layers="rnn", n_draws=20, random_state=0)
    table = found.to_dataframe()
    assert list(table.columns) == ["drawn", "effect", "accuracy"]
    assert len(table) == 21
    assert table.effect[0] == found.effect
    assert not table.drawn[0]
    assert found.plot().axes[0].get_xlabel() == "change of accuracy (was 1)"
    assert "2 of 10 units" in repr(found)
    with pytest.raises(ValueError, match="read-only"):
        found.null[0] = 1


def test_p_values_count_ties_and_themselves():
    null = np.array([-0.2, -0.1, 0.0, 0.1])
    options = {"larger_is_better": True, "alternative": "worse"}
    assert p_value(-0.1, null, **options) == 3 / 5
    assert p_value(-0.3, null, **options) == 1 / 5
    assert p_value(-0.1, null, **{**options, "larger_is_better": False}) == 4 / 5
    assert p_value(-0.3, null, **{**options, "alternative": "two-sided"}) == 2 / 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": []}, "`units` must hold at least one unit"),
        ({"units": [-1, 2]}, "`units` must be at least 0; got -1"),
        ({"units": [10]}, "`units` must be between 0 and 9"),
        ({"units": {"nope": [1]}, "layers": None}, "`layers` must name modules of the model"),
        ({"units": {"rnn": [1]}}, "`layers` must be None where units come by layer"),
        ({"layers": None}, "`layers` must name the layers that bare positions"),
        ({"metric": "f1"}, "`metric` must be one of 'accuracy', 'loss'; got 'f1'"),
        ({"larger_is_better": True}, "`larger_is_better` must be None where"),
        ({"data": 3}, r"`data` must be \(inputs, labels\)"),
        ({"alternative": "less"}, "`alternative` must be one of"),
        ({"n_draws": 0}, "`n_draws` must be an integer at least 1"),
        ({"random_state": -1}, "`random_state` must be None, an integer at least 0, a Generator"),
        ({"metric": lambda model, data: float("nan")}, "`metric` must return a finite number"),
        ({"metric": lambda model, data: "good"}, "`metric` must return a number"),
        ({"metric": lambda model, data: 1.0}, "`layers` must run when the metric is measured"),
    ],
)
def test_wrong_arguments_are_named(change, message):
    model = Net()
    given = {"units": [1], "data": data(model), "metric": "accuracy", "layers": "rnn", **change}
    with pytest.raises((TypeError, ValueError), match=message):
        ablate_units(model, given.pop("units"), given.pop("data"), given.pop("metric"), **given)


def test_what_a_cell_returns_cannot_be_kept_from_its_next_step():
    looped = Looped(torch.nn.GRUCell(F, H))
    with pytest.raises(ValueError, match="`readout_only` must be False for 'cell'"):
        ablate_units(looped, {"cell": [1]}, data(looped), readout_only=True)

    looped = Looped(OwnCell())
    with pytest.raises(ValueError, match="`readout_only` must be False for 'cell'"):
        ablate_units(looped, {"cell": [1]}, data(looped), readout_only=True)
    assert ablate_steps(looped, [0], data(looped), layers="cell", n_draws=2).of == "1 of 6 steps"


def test_a_layer_that_runs_twice_has_as_many_steps_as_it_runs():
    class Twice(Net):
        def forward(self, x):
            return super().forward(x) + super().forward(-x)

    model = Twice()
    assert ablate_steps(model, [0], data(model), layers="rnn", n_draws=2).of == "1 of 6 steps"


def test_an_effect_can_be_kept():
    model = Net()
    found = ablate_units(model, [2], data(model), layers="rnn", n_draws=3, random_state=0)
    again = pickle.loads(pickle.dumps(found))
    assert repr(again) == repr(found)


def test_wrong_steps_and_values_are_named():
    model = Net()
    with pytest.raises(ValueError, match="`steps` must be between 0 and 5"):
        ablate_steps(model, [6], data(model), layers="rnn")
    with pytest.raises(ValueError, match="`steps` must be at least 0; got -1"):
        ablate_steps(model, -1, data(model), layers="rnn")
    with pytest.raises(ValueError, match="`steps` must hold at least one step"):
        ablate_steps(model, [], data(model), layers="rnn")
    with (
        pytest.raises(ValueError, match="one for each of the 2 units; got shape"),
        clamp_units(model, [1, 2], [1.0, 2.0, 3.0], layers="rnn"),
    ):
        pass
    with (
        pytest.raises(ValueError, match="`units` must be between 0 and 9 in layer 'rnn'; got 12"),
        clamp_units(model, {"rnn": [12]}),
    ):
        pass


def test_importing_the_analyses_does_not_import_torch():
    code = "import sys, mmphate_widget.analysis; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
