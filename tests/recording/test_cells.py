"""Cells and other modules called once a step become steps; c of an LSTMCell on request."""

import numpy as np
import pytest
import torch
from torch import nn

from mmphate_widget.recording import Recorder

TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}

N_SAMPLES, N_STEPS, N_FEATURES, N_UNITS = 5, 7, 3, 4


def record(model, probe, layers="cell", **options):
    recorder = Recorder(model, probe=probe, layers=layers, **options)
    recorder.snapshot()
    return recorder.trace


class Loop(nn.Module):
    """A cell in a loop; the state starts at 0."""

    def __init__(self, cell):
        super().__init__()
        self.cell, self.head = cell, nn.Linear(N_UNITS, 2)

    def forward(self, x):
        state = None
        for step in range(x.shape[1]):
            state = self.cell(x[:, step], state)
            h = state[0] if isinstance(state, tuple) else state
            self.head(h)
        return h


SEQUENCES = [(nn.RNNCell, nn.RNN), (nn.GRUCell, nn.GRU), (nn.LSTMCell, nn.LSTM)]


@pytest.mark.parametrize(("cell_kind", "kind"), SEQUENCES)
def test_cell_in_a_loop_equals_the_layer(cell_kind, kind, x):
    cell, rnn = cell_kind(N_FEATURES, N_UNITS), kind(N_FEATURES, N_UNITS, batch_first=True)
    for name, weight in cell.named_parameters():
        getattr(rnn, f"{name}_l0").data.copy_(weight.data)
    trace = record(Loop(cell), x)
    assert trace.units == ("cell[0]", "cell[1]", "cell[2]", "cell[3]")
    expected = rnn(x)[0].detach().numpy().transpose(1, 2, 0)
    np.testing.assert_allclose(trace.values[0], expected, **TOLERANCE)


def test_cell_state_of_a_cell(x):
    cell = nn.LSTMCell(N_FEATURES, N_UNITS)
    trace = record(Loop(cell), x, cell_state=True)
    assert trace.layers == ("cell",) * 4 + ("cell.c",) * 4
    assert trace.units[5] == "cell.c[1]"
    state = None
    for step in range(N_STEPS):
        state = cell(x[:, step], state)
        expected = torch.cat(state, dim=1).detach().numpy().T
        np.testing.assert_allclose(trace.values[0, step], expected, **TOLERANCE)
    only = record(Loop(cell), x, "cell.c", cell_state=True)
    np.testing.assert_array_equal(only.values, trace.values[:, :, 4:])


def test_a_sequence_of_one_step(x):
    model = Loop(nn.GRUCell(N_FEATURES, N_UNITS))
    assert record(model, x[:, :1]).shape == (1, 1, N_UNITS, N_SAMPLES)


def test_several_cells_and_what_reads_them(x):
    class Stacked(Loop):
        def __init__(self):
            super().__init__(nn.ModuleList([nn.GRUCell(3, 4), nn.GRUCell(4, 4)]))

        def forward(self, x):
            states = [torch.zeros(len(x), 4)] * 2
            for step in range(x.shape[1]):
                states[0] = self.cell[0](x[:, step], states[0])
                states[1] = self.cell[1](states[0], hx=states[1])
                self.head(states[1])

    model = Stacked()
    trace = record(model, x, ["cell.0", "cell.1", "head"], lengths=[3, 7, 1, 6, 7])
    assert trace.layers == ("cell.0",) * 4 + ("cell.1",) * 4 + ("head",) * 2
    assert trace.lengths.tolist() == [3, 7, 1, 6, 7]
    h = torch.tensor(trace.values[0, :, 4:8].transpose(2, 0, 1))
    expected = model.head(h).detach().numpy()
    actual = trace.values[0, :, 8:].transpose(2, 0, 1)
    np.testing.assert_allclose(actual[1], expected[1], **TOLERANCE)
    np.testing.assert_allclose(actual[0, :3], expected[0, :3], **TOLERANCE)


@pytest.mark.parametrize("returns_pair", [False, True])
def test_custom_cell(returns_pair, x):
    class Leaky(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Linear(N_FEATURES, N_UNITS)

        def forward(self, x, state):
            h = 0 if state is None else state[0] if returns_pair else state
            h = 0.9 * h + 0.1 * self.w(x)
            return (h, None) if returns_pair else h

    model = Loop(Leaky())
    expected, h = [], np.zeros((N_SAMPLES, N_UNITS))
    weight, bias = (p.detach().numpy() for p in model.cell.parameters())
    for step in range(N_STEPS):
        h = 0.9 * h + 0.1 * (x[:, step].numpy() @ weight.T + bias)
        expected.append(h.T)
    np.testing.assert_allclose(record(model, x).values[0], expected, **TOLERANCE)


@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTM])
def test_stack_that_is_called_step_by_step(kind, x):
    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = kind(N_FEATURES, N_UNITS, 2, batch_first=True)

        def forward(self, x):
            state = None
            for step in range(x.shape[1]):
                _, state = self.rnn(x[:, step : step + 1], state)

    model = Decoder()
    options = {"cell_state": kind is nn.LSTM}
    np.testing.assert_allclose(
        record(model, x, "rnn", **options).values,
        record(model.rnn, x, "", **options).values,
        **TOLERANCE,
    )


def test_batches_of_a_loader_follow_each_other_along_samples(x):
    model = Loop(nn.GRUCell(N_FEATURES, N_UNITS))
    loader = torch.utils.data.DataLoader(x, batch_size=2)
    np.testing.assert_allclose(record(model, loader).values, record(model, x).values, **TOLERANCE)


def test_unbatched_cell(x):
    model = nn.Sequential(nn.GRUCell(N_FEATURES, N_UNITS))
    with pytest.raises(ValueError, match=r"got '0' with shape \(4,\)\. An unbatched probe needs"):
        record(model, x[0, 0], "0")


def test_samples_that_change_from_step_to_step(x):
    class Shrinking(Loop):
        def forward(self, x):
            for step in range(3):
                self.cell(x[step:, step])

    model = Shrinking(nn.GRUCell(N_FEATURES, N_UNITS))
    match = r"same samples and units at every step; got 'cell' .* \[\(5, 4\), \(4, 4\), \(3, 4\)\]"
    with pytest.raises(ValueError, match=match):
        record(model, x)
