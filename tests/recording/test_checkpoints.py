"""A Trace from saved weights equals one recorded live; the model's own weights come back."""

import copy
from collections import OrderedDict
from inspect import unwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import mmphate_widget as mm
from mmphate_widget.recording.checkpoints import _curves


class Net(nn.Module):
    """Parameters, a buffer that is saved, one that is not, and extra state."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 4, 2, batch_first=True, dropout=0.5)
        self.norm = nn.BatchNorm1d(4)
        self.register_buffer("passes", torch.zeros(1), persistent=False)
        self.note = "own"

    def get_extra_state(self):
        return self.note

    def set_extra_state(self, state):
        self.note = state
        self.passes.fill_(99)

    def forward(self, x):
        self.passes += 1
        states, _ = self.rnn(x)
        return self.norm(states.transpose(1, 2))


@pytest.fixture
def x():
    return torch.randn(5, 6, 3, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def run(x):
    """A short training with a recorder beside it: model, what it recorded, weights by epoch."""
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    recorder = mm.Recorder(model, probe=x, layers="rnn", cell_state=True, units=None)
    saved = []
    for epoch in range(3):
        model.note = f"epoch {epoch}"
        recorder.snapshot(loss=epoch / 2)
        saved.append(copy.deepcopy(model.state_dict()))
        optimizer.zero_grad()
        (model(x) - 1).square().sum().backward()
        optimizer.step()
    model.note = "own"
    return model, recorder.trace, saved


def everything(model):
    """Weights, buffers, identities, gradients, flags: what must not change."""
    tensors = OrderedDict([*model.named_parameters(), *model.named_buffers()])
    return (
        {name: tensor.detach().clone() for name, tensor in tensors.items()},
        {name: id(tensor) for name, tensor in tensors.items()},
        {name: p.grad.clone() for name, p in model.named_parameters()},
        [module.training for module in model.modules()],
        model.note,
        torch.get_rng_state(),
    )


def assert_untouched(model, before):
    after = everything(model)
    for mine, theirs in ((after[0], before[0]), (after[2], before[2])):
        assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
    assert after[1] == before[1]
    assert after[3:5] == before[3:5]
    assert torch.equal(after[5], before[5])


def from_checkpoints(model, checkpoints, x, **options):
    options = {"layers": ["rnn"], "cell_state": True} | options
    return mm.Trace.from_checkpoints(model, checkpoints, probe=x, **options)


def save(saved, folder):
    paths = [folder / f"{epoch}.pt" for epoch in range(len(saved))]
    for path, state in zip(paths, saved, strict=True):
        torch.save(state, path)
    return paths


def test_equals_the_live_recording(run, x):
    model, live, saved = run
    before = everything(model)
    trace = from_checkpoints(model, saved, x, metrics={"loss": [0, 0.5, 1]})
    assert np.abs(np.diff(live.values, axis=0)).max() > 0.01
    assert trace.equals(live)
    assert_untouched(model, before)


@pytest.mark.parametrize("form", [str, Path])
def test_from_files_in_the_order_given(form, run, x, tmp_path):
    model, live, saved = run
    paths = [form(path) for path in save(saved, tmp_path)]
    trace = from_checkpoints(model, reversed(paths), x, epochs=[1, 5, 10])
    assert trace.epochs.tolist() == [1, 5, 10]
    np.testing.assert_array_equal(trace.values, live.values[::-1])


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_weights_beside_other_things(key, run, x, tmp_path):
    model, live, saved = run
    paths = save([{"epoch": 3, key: state, "loss": 0.5} for state in saved], tmp_path)
    np.testing.assert_array_equal(from_checkpoints(model, paths, x).values, live.values)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod."])
def test_weights_of_a_wrapped_model(prefix, run, x):
    model, live, saved = run
    wrapped = [{prefix + name: value for name, value in state.items()} for state in saved]
    np.testing.assert_array_equal(from_checkpoints(model, wrapped, x).values, live.values)
    for wrapper in (nn.DataParallel(model), torch.compile(model, backend="eager")):
        for states in (saved, wrapped):
            trace = from_checkpoints(wrapper, states, x)
            assert trace.units == live.units
            np.testing.assert_array_equal(trace.values, live.values)


@pytest.mark.parametrize("link", ["module", "_orig_mod"])
def test_weights_of_a_model_with_a_wrapped_part(link, run, x):
    model, live, saved = run
    wrapped = copy.deepcopy(model)
    wrapped.rnn = (
        nn.DataParallel(wrapped.rnn)
        if link == "module"
        else torch.compile(wrapped.rnn, backend="eager")
    )
    renamed = [
        {name.replace("rnn.", f"rnn.{link}."): value for name, value in state.items()}
        for state in saved
    ]
    assert renamed[0].keys() == wrapped.state_dict().keys()
    for network in (model, wrapped):
        for states in (saved, renamed):
            trace = from_checkpoints(network, states, x)
            np.testing.assert_array_equal(trace.values, live.values)


def test_parts_called_module_beside_one_of_the_same_name(x):
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.part = nn.Module()
            self.part.module, self.part.weight = nn.Linear(3, 2, False), nn.Parameter(torch.ones(2))

        def forward(self, x):
            return self.part.module(x) * self.part.weight

    state = {
        "part.module.weight": torch.ones(2, 3),
        "part.weight": torch.tensor([1.0, -1.0]),
    }
    total = x.sum(dim=2).T.numpy()
    for prefix in ("", "module."):
        named = {prefix + name: value for name, value in state.items()}
        trace = mm.Trace.from_checkpoints(Odd(), [named], probe=x, layers="")
        np.testing.assert_allclose(trace.values[0], np.stack([total, -total], axis=1), rtol=1e-5)


@pytest.mark.parametrize("fill", [1.0, float("nan")])
def test_an_expanded_buffer(x, fill):
    class Masked(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 4)
            mask = torch.full((1, 4), fill).expand(6, 4)
            self.register_buffer("mask", mask, persistent=False)

        def forward(self, x):
            self.mask[:1] += 1
            return self.linear(x) + self.mask.nan_to_num()

    model = Masked()
    weights = copy.deepcopy(model.state_dict())
    trace = mm.Trace.from_checkpoints(model, [weights, weights], probe=x, layers="linear")
    with torch.no_grad():
        expected = model.linear(x).numpy().transpose(1, 2, 0)
    np.testing.assert_allclose(trace.values[1], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(model.mask.numpy(), np.full((6, 4), fill))
    assert model.mask.stride() == (0, 1)


def test_lazy_modules_are_asked_to_run_first(x):
    model = nn.Sequential(nn.LazyLinear(2))
    with pytest.raises(ValueError, match=r"`model` must have weights of known sizes; .*lazy"):
        mm.Trace.from_checkpoints(model, [{}], probe=x, layers="0")
    model(x)
    state = model.state_dict()
    assert mm.Trace.from_checkpoints(model, [state], probe=x, layers="0").n_units == 2


def test_modules_called_module_keep_their_names(x):
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.module, self.weight = nn.Linear(3, 2, bias=False), nn.Parameter(torch.ones(2))

        def forward(self, x):
            return self.module(x) * self.weight

    model = Odd()
    state = {"module.weight": torch.ones(2, 3), "weight": torch.tensor([1.0, -1.0])}
    trace = mm.Trace.from_checkpoints(model, [state], probe=x, layers="")
    total = x.sum(dim=2).T.numpy()
    np.testing.assert_allclose(trace.values[0], np.stack([total, -total], axis=1), rtol=1e-5)


def test_recorder_options_are_passed_on(run, x):
    model, live, saved = run
    lengths, labels = [6, 5, 4, 3, 2], [0, 1, 0, 1, 0]
    trace = from_checkpoints(
        model,
        saved,
        x,
        layers="rnn.l1",
        lengths=lengths,
        sample_labels=labels,
        dtype="float64",
        cell_state=False,
        steps=[0, 1],
        units=[2],
    )
    assert trace.units == ("rnn.l1[2]",)
    assert trace.lengths.tolist() == [2] * 5
    assert trace.sample_labels.tolist() == labels
    at = live.units.index("rnn.l1[2]")
    np.testing.assert_array_equal(trace.values[:, :, 0], live.values[:, :2, at])


def damaged(saved, folder, how):
    paths = save(saved, folder)
    if how == "missing":
        paths[1].unlink()
    elif how == "torn":
        paths[1].write_bytes(paths[1].read_bytes()[:100])
    elif how == "text":
        paths[1].write_text("no weights")
    elif how == "pickle":
        torch.save({"rnn": Path("x")}, paths[1])
    elif how == "list":
        torch.save([1, 2], paths[1])
    elif how == "incomplete":
        torch.save({k: v for k, v in saved[1].items() if k != "rnn.weight_hh_l1"}, paths[1])
    elif how == "larger":
        torch.save(saved[1] | {"rnn.weight_hh_l1": torch.zeros(99, 4)}, paths[1])
    elif how == "nan":
        torch.save(saved[1] | {"rnn.bias_hh_l0": torch.full((16,), torch.nan)}, paths[1])
    return paths


NAMED = r"checkpoint 1 \('.*1\.pt'\)"

DAMAGES = {
    "missing": (FileNotFoundError, f"There is no file for {NAMED}"),
    "torn": (ValueError, f"The file of {NAMED} cannot be read as weights"),
    "text": (ValueError, f"The file of {NAMED} cannot be read as weights"),
    "pickle": (ValueError, f"The file of {NAMED} cannot be read as weights. If you trust it"),
    "list": (TypeError, f"A checkpoint must be a state dict, .*; {NAMED} holds list"),
    "incomplete": (ValueError, rf"{NAMED} do not fit the model: (.|\n)*rnn\.weight_hh_l1"),
    "larger": (ValueError, rf"{NAMED} do not fit the model: (.|\n)*size mismatch for rnn\.weight"),
    "nan": (ValueError, r"activations of rnn.l0\[0\] at epoch 1, step 0` must be finite"),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_errors_name_the_checkpoint_and_leave_the_model(how, run, x, tmp_path):
    model, _, saved = run
    before = everything(model)
    error, match = DAMAGES[how]
    with pytest.raises(error, match=match) as caught:
        from_checkpoints(model, damaged(saved, tmp_path, how), x)
    if how == "nan":
        assert f"checkpoint 1 ('{tmp_path}/1.pt')" in caught.value.__notes__[0]
    assert_untouched(model, before)


def test_missing_files_are_found_before_anything_runs(run, x, tmp_path):
    model, _, saved = run
    paths = [*save(saved, tmp_path), tmp_path / "3.pt"]
    passes = model.passes.clone()
    with pytest.raises(FileNotFoundError, match="checkpoint 3"):
        from_checkpoints(model, paths, x)
    assert torch.equal(model.passes, passes)


@pytest.mark.parametrize(
    ("checkpoints", "options", "error", "match"),
    [
        ("1.pt", {}, TypeError, "`checkpoints` must be a sequence of paths .*; got str"),
        ({"a": 1}, {}, TypeError, "`checkpoints` must be a sequence of paths .*; got dict"),
        (3, {}, TypeError, "`checkpoints` must be a sequence of paths .*; got int"),
        ([], {}, ValueError, "`checkpoints` must hold at least one"),
        ([{}, 3], {}, TypeError, "must hold paths or state dicts; got int for checkpoint 1"),
        ([{}, {}], {"epochs": [1]}, ValueError, "`epochs` must have one number .* 2 .* got 1"),
        ([{}, {}], {"epochs": 5}, TypeError, "`epochs` must be a sequence .* 2 .*; got 5"),
        ([{}], {"metrics": {"a": 0.5}}, TypeError, r"`metrics\['a'\]` must be a seq.*; got 0.5"),
        ([{}], {"metrics": {"epoch": [1]}}, ValueError, "`metrics` must have other keys than 'ep"),
        ([{}, {}], {"epochs": [2, 1]}, ValueError, r"`epochs` must ascend, .* got \[2, 1\]"),
        ([{}, {}], {"epochs": [0, 0.5]}, TypeError, "`epochs` must be an integer at least 0"),
        ([{}], {"metrics": {"loss": [1, 2]}}, ValueError, r"`metrics\['loss'\]` must have one"),
        ([{}], {"layers": "gru"}, ValueError, "`layers` must name modules .* got 'gru'"),
    ],
)
def test_bad_arguments(checkpoints, options, error, match, x):
    with pytest.raises(error, match=match):
        from_checkpoints(Net(), checkpoints, x, **options)


@pytest.mark.parametrize(
    ("metrics", "match"),
    [
        ([1, 2], r"`metrics` must be a mapping \{name: curve\}; got \[1, 2\]"),
        ({3: [1, 2]}, "`metrics` must have strings as keys; got 3"),
    ],
)
def test_metrics_are_curves_by_name(metrics, match):
    # Past the checker of annotations, which users do not run.
    with pytest.raises(TypeError, match=match):
        unwrap(_curves)(metrics, size=2)


def test_a_metric_may_be_called_self(run, x):
    model, _, saved = run
    assert from_checkpoints(model, saved, x, metrics={"self": [1, 2, 3]}).metrics["self"][2] == 3
