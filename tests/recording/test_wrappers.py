"""Compiled and data-parallel models, AMP, CUDA, several recorders: the same states as plain."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from mmphate_widget.recording import Recorder

TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}

# bfloat16 has 8 bits: a relative error of 2**-9 a rounding, over a few steps.
BFLOAT16 = {"atol": 0.03}


class Net(nn.Module):
    """A custom cell that a compiler can take whole, and a stack that it leaves to torch."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.ModuleDict({"mix": nn.Linear(3 + 4, 4)})
        self.rnn = nn.GRU(4, 4, 2, batch_first=True)

    def forward(self, x):
        h = x.new_zeros(len(x), 4)
        states = []
        for step in range(x.shape[1]):
            h = torch.tanh(self.encoder["mix"](torch.cat([x[:, step], h], dim=1)))
            states.append(h)
        return self.rnn(torch.stack(states, dim=1))[0]


LAYERS = ["encoder.mix", "rnn"]


@pytest.fixture(autouse=True)
def full_precision(monkeypatch):
    """Data-parallel models run on a CUDA device where there is one, by default in TF32."""
    if torch.cuda.is_available():
        monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


@pytest.fixture
def x():
    return torch.randn(5, 6, 3, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Net()


def record(model, probe, layers=LAYERS, **options):
    recorder = Recorder(model, probe=probe, layers=layers, **options)
    recorder.snapshot()
    return recorder.trace


def assert_same(trace, other):
    assert (trace.units, trace.layers) == (other.units, other.layers)
    np.testing.assert_allclose(trace.values, other.values, **TOLERANCE)


def compiled(model):
    # Warm, as after an epoch of training: hooks come after the code is compiled.
    wrapped = torch.compile(model, backend="eager")
    wrapped(torch.zeros(2, 6, 3))
    return wrapped


def compiled_inside(model):
    model.rnn = torch.compile(model.rnn, backend="eager")
    model.encoder["mix"] = torch.compile(model.encoder["mix"], backend="eager")
    # With gradients torch's compiler warns of its own access to them.
    with torch.no_grad():
        model(torch.zeros(2, 6, 3))
    return model


def compiled_in_place(model):
    model.compile(backend="eager")
    model(torch.zeros(2, 6, 3))
    return model


WRAPPERS = {
    "compile": (compiled, "_orig_mod.rnn"),
    "compile inside": (compiled_inside, "rnn._orig_mod"),
    "compile in place": (compiled_in_place, "rnn"),
    "DataParallel": (nn.DataParallel, "module.rnn"),
    "both": (lambda model: nn.DataParallel(compiled(model)), "module._orig_mod.rnn"),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrapped_models_are_recorded_as_plain_ones(name, model, x):
    wrap, wrapped_name = WRAPPERS[name]
    plain = record(copy.deepcopy(model), x)
    wrapped = wrap(model)
    flags = [module.training for module in wrapped.modules()]
    assert_same(record(wrapped, x), plain)
    assert_same(record(wrapped, x, ["encoder.mix", wrapped_name]), plain)
    assert [module.training for module in wrapped.modules()] == flags


def test_the_probe_does_not_go_through_the_wrapper(model, x):
    # On several devices its hooks would run once a device, in any order.
    class Spread(nn.DataParallel):
        def forward(self, *_):
            raise ZeroDivisionError

    assert_same(record(Spread(model), x), record(model, x))


def test_a_layer_of_a_stack_inside_a_wrapper(model, x):
    trace = record(nn.DataParallel(model), x, "module.rnn.l0")
    assert trace.units[0] == "rnn.l0[0]"
    assert_same(trace, record(model, x, "rnn.l0"))


def test_wrapped_model_may_be_the_layer(x):
    rnn = nn.GRU(3, 2, batch_first=True)
    assert_same(record(nn.DataParallel(rnn), x, ""), record(rnn, x, ""))


def test_recording_compiles_nothing(model, x):
    shapes = []

    def backend(graph, _inputs):
        shapes.append(len(shapes))
        return graph.forward

    wrapped = torch.compile(model, backend=backend)
    wrapped(torch.zeros(2, 6, 3))
    before = len(shapes)
    assert before > 0
    record(wrapped, x)
    assert len(shapes) == before


def test_several_recorders_at_once(model, x):
    alone = record(model, x), record(model, 2 * x, "rnn.l1")
    probes = {"first": (x, LAYERS), "second": (2 * x, "rnn.l1")}
    recorders = [Recorder(model, probe=p, layers=names) for p, names in probes.values()]
    with recorders[0] as first, recorders[1] as second:
        for _ in range(2):
            first.snapshot()
            second.snapshot()
    assert_same(first.trace[0], alone[0])
    assert_same(second.trace[1], alone[1])


@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTM])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_autocast_is_recorded_in_float32(kind, dtype, model, x):
    model.rnn = kind(4, 4, 3, bidirectional=True, batch_first=True)
    options = {"layers": LAYERS, "cell_state": kind is nn.LSTM}
    plain = record(model, x, **options)
    with torch.autocast("cpu", dtype=dtype):
        trace = record(model, x, **options)
    assert trace.values.dtype == np.float32
    assert trace.units == plain.units
    assert not np.array_equal(trace.values, plain.values)
    np.testing.assert_allclose(trace.values, plain.values, **BFLOAT16)


def test_half_precision_model(model, x):
    trace = record(copy.deepcopy(model).bfloat16(), x.bfloat16())
    assert trace.values.dtype == np.float32
    np.testing.assert_allclose(trace.values, record(model, x).values, **BFLOAT16)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("wrap", [lambda model: model, nn.DataParallel])
@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTM])
def test_cuda_gives_the_states_of_the_cpu(wrap, kind, model, x):
    model.rnn = kind(4, 4, 3, bidirectional=True, batch_first=True)
    packed = nn.utils.rnn.pack_padded_sequence(
        torch.cat([x, x[..., :1]], dim=2), [3, 6, 1, 5, 6], batch_first=True, enforce_sorted=False
    )
    options = {"cell_state": kind is nn.LSTM}
    plain, of_packed = record(model, x, **options), record(model.rnn, packed, "", **options)
    model.cuda()
    # TF32 products keep 10 bits.
    for trace, expected in (
        (record(wrap(model), x, **options), plain),
        (record(model.rnn, packed, "", **options), of_packed),
    ):
        assert trace.units == expected.units
        np.testing.assert_allclose(trace.values, expected.values, atol=2e-3)
    assert next(model.parameters()).is_cuda
    with torch.autocast("cuda", dtype=torch.float16):
        trace = record(model, x, **options)
    np.testing.assert_allclose(trace.values, plain.values, **BFLOAT16)
