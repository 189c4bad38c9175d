"""Stacked, bidirectional, projected and packed layers, against loops over single ones."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from mmphate_widget.recording import Recorder

# torch says so of its own accord, once.
pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")

TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}

N_SAMPLES, N_STEPS, N_FEATURES, N_UNITS = 5, 7, 3, 4

LENGTHS = [3, 7, 1, 6, 7]


def record(model, probe, layers="rnn", **options):
    recorder = Recorder(model, probe=probe, layers=layers, **options)
    recorder.snapshot()
    return recorder.trace


def directions(module):
    return ("", "_reverse") if module.bidirectional else ("",)


def loop(module, x, start=None, steps_of=None):
    """{"l0": h, "l0_reverse": h, "l0.c": c, …} (sample, step, unit), one step of one direction
    of one sample at a time, from torch's own one-step module."""
    found = {}
    single_kind = type(module)
    for layer in range(module.num_layers):
        outputs = []
        for d, suffix in enumerate(directions(module)):
            single = single_kind(x.shape[2], module.hidden_size, batch_first=True, **extras(module))
            for name, weight in single.named_parameters():
                weight.data = getattr(
                    module,
                    name + suffix if layer == 0 else name.replace("_l0", f"_l{layer}") + suffix,
                ).data
            at = layer * len(directions(module)) + d
            h, c = one_direction(single, x, start, at, suffix != "", steps_of)
            found[f"l{layer}{suffix}"], found[f"l{layer}{suffix}.c"] = h, c
            outputs.append(h)
        x = torch.cat(outputs, dim=2)
    return {name: states.detach().numpy() for name, states in found.items()}


def extras(module):
    kept = {"bias": module.bias}
    if isinstance(module, nn.LSTM):
        kept["proj_size"] = module.proj_size
    elif isinstance(module, nn.RNN):
        kept["nonlinearity"] = module.nonlinearity
    return kept


def one_direction(single, x, start, at, is_reverse, steps_of):
    h_all = torch.zeros(*x.shape[:2], single.proj_size or single.hidden_size)
    c_all = torch.zeros(*x.shape[:2], single.hidden_size)
    for sample in range(len(x)):
        state = None
        if start is not None:
            parts = [p[at : at + 1, sample : sample + 1].contiguous() for p in as_tuple(start)]
            state = tuple(parts) if isinstance(start, tuple) else parts[0]
        n_steps = x.shape[1] if steps_of is None else steps_of[sample]
        for t in reversed(range(n_steps)) if is_reverse else range(n_steps):
            out, state = single(x[sample : sample + 1, t : t + 1], state)
            h_all[sample, t] = out[0, 0]
            c_all[sample, t] = as_tuple(state)[-1][0, 0] if isinstance(single, nn.LSTM) else 0
    return h_all, c_all


def as_tuple(state):
    return state if isinstance(state, tuple) else (state,)


class Net(nn.Module):
    """A stack, between dropouts, that may start anywhere."""

    def __init__(self, rnn, start=None):
        super().__init__()
        self.rnn, self.start, self.drop = rnn, start, nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(self.rnn(self.drop(x), hx=self.start)[0])


def part(trace, layer):
    chosen = [i for i, name in enumerate(trace.layers) if name == layer]
    assert chosen, trace.layers
    return trace.values[0, :, chosen].transpose(2, 1, 0)


STACKS = [
    (nn.RNN, {"nonlinearity": "relu"}),
    (nn.RNN, {"bias": False}),
    (nn.GRU, {}),
    (nn.LSTM, {}),
    (nn.LSTM, {"bias": False, "proj_size": 2}),
]


@pytest.mark.parametrize(("kind", "options"), STACKS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("starts", [False, True])
def test_every_layer_equals_single_layers(kind, options, bidirectional, batch_first, starts, x):
    rnn = kind(
        N_FEATURES,
        N_UNITS,
        3,
        dropout=0.4,
        bidirectional=bidirectional,
        batch_first=batch_first,
        **options,
    )
    start = None
    if starts:
        n = 3 * (1 + bidirectional)
        start = torch.randn(n, N_SAMPLES, options.get("proj_size", N_UNITS))
        start = (start, torch.randn(n, N_SAMPLES, N_UNITS)) if kind is nn.LSTM else start
    has_cell = kind is nn.LSTM
    probe = x if batch_first else x.transpose(0, 1)
    trace = record(Net(rnn, start), probe, cell_state=has_cell)
    expected = loop(rnn, x, start)
    for name, states in expected.items():
        if has_cell or not name.endswith(".c"):
            np.testing.assert_allclose(part(trace, f"rnn.{name}"), states, **TOLERANCE)
    names = {f"rnn.{name}" for name in expected if has_cell or not name.endswith(".c")}
    assert set(trace.layers) == names


def test_names_of_a_bidirectional_stack_with_cell_state(x):
    rnn = nn.LSTM(N_FEATURES, 2, 2, bidirectional=True, batch_first=True)
    trace = record(Net(rnn), x, cell_state=True)
    assert trace.units[:8] == (
        "rnn.l0[0]",
        "rnn.l0[1]",
        "rnn.l0[0, reverse]",
        "rnn.l0[1, reverse]",
        "rnn.l0.c[0]",
        "rnn.l0.c[1]",
        "rnn.l0.c[0, reverse]",
        "rnn.l0.c[1, reverse]",
    )
    names = ("rnn.l0", "rnn.l0_reverse", "rnn.l0.c", "rnn.l0_reverse.c")
    assert tuple(dict.fromkeys(trace.layers[:8])) == names
    assert trace.units[8] == "rnn.l1[0]"


def test_directions_that_a_module_of_ones_own_sums_are_not_taken_apart(x):
    class Summed(nn.Module):
        def __init__(self, n_units):
            super().__init__()
            self.bidirectional = True
            self.rnn = nn.GRU(N_FEATURES, n_units, bidirectional=True, batch_first=True)

        def forward(self, x):
            forward, reverse = self.rnn(x)[0].chunk(2, dim=2)
            return forward + reverse

    for n_units in (1, 5):
        model = Summed(n_units)
        trace = record(nn.Sequential(model), x, "0")
        assert trace.units == tuple(f"0[{unit}]" for unit in range(n_units))
        assert set(trace.layers) == {"0"}
        with torch.no_grad():
            expected = model(x).permute(1, 2, 0).numpy()
        np.testing.assert_allclose(trace.values[0], expected, **TOLERANCE)


def test_complex_states_are_refused_rather_than_halved(x):
    class Spectrum(nn.Module):
        def forward(self, x):
            return torch.fft.fft(x, dim=1)

    with pytest.raises(TypeError, match=r"`layers` .* real numbers; got '0', .*complex64"):
        record(nn.Sequential(Spectrum()), x, "0")


def test_one_layer_keeps_its_name_and_gets_its_cell_state(x):
    trace = record(Net(nn.LSTM(N_FEATURES, 2, batch_first=True)), x, cell_state=True)
    assert trace.units == ("rnn[0]", "rnn[1]", "rnn.c[0]", "rnn.c[1]")
    assert trace.layers == ("rnn", "rnn", "rnn.c", "rnn.c")


def test_last_cell_state_is_the_one_torch_returns(x):
    rnn = nn.LSTM(N_FEATURES, N_UNITS, 2, bidirectional=True, batch_first=True)
    trace = record(nn.Sequential(rnn), x, "0", cell_state=True)
    c_n = rnn(x)[1][1].detach().numpy()
    for at, (name, step) in enumerate(
        [("0.l0.c", -1), ("0.l0_reverse.c", 0), ("0.l1.c", -1), ("0.l1_reverse.c", 0)]
    ):
        np.testing.assert_allclose(part(trace, name)[:, step], c_n[at], **TOLERANCE)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("rnn.l1", ["rnn.l1", "rnn.l1_reverse", "rnn.l1.c", "rnn.l1_reverse.c"]),
        ("rnn.l0_reverse", ["rnn.l0_reverse", "rnn.l0_reverse.c"]),
        (["rnn.l1.c", "rnn.l0"], None),
    ],
)
def test_a_name_takes_everything_under_it(layers, expected, x):
    model = Net(nn.LSTM(N_FEATURES, 2, 2, bidirectional=True, batch_first=True))
    full = record(model, x, cell_state=True)
    some = record(model, x, layers, cell_state=True)
    expected = expected or ["rnn.l1.c", "rnn.l0", "rnn.l0_reverse", "rnn.l0.c", "rnn.l0_reverse.c"]
    assert list(dict.fromkeys(some.layers)) == expected
    for name in expected:
        np.testing.assert_array_equal(part(some, name), part(full, name))


def test_units_are_kept_by_layer_as_a_selection_gives_them(x):
    model = Net(nn.GRU(N_FEATURES, N_UNITS, 2, bidirectional=True, batch_first=True))
    full = record(model, x)
    some = record(model, x, units={"rnn.l0_reverse": [3, 1], "rnn.l1": [0]})
    assert some.units[4:7] == ("rnn.l0[3, reverse]", "rnn.l0[1, reverse]", "rnn.l1[0]")
    assert some.layer_positions.tolist() == [0, 1, 2, 3, 3, 1, 0, 0, 1, 2, 3]
    np.testing.assert_array_equal(
        part(some, "rnn.l0_reverse"), part(full, "rnn.l0_reverse")[..., [3, 1]]
    )
    with pytest.raises(ValueError, match=r"`units` must be a mapping .*rnn.l0, rnn.l0_reverse, "):
        record(model, x, units=[0])


def test_a_stack_may_be_the_model(x):
    trace = record(nn.GRU(N_FEATURES, 2, 2, batch_first=True), x, "")
    assert trace.layers == ("gru.l0", "gru.l0", "gru.l1", "gru.l1")


def test_a_subclass_with_its_own_forward_is_recorded_as_what_it_returns(x):
    class Doubled(nn.GRU):
        def forward(self, x):
            return 2 * super().forward(x)[0]

    rnn = Doubled(N_FEATURES, 2, 2, batch_first=True)
    trace = record(nn.Sequential(rnn), x, "0")
    assert trace.units == ("0[0]", "0[1]")
    np.testing.assert_allclose(part(trace, "0"), rnn(x).detach().numpy(), **TOLERANCE)


def test_pruned_and_normalized_weights_are_those_in_use(x):
    rnn = nn.LSTM(N_FEATURES, N_UNITS, 2, batch_first=True)
    prune.random_unstructured(rnn, "weight_hh_l0", 0.5)
    nn.utils.parametrizations.weight_norm(rnn, "weight_ih_l1")
    plain = nn.LSTM(N_FEATURES, N_UNITS, 2, batch_first=True)
    with torch.no_grad():
        for name, weight in plain.named_parameters():
            weight.copy_(getattr(rnn, name))
    expected = loop(plain, x)
    trace = record(nn.Sequential(rnn), x, "0", cell_state=True)
    for name, states in expected.items():
        np.testing.assert_allclose(part(trace, f"0.{name}"), states, **TOLERANCE)


# -- packed sequences ------------------------------------------------------------------------


class Packing(nn.Module):
    def __init__(self, rnn, lengths=LENGTHS, total=None, is_sorted=False):
        super().__init__()
        self.rnn, self.lengths, self.head = rnn, lengths, nn.Linear(2, 1)
        self.total, self.is_sorted = total, is_sorted

    def forward(self, x):
        packed = pack_padded_sequence(
            x, self.lengths, batch_first=True, enforce_sorted=self.is_sorted
        )
        states, _ = pad_packed_sequence(
            self.rnn(packed)[0], batch_first=True, total_length=self.total
        )
        return self.head(states[..., :2])


@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTM])
@pytest.mark.parametrize("batch_first", [False, True])
def test_packed_sequences_keep_order_and_lengths(kind, batch_first, x):
    rnn = kind(N_FEATURES, N_UNITS, 2, bidirectional=True, batch_first=batch_first)
    trace = record(Packing(rnn), x, cell_state=kind is nn.LSTM)
    assert trace.lengths.tolist() == LENGTHS
    for name, states in loop(rnn, x, steps_of=LENGTHS).items():
        if kind is nn.LSTM or not name.endswith(".c"):
            np.testing.assert_allclose(part(trace, f"rnn.{name}"), states, **TOLERANCE)


def test_packed_with_a_start(x):
    rnn = nn.LSTM(N_FEATURES, N_UNITS, 2, bidirectional=True)
    start = torch.randn(4, N_SAMPLES, N_UNITS), torch.randn(4, N_SAMPLES, N_UNITS)
    packed = pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
    trace = record(rnn, (packed, start), "", cell_state=True)
    for name, states in loop(rnn, x, start, steps_of=LENGTHS).items():
        np.testing.assert_allclose(part(trace, f"lstm.{name}"), states, **TOLERANCE)


def test_packed_layer_beside_one_over_all_steps(x):
    rnn = nn.GRU(N_FEATURES, 2)
    lengths = [5, 4, 4, 2, 2]
    model = Packing(rnn, lengths, total=N_STEPS, is_sorted=True)
    trace = record(model, x, ["rnn", "head"])
    assert trace.shape == (1, N_STEPS, 3, N_SAMPLES)
    assert trace.lengths.tolist() == lengths
    expected = loop(rnn, x, steps_of=lengths)["l0"]
    np.testing.assert_allclose(part(trace, "rnn"), expected, **TOLERANCE)


def test_packed_batches_reach_to_the_longest(x):
    batches = [
        pack_padded_sequence(x[rows, :n], ends, batch_first=True, enforce_sorted=False)
        for rows, n, ends in ([slice(0, 2), 4, [2, 4]], [slice(2, 5), 7, [7, 1, 3]])
    ]
    loader = torch.utils.data.DataLoader(batches, batch_size=None)
    rnn = nn.GRU(N_FEATURES, 2)
    trace = record(rnn, loader, "")
    assert trace.lengths.tolist() == [2, 4, 7, 1, 3]
    expected = loop(rnn, x, steps_of=[2, 4, 7, 1, 3])["l0"]
    np.testing.assert_allclose(part(trace, "gru"), expected, **TOLERANCE)


def test_any_module_that_returns_a_packed_sequence(x):
    class Doubled(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.GRU(N_FEATURES, 2)

        def forward(self, packed):
            states, last = self.rnn(packed)
            return states._replace(data=2 * states.data), last

    model = Packing(Doubled())
    trace = record(model, x, ["rnn", "rnn.rnn"])
    assert trace.lengths.tolist() == LENGTHS
    expected = loop(model.rnn.rnn, x, steps_of=LENGTHS)["l0"]
    np.testing.assert_allclose(part(trace, "rnn"), 2 * expected, **TOLERANCE)
    np.testing.assert_allclose(part(trace, "rnn.rnn"), expected, **TOLERANCE)


def test_packed_to_full_length_is_a_plain_recording(x):
    model = Packing(nn.GRU(N_FEATURES, 2, batch_first=True), [N_STEPS] * N_SAMPLES)
    trace = record(model, x)
    assert trace.lengths is None
    np.testing.assert_allclose(
        trace.values, record(nn.Sequential(model.rnn), x, "0").values, **TOLERANCE
    )


# -- lengths ---------------------------------------------------------------------------------


def test_lengths_go_to_the_trace_and_padding_may_be_anything(x):
    x[0, 3:] = float("nan")
    rnn = nn.GRU(N_FEATURES, 2, batch_first=True)
    trace = record(nn.Sequential(rnn), x, "0", lengths=torch.tensor(LENGTHS))
    assert trace.lengths.tolist() == LENGTHS
    expected = loop(rnn, x, steps_of=LENGTHS)["l0"]
    np.testing.assert_allclose(part(trace, "0"), expected, **TOLERANCE)


def test_lengths_count_the_steps_kept(x):
    rnn = nn.Sequential(nn.GRU(N_FEATURES, 2, batch_first=True))
    trace = record(rnn, x, "0", lengths=[4, 7, 1, 6, 7], steps=slice(0, None, 3))
    assert trace.steps.tolist() == [0, 3, 6]
    assert trace.lengths.tolist() == [2, 3, 1, 2, 3]


def test_batches_of_different_length_with_lengths(x):
    loader = torch.utils.data.DataLoader([x[1], x[0, :3]], batch_size=1)
    rnn = nn.GRU(N_FEATURES, 2, batch_first=True)
    trace = record(nn.Sequential(rnn), loader, "0", lengths=[7, 3])
    expected = loop(rnn, x[[1, 0]], steps_of=[7, 3])["l0"]
    np.testing.assert_allclose(part(trace, "0"), expected, **TOLERANCE)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"lengths": [1.5] * 5}, TypeError, "`lengths` must hold integers; got dtype float64"),
        ({"lengths": [0] * 5}, ValueError, "`lengths` must have one number of steps, at least 1"),
        ({"lengths": [7] * 4}, ValueError, r"one entry between 1 and 7 for each of the 5 .* got 4"),
        ({"lengths": [8] * 5}, ValueError, r"one entry between 1 and 7 .* between 8 and 8"),
        (
            {"lengths": LENGTHS, "steps": [4, 5]},
            ValueError,
            "`steps` must keep a step of every sample; sample 0 has ended before",
        ),
        ({"lengths": LENGTHS, "steps": [5, 0]}, ValueError, "`steps` must ascend"),
    ],
)
def test_bad_lengths(options, error, match, x):
    with pytest.raises(error, match=match):
        record(nn.Sequential(nn.GRU(N_FEATURES, 2, batch_first=True)), x, "0", **options)


def test_lengths_that_contradict_the_packing(x):
    model = Packing(nn.GRU(N_FEATURES, 2))
    assert record(model, x, lengths=LENGTHS).lengths.tolist() == LENGTHS
    with pytest.raises(ValueError, match=r"got 2 for sample 2, which was packed with 1\. Leave"):
        record(model, x, lengths=[3, 7, 2, 6, 7])


def test_packing_that_changes_between_snapshots(x):
    model = Packing(nn.GRU(N_FEATURES, 2))
    recorder = Recorder(model, probe=x, layers="rnn")
    recorder.snapshot()
    model.lengths = [7, 7, 7, 7, 3]
    with pytest.raises(ValueError, match="must have the lengths of the first"):
        recorder.snapshot()


def test_layers_packed_with_different_lengths(x):
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.GRU(N_FEATURES, 2), nn.GRU(N_FEATURES, 2)

        def forward(self, x):
            for rnn, lengths in ((self.a, [7, 6, 5, 4, 3]), (self.b, [7, 6, 5, 4, 2])):
                rnn(pack_padded_sequence(x, lengths, batch_first=True))

    with pytest.raises(ValueError, match="'b' and 'a' were packed with different ones"):
        record(Two(), x, ["a", "b"])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"layers": ["rnn", "rnn.l0"]}, "`layers` must name each module once"),
        ({"layers": "rnn.l2"}, r"`layers` must name modules .*'rnn.l0', 'rnn.l1'; got 'rnn.l2'"),
        ({"layers": "rnn.c"}, "got 'rnn.c'"),
        ({"cell_state": True}, "`cell_state` must be False unless an nn.LSTM or nn.LSTMCell"),
    ],
)
def test_bad_names(options, match, x):
    model = Net(nn.GRU(N_FEATURES, 2, 2, batch_first=True))
    with pytest.raises(ValueError, match=match):
        Recorder(model, **({"probe": x, "layers": "rnn"} | options))
