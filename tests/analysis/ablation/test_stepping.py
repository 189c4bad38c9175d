import numpy as np
import pytest
import torch
from analysis.ablation.oracles import run_layer

import mmphate_widget as mm
from mmphate_widget.analysis.ablation.stepping import run_held

S, T, F, H = 3, 5, 2, 4

MODULES = {
    "tanh": lambda **k: torch.nn.RNN(F, H, **k),
    "relu": lambda **k: torch.nn.RNN(F, H, nonlinearity="relu", **k),
    "gru": lambda **k: torch.nn.GRU(F, H, **k),
    "lstm": lambda **k: torch.nn.LSTM(F, H, **k),
    "projected": lambda **k: torch.nn.LSTM(F, H, proj_size=3, **k),
}


def make(kind, **options):
    torch.manual_seed(0)
    return MODULES[kind](batch_first=True, dtype=torch.float64, **options)


def inputs():
    return torch.randn(S, T, F, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def leaves(output):
    """All tensors of an output, in order."""
    if isinstance(output, torch.Tensor):
        return [output]
    if output is None:
        return []
    return [leaf for part in output for leaf in leaves(part)]


def assert_alike(one, other):
    for mine, theirs in zip(leaves(one), leaves(other), strict=True):
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine.detach(), theirs.detach(), atol=1e-12)


@pytest.mark.parametrize("kind", MODULES)
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}, {"bias": False}])
def test_holding_nothing_changes_nothing(kind, options):
    module = make(kind, **options)
    rows = module.num_layers * (2 if module.bidirectional else 1)
    sizes = [module.proj_size or H, H] if module.mode == "LSTM" else [H]
    states = tuple(torch.randn(rows, S, size, dtype=torch.float64) for size in sizes)
    start = states if module.mode == "LSTM" else states[0]
    x = inputs()
    for lengths in ([5, 3, 1], [2, 5, 4]):
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            x, torch.tensor(lengths), batch_first=True, enforce_sorted=lengths == [5, 3, 1]
        )
        assert_alike(
            run_held(module, (packed, start), {}, {}, readout=False), module(packed, start)
        )
    assert_alike(run_held(module, (x,), {}, {}, readout=True), module(x))
    assert_alike(run_held(module, (x[0],), {}, {}, readout=False), module(x[0]))
    given = {"input": x, "hx": start}
    assert_alike(run_held(module, (), given, {}, readout=False), module(**given))
    first = tuple(state[:, 0] for state in states)
    first = first if module.mode == "LSTM" else first[0]
    assert_alike(run_held(module, (x[0], first), {}, {}, readout=False), module(x[0], first))
    module.batch_first = False
    turned = x.swapaxes(0, 1)
    assert_alike(run_held(module, (turned,), {}, {}, readout=False), module(turned))


@pytest.mark.parametrize("kind", MODULES)
@pytest.mark.parametrize("steps", [None, [1, 3]])
@pytest.mark.parametrize("readout", [False, True])
def test_held_states_are_those_of_a_loop_in_numpy(kind, steps, readout):
    module, x = make(kind), inputs()
    with mm.analysis.clamp_units(
        module, [0, 2], [0.0, 0.7], layers="", steps=steps, readout_only=readout
    ):
        states, final = module(x)
    expected = run_layer(module, x.numpy(), 0, held={0: 0.0, 2: 0.7}, steps=steps, readout=readout)
    np.testing.assert_allclose(states.detach(), expected, atol=1e-12)
    last = final[0] if module.mode == "LSTM" else final
    np.testing.assert_allclose(last[0].detach(), expected[:, -1], atol=1e-12)
    unheld = run_layer(module, x.numpy(), 0)
    assert np.abs(expected[:, -1, 1] - unheld[:, -1, 1]).max() > 1e-6 or readout


def test_zero_states_are_zeroed_columns_of_the_recurrence():
    """For all steps, the same as a network whose other units do not read these."""
    for kind in ("tanh", "gru", "lstm"):
        module, x = make(kind), inputs()
        with mm.analysis.clamp_units(module, [1, 3], layers=""):
            states, _ = module(x)
        pruned = make(kind)
        with torch.no_grad():
            pruned.weight_hh_l0[:, [1, 3]] = 0
        expected = pruned(x)[0].detach().numpy()
        expected[..., [1, 3]] = 0
        np.testing.assert_allclose(states.detach(), expected, atol=1e-12)


def test_a_cell_state_is_held_before_h_is_computed_from_it():
    module, x = make("lstm"), inputs()
    with mm.analysis.clamp_units(module, {"lstm.c": [1]}, 0.5):
        states, (_, c) = module(x)
    expected = run_layer(module, x.numpy(), 0, cells={1: 0.5})
    np.testing.assert_allclose(states.detach(), expected, atol=1e-12)
    assert (c[0, :, 1] == 0.5).all()


def test_each_layer_and_direction_of_a_stack_is_held_by_its_own_units():
    module, x = make("gru", num_layers=2, bidirectional=True), inputs()
    held = {"gru.l0": [0], "gru.l0_reverse": [1], "gru.l1_reverse": [2, 3]}
    with mm.analysis.clamp_units(
        module, held, {"gru.l0": 0.1, "gru.l0_reverse": 0.2, "gru.l1_reverse": [0.3, 0.4]}
    ):
        states, _ = module(x)
    first = [
        run_layer(module, x.numpy(), 0, held={0: 0.1}),
        run_layer(module, x.numpy(), 0, reverse=True, held={1: 0.2}),
    ]
    middle = np.concatenate(first, axis=2)
    last = [
        run_layer(module, middle, 1),
        run_layer(module, middle, 1, reverse=True, held={2: 0.3, 3: 0.4}),
    ]
    np.testing.assert_allclose(states.detach(), np.concatenate(last, axis=2), atol=1e-12)


def test_packed_samples_are_held_up_to_their_ends_in_both_directions():
    module, x = make("lstm", bidirectional=True), inputs()
    lengths = [2, 5, 3]
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        x, torch.tensor(lengths), batch_first=True, enforce_sorted=False
    )
    with mm.analysis.clamp_units(module, {"lstm": [0], "lstm_reverse": [1]}, 0.6, steps=[1, 4]):
        output, (h, _) = module(packed)
    states, _ = torch.nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
    for sample, length in enumerate(lengths):
        alone = x[sample : sample + 1, :length].numpy()
        both = [
            run_layer(module, alone, 0, held={0: 0.6}, steps=[1, 4]),
            run_layer(module, alone, 0, reverse=True, held={1: 0.6}, steps=[1, 4]),
        ]
        expected = np.concatenate(both, axis=2)[0]
        np.testing.assert_allclose(states[sample, :length].detach(), expected, atol=1e-12)
        np.testing.assert_allclose(h[0, sample].detach(), expected[-1, :H], atol=1e-12)
        np.testing.assert_allclose(h[1, sample].detach(), expected[0, H:], atol=1e-12)


def test_gradients_flow_around_what_is_held():
    module, x = make("gru"), inputs().requires_grad_()
    with mm.analysis.clamp_units(module, [0], 0.3, layers=""):
        states, _ = module(x)
    states[..., 0].sum().backward()
    assert x.grad.abs().max() == 0
