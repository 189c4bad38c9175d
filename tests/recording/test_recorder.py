"""What a Recorder keeps equals layers written out with numpy; bad use says what is wrong."""

import builtins
import sys
from inspect import unwrap

import numpy as np
import pytest
import torch
from recording.oracles import run
from torch import nn

from mmphate_widget.recording import Recorder
from mmphate_widget.recording import recorder as recorder_module
from mmphate_widget.recording.layers import listed_names

# float32 against float64 over a few saturating steps.
TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}

N_SAMPLES, N_STEPS, N_FEATURES, N_UNITS = 5, 7, 3, 4


class Net(nn.Module):
    """Two recurrent layers, dropout between, a linear read-out of every step."""

    def __init__(self, kind=nn.GRU, batch_first=True):
        super().__init__()
        self.rnn = kind(N_FEATURES, N_UNITS, batch_first=batch_first)
        self.drop = nn.Dropout(0.5)
        self.encoder = nn.ModuleDict({"deep": kind(N_UNITS, 6, batch_first=batch_first)})
        self.head = nn.Linear(6, 2)

    def forward(self, x, scale=1.0):
        states, _ = self.rnn(scale * x)
        deep, _ = self.encoder["deep"](self.drop(states))
        return self.head(deep)


def record(model, probe, layers="rnn", **options):
    recorder = Recorder(model, probe=probe, layers=layers, **options)
    recorder.snapshot()
    return recorder.trace


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("batch_first", [True, False])
def test_equals_numpy(kind, batch_first, x):
    model = Net(kind, batch_first)
    trace = record(model, x if batch_first else x.transpose(0, 1), ["rnn", "encoder.deep"])
    first = run(model.rnn, x.numpy().astype(np.float64))
    second = run(model.encoder["deep"], first)
    expected = np.concatenate([first, second], axis=2).transpose(1, 2, 0)
    assert trace.shape == (1, N_STEPS, 10, N_SAMPLES)
    assert trace.values.dtype == np.float32
    np.testing.assert_allclose(trace.values[0], expected, **TOLERANCE)
    assert trace.units[3:5] == ("rnn[3]", "encoder.deep[0]")
    assert trace.layers == ("rnn",) * 4 + ("encoder.deep",) * 6


def test_each_epoch_has_the_states_of_its_time(x):
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    expected = []
    with Recorder(model, probe=x, layers=["rnn"]) as recorder:
        for _ in range(3):
            expected.append(run(model.rnn, x.numpy().astype(np.float64)).transpose(1, 2, 0))
            recorder.snapshot()
            optimizer.zero_grad()
            model(x).square().sum().backward()
            optimizer.step()
    assert np.abs(np.diff(expected, axis=0)).max() > 0.01
    np.testing.assert_allclose(recorder.trace.values, expected, **TOLERANCE)


def test_a_layer_that_was_replaced_is_recorded_from_then_on(x):
    model = Net(nn.LSTM)
    recorder = Recorder(model, probe=x, layers="rnn")
    recorder.snapshot()
    model.rnn = nn.LSTM(N_FEATURES, N_UNITS, batch_first=True)
    recorder.snapshot()
    expected = run(model.rnn, x.numpy().astype(np.float64)).transpose(1, 2, 0)
    np.testing.assert_allclose(recorder.trace.values[1], expected, **TOLERANCE)
    model.rnn = nn.LSTM(N_FEATURES, 6, batch_first=True)
    model.encoder["deep"] = nn.LSTM(6, 6, batch_first=True)
    with pytest.raises(ValueError, match=r"of the first, \(7, 4, 5\); got \(7, 6, 5\)"):
        recorder.snapshot()
    assert recorder.trace.n_epochs == 2


def test_any_module_that_returns_a_tensor(x):
    model = Net()
    trace = record(model, x, ["head", "rnn"])
    model.eval()
    np.testing.assert_allclose(
        trace.values[0, :, :2], model(x).detach().numpy().transpose(1, 2, 0), **TOLERANCE
    )
    assert trace.layers[:3] == ("head", "head", "rnn")


def test_model_may_be_the_layer(x):
    trace = record(nn.RNN(N_FEATURES, 2, batch_first=True), x, "")
    assert trace.units == ("rnn[0]", "rnn[1]")


def test_both_directions_are_named(x):
    layer = nn.GRU(N_FEATURES, 2, batch_first=True, bidirectional=True)
    trace = record(nn.Sequential(layer), x, "0")
    assert trace.units == ("0[0]", "0[1]", "0[0, reverse]", "0[1, reverse]")
    assert trace.layers == ("0", "0", "0_reverse", "0_reverse")
    assert trace.layer_positions.tolist() == [0, 1, 0, 1]
    np.testing.assert_allclose(
        trace.values[0], layer(x)[0].detach().numpy().transpose(1, 2, 0), **TOLERANCE
    )


def test_time_major_module_that_does_not_say_so(x):
    model = nn.Sequential(nn.Linear(N_FEATURES, 2))
    trace = record(model, x.transpose(0, 1), "0", batch_first=False)
    assert trace.shape == (1, N_STEPS, 2, N_SAMPLES)
    np.testing.assert_array_equal(trace.values, record(model, x, "0").values)


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("stacked", [True, False])
def test_transformers_say_their_order_in_their_attention(batch_first, stacked):
    layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=batch_first)
    model = nn.Sequential(
        nn.TransformerEncoder(layer, 2, enable_nested_tensor=False) if stacked else layer
    )
    x = torch.randn(*((5, 7) if batch_first else (7, 5)), 4)
    trace = record(model, x, "0", sample_labels=range(5))
    assert trace.shape == (1, 7, 4, 5)
    out = model.eval()(x).detach().numpy()
    expected = out.transpose(1, 2, 0) if batch_first else out.transpose(0, 2, 1)
    np.testing.assert_allclose(trace.values[0], expected, **TOLERANCE)


@pytest.mark.parametrize("is_enabled", [True, False])
def test_transformer_with_a_padding_mask(is_enabled):
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    model = nn.TransformerEncoder(layer, 2)
    probe = {"src": torch.randn(3, 5, 8), "src_key_padding_mask": torch.zeros(3, 5).bool()}
    probe["src_key_padding_mask"][1, 3:] = True
    expected = []
    for name in ("layers.0", "layers.1.linear1"):
        model.get_submodule(name).register_forward_hook(lambda *call: expected.append(call[2]))
    model.train()(**probe)
    torch.backends.mha.set_fastpath_enabled(is_enabled)
    try:
        trace = record(model, probe, ["layers.0", "layers.1.linear1"], lengths=[5, 3, 5])
        assert torch.backends.mha.get_fastpath_enabled() is is_enabled
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    states = torch.cat(expected[:2], dim=2).detach().numpy().transpose(1, 2, 0)
    states[3:, :, 1] = 0
    np.testing.assert_allclose(trace.values[0], states, **TOLERANCE)


def test_swapped_axes_show_in_the_number_of_labels(x):
    class Wrapper(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.GRU(N_FEATURES, N_UNITS)

        def forward(self, x):
            return self.inner(x)[0]

    model, labels = nn.Sequential(Wrapper()), range(N_SAMPLES)
    with pytest.raises(
        ValueError, match=r"each of the 7 probe samples; got 5\. .*batch_first=False"
    ):
        record(model, x.transpose(0, 1), "0", sample_labels=labels)
    trace = record(model, x.transpose(0, 1), "0", sample_labels=labels, batch_first=False)
    assert trace.shape == (1, N_STEPS, N_UNITS, N_SAMPLES)


def test_steps_and_units_kept_carry_their_numbers(x):
    model = Net()
    layers = ["rnn", "encoder.deep"]
    full = record(model, x, layers)
    part = record(model, x, layers, steps=slice(1, None, 2), units={"encoder.deep": [5, -6]})
    assert part.steps.tolist() == [1, 3, 5]
    assert part.units == (*full.units[:4], "encoder.deep[5]", "encoder.deep[0]")
    assert part.layer_positions.tolist() == [0, 1, 2, 3, 5, 0]
    np.testing.assert_array_equal(part.values, full[:, [1, 3, 5], [0, 1, 2, 3, 9, 4]].values)
    one = record(model, x, "rnn", steps=[-1], units=np.arange(4) % 2 == 0)
    assert one.units == ("rnn[0]", "rnn[2]")
    assert one.steps.tolist() == [6]


def test_layer_that_writes_into_its_output_later_does_not_change_the_record(x):
    class InPlace(Net):
        def forward(self, x):
            states, _ = self.rnn(x)
            return states.zero_()

    model = InPlace()
    expected = run(model.rnn, x.numpy().astype(np.float64))
    trace = record(model, x)
    np.testing.assert_allclose(trace.values[0], expected.transpose(1, 2, 0), **TOLERANCE)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype(x, dtype):
    model = Net().double()
    trace = record(model, x.double(), dtype=dtype)
    expected = run(model.rnn, x.numpy().astype(np.float64)).transpose(1, 2, 0)
    assert trace.values.dtype == dtype
    np.testing.assert_allclose(trace.values[0], expected, atol=2 * np.finfo(dtype).eps)


def test_labels_epochs_and_metrics(x):
    recorder = Recorder(Net(), probe=x, layers="rnn", sample_labels=torch.arange(N_SAMPLES) % 2)
    recorder.snapshot(loss=torch.tensor(0.5, requires_grad=True), note=np.float32(2))
    recorder.snapshot(epoch=5, loss=1)
    recorder.snapshot(accuracy=float("nan"), loss=float("inf"))
    trace = recorder.trace
    assert trace.epochs.tolist() == [0, 5, 6]
    assert trace.sample_labels.tolist() == [0, 1, 0, 1, 0]
    np.testing.assert_array_equal(trace.metrics["loss"], [0.5, 1, np.inf])
    np.testing.assert_array_equal(trace.metrics["note"], [2, np.nan, np.nan])
    np.testing.assert_array_equal(trace.metrics["accuracy"], [np.nan] * 3)


def test_trace_can_be_had_while_recording_goes_on(x):
    recorder = Recorder(Net(), probe=x, layers="rnn")
    recorder.snapshot()
    early = recorder.trace
    assert recorder.trace is early
    recorder.snapshot()
    assert early.n_epochs == 1
    assert recorder.trace.n_epochs == 2


# -- what goes wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"layers": ["gru"]}, ValueError, r"`layers` must name modules .*'rnn', .*'encoder.deep'"),
        ({"layers": []}, ValueError, r"`layers` must name at least one module"),
        ({"layers": ["rnn", "rnn"]}, ValueError, r"`layers` must name each module once"),
        ({"dtype": "int8"}, ValueError, r"`dtype` must be one of 'float16'.*; got 'int8'"),
        ({"n_epochs": 0}, ValueError, r"`n_epochs` must be an integer at least 1; got 0"),
        (
            {"probe": np.zeros(3)},
            TypeError,
            r"`probe` must be a tensor.* got ndarray\. .*as_tensor",
        ),
        (
            {"lengths": [[1], [2, 3]]},
            ValueError,
            "`lengths` must be an array or nested lists of eq",
        ),
        ({"sample_labels": torch.zeros(5)}, TypeError, r"`sample_labels` must hold .* float32"),
        ({"sample_labels": [None] * 5}, TypeError, r"`sample_labels` must hold .* object"),
        ({"sample_labels": torch.eye(5).int()}, ValueError, r"`sample_labels` must have one axis"),
        ({"sample_labels": np.int64(3)}, ValueError, r"`sample_labels` must .* one axis.* \(\)"),
    ],
)
def test_bad_options(x, options, error, match):
    with pytest.raises(error, match=match):
        Recorder(Net(), **({"probe": x, "layers": "rnn"} | options))


def test_bad_model(x):
    with pytest.raises(TypeError, match=r"`model` must be a torch.nn.Module; got list"):
        Recorder([], probe=x, layers="rnn")


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_scripted_models_are_refused(x):
    plain = nn.Sequential(nn.Linear(N_FEATURES, 2))
    for scripted in (torch.jit.script(plain), torch.jit.trace(plain, x)):
        for model in (scripted, nn.Sequential(scripted)):
            with pytest.raises(TypeError, match=r"`model` must be made of plain .* TorchScript"):
                Recorder(model, probe=x, layers="0")


@pytest.mark.parametrize("layers", [None, 3, [3], ["rnn", None], nn.Identity(), [nn.Identity()]])
def test_layers_are_names(layers):
    with pytest.raises(TypeError, match=r"`layers` must be a name of .*; got (NoneType|int|Ident)"):
        # Past the checker of annotations, which users do not run.
        unwrap(listed_names)(layers)
    assert listed_names("rnn") == listed_names(["rnn"]) == ("rnn",)


@pytest.mark.parametrize("flag", ["batch_first", "cell_state", "verbose"])
def test_flags_are_true_or_false(x, flag):
    model = object.__new__(Recorder)
    with pytest.raises(TypeError, match=f"`{flag}` must be True or False; got 'no'"):
        unwrap(Recorder.__init__)(model, Net(nn.LSTM), probe=x, layers="rnn", **{flag: "no"})


@pytest.mark.parametrize("probe", [(), [], {}, {"y": torch.zeros(5, 7, 3)}, (1, 2, 3)])
def test_a_probe_that_is_not_what_the_model_takes(probe):
    with pytest.raises(
        TypeError, match=r"`probe` must hold the arguments of .*\(x, scale=1.0\); g"
    ):
        record(Net(), probe)


def test_an_overflow_of_the_type_says_so(x):
    model = nn.Sequential(nn.Linear(N_FEATURES, 1))
    nn.init.constant_(model[0].bias, 1e6)
    with pytest.raises(ValueError, match=r"got inf .* float16 ends at 65504: .* a wider `dtype`"):
        record(model, x, "0", dtype="float16")
    assert record(model, x, "0").values.min() > 65504
    nn.init.constant_(model[0].bias, float("nan"))
    with pytest.raises(ValueError, match=r"got nan at [^:]*$"):
        record(model, x, "0", dtype="float16")


def test_an_error_of_the_model_stays_its_own(x):
    class Broken(Net):
        def forward(self, x):
            return super().forward(x, 1.0, 2.0)

    with pytest.raises(TypeError, match=r"^((?!`probe`).)*$"):
        record(Broken(), x)


def test_a_model_without_inputs_takes_an_empty_probe():
    class Alone(Net):
        def forward(self):
            return super().forward(torch.zeros(5, 7, 3))

    assert record(Alone(), ()).n_samples == 5


@pytest.mark.parametrize("layers", ["rnn", "same"])
def test_a_module_may_have_two_names(x, layers):
    model = Net()
    model.same = model.rnn
    trace = record(model, x, layers)
    assert trace.units[0] == f"{layers}[0]"
    np.testing.assert_array_equal(trace.values, record(model, x, "rnn").values)
    with pytest.raises(ValueError, match="`layers` must name each module once; got"):
        record(model, x, ["rnn", "same"])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (
            {"units": {"head": [0]}},
            r"`units` must have recorded layers as keys \(rnn\); got 'head'",
        ),
        ({"units": [4]}, r"`units` must be positions between 0 and 3, .*got \[4\]"),
        ({"steps": []}, r"`steps` must keep at least one position, each once; got \[\]"),
        ({"steps": [0, 0]}, r"`steps` must keep at least one position, each once"),
        ({"layers": ["rnn", "head"], "units": [0]}, r"`units` must be a mapping .*rnn, head"),
        ({"layers": "pool"}, r"`layers` must have the same number of samples and steps|axes"),
        ({"sample_labels": [1, 2]}, r"`sample_labels` must have one entry .* 5 probe .* got 2"),
        ({"layers": "unused"}, r"`layers` must name modules that run once .*'unused', which ran 0"),
        ({"layers": "twice"}, r"`layers` must name modules that run once .*'twice', which ran 2"),
        ({"layers": "last"}, r"axes \(sample, step, unit\), or .* got 'last' with shape \(5, 4\)"),
        (
            {"layers": ["rnn", "short"]},
            r"same number of samples and steps; got .*\(5, 7\).*\(5, 6\)",
        ),
    ],
)
def test_bad_snapshot(x, options, match):
    class Odd(Net):
        def __init__(self):
            super().__init__()
            self.unused, self.twice, self.last = nn.Identity(), nn.Identity(), nn.Identity()
            self.short, self.pool = nn.Identity(), nn.Identity()

        def forward(self, x):
            self.last(self.rnn(x)[0][:, -1])
            self.pool(x.mean(dim=(0, 1)))
            self.short(x[:, 1:])
            self.head(torch.zeros(5, 7, 6))
            return self.twice(self.twice(x))

    recorder = Recorder(Odd(), **({"probe": x, "layers": "rnn"} | options))
    with pytest.raises(ValueError, match=match):
        recorder.snapshot()


def test_unbatched_probe(x):
    with pytest.raises(ValueError, match=r"shape \(7, 4\)\. An unbatched probe .* x\[None\]"):
        record(Net(), x[0])


@pytest.mark.parametrize(
    "layer",
    [
        nn.RNN(N_FEATURES, N_UNITS),
        nn.TransformerEncoderLayer(N_FEATURES, 1, 8),
        nn.Linear(N_FEATURES, N_UNITS),
    ],
)
def test_unbatched_probe_of_time_major_layers(x, layer):
    model = nn.Sequential(layer)
    with pytest.raises(ValueError, match=r"sample axis, here the second: x\[:, None\]"):
        record(model, x[0], "0", batch_first=False)
    trace = record(model, x[0][:, None], "0", batch_first=False)
    assert (trace.n_steps, trace.n_samples) == (N_STEPS, 1)


def test_output_that_is_no_tensor(x):
    class Odd(nn.Module):
        def forward(self, x):
            return {"states": x}

    with pytest.raises(TypeError, match=r"return a tensor, .*got '0', which returned dict"):
        record(nn.Sequential(Odd()), x, "0")


def test_no_snapshot(x):
    recorder = Recorder(Net(), probe=x, layers="rnn")
    for ask in (lambda: recorder.trace, lambda: recorder.expected_bytes(3)):
        with pytest.raises(RuntimeError, match=r"No snapshot was taken. Call recorder.snapshot"):
            ask()


def test_a_snapshot_that_fails_loses_nothing(x):
    class Moody(Net):
        mood = None

        def forward(self, x):
            x = x[:, :3] if self.mood == "short" else x
            if self.mood == "raise":
                raise ZeroDivisionError
            return self.rnn(x * float("nan") if self.mood == "nan" else x)

    model = Moody()
    recorder = Recorder(model, probe=x, layers="rnn", steps=None)
    recorder.snapshot(epoch=2, loss=1)
    before = recorder.trace
    model.mood = "nan"
    match = r"activations of rnn\[0\] at epoch 3, step 0` must be finite; got nan at sample 0"
    with pytest.raises(ValueError, match=match):
        recorder.snapshot(loss=2)
    model.mood = "short"
    with pytest.raises(ValueError, match=r"of the first, \(7, 4, 5\); got \(3, 4, 5\)"):
        recorder.snapshot(loss=2)
    model.mood = "raise"
    with pytest.raises(ZeroDivisionError):
        recorder.snapshot(loss=2)
    model.mood = None
    with pytest.raises(ValueError, match="`epoch` must be larger than the last one recorded, 2"):
        recorder.snapshot(epoch=2)
    with pytest.raises(TypeError, match="`loss` must be a number or a tensor with one element"):
        recorder.snapshot(loss=torch.zeros(3))
    with pytest.raises(TypeError, match=r"`loss` must be a number .*; got '1.5'"):
        recorder.snapshot(loss="1.5")
    assert recorder.trace is before
    recorder.snapshot(loss=3)
    assert recorder.trace.epochs.tolist() == [2, 3]
    assert recorder.trace.metrics["loss"].tolist() == [1, 3]


# -- size ------------------------------------------------------------------------------------


def test_expected_bytes_is_the_size_of_the_trace(x):
    recorder = Recorder(Net(), probe=x, layers="rnn")
    for _ in range(3):
        recorder.snapshot()
    assert recorder.expected_bytes(3) == recorder.trace.nbytes == 3 * 7 * 4 * 5 * 4
    assert repr(recorder) == "<Recorder: 3 epochs of layers rnn, 0.0 MiB each>"


def test_first_snapshot_warns_of_the_planned_size(x, monkeypatch):
    monkeypatch.setattr(recorder_module, "free_memory", lambda: 4 * 560 * 99)
    recorder = Recorder(Net(), probe=x, layers="rnn", n_epochs=100)
    with pytest.warns(
        UserWarning, match=r"Recording 100 epochs takes 0.1 MiB, more than a quarter"
    ):
        recorder.snapshot()
    recorder.snapshot()  # warns once: a second warning would be an error here


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"n_epochs": 5_000}, "Recording 5,000 epochs takes 2.7 MiB.\n"),
        ({"dtype": "float64"}, "Recording an epoch takes 0.0 MiB.\n"),
        ({"verbose": False}, ""),
    ],
)
def test_first_snapshot_tells_the_expected_size_once(x, capsys, options, told):
    recorder = Recorder(Net(), probe=x, layers="rnn", **options)
    recorder.snapshot()
    recorder.snapshot()
    assert capsys.readouterr() == ("", told)


def test_without_a_plan_it_warns_when_the_recording_has_grown(x, monkeypatch):
    monkeypatch.setattr(recorder_module, "free_memory", lambda: 560 * 6)
    recorder = Recorder(Net(), probe=x, layers="rnn")
    recorder.snapshot()
    with pytest.warns(UserWarning, match="Recording 3 epochs takes"):
        recorder.snapshot() or recorder.snapshot()


def test_silent_where_memory_is_ample_or_unknown(x, monkeypatch):
    for free in (10**9, None):
        monkeypatch.setattr(recorder_module, "free_memory", lambda free=free: free)
        Recorder(Net(), probe=x, layers="rnn", n_epochs=100).snapshot()


# -- torch -----------------------------------------------------------------------------------


def test_missing_torch_names_the_extra(x, monkeypatch):
    real_import = builtins.__import__

    def without_torch(name, *args, **kwargs):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'")
        return real_import(name, *args, **kwargs)

    for name in ("_torch", "states", "probe", "untouched"):
        monkeypatch.delitem(sys.modules, f"mmphate_widget.recording.{name}", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_torch)
    with pytest.raises(ImportError, match=r'pip install "mmphate-widget\[torch\]"'):
        Recorder(Net(), probe=x, layers="rnn")
