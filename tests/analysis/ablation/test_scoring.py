"""What a model is worth: labels that do not fit its outputs raise, equal scores are ties."""

import numpy as np
import pytest
import torch

from mmphate_widget.analysis import ablate_units, clamp_units
from mmphate_widget.analysis.ablation.effect import p_value

N, T = 6, 4


class Reader(torch.nn.Module):
    """A layer read out after the last step, or at each."""

    def __init__(self, n_outputs, *, each=False):
        super().__init__()
        torch.manual_seed(0)
        self.rnn = torch.nn.RNN(2, 5, batch_first=True)
        self.read_out = torch.nn.Linear(5, n_outputs)
        self.each = each

    def forward(self, x):
        states = self.rnn(x)[0]
        return self.read_out(states if self.each else states[:, -1])


def ablated(model, labels, metric):
    x = torch.linspace(-1, 1, N * T * 2).reshape(N, T, 2)
    return ablate_units(model, [0, 1], (x, labels), metric, layers="rnn", n_draws=3, random_state=0)


@pytest.mark.parametrize(
    ("n_outputs", "each", "labels", "metric", "message"),
    [
        (3, False, torch.zeros(N, 1, dtype=int), "accuracy", r"shape \(6,\).*got \(6, 1\)"),
        (3, False, torch.zeros(N, 1, dtype=int), "loss", r"shape \(6,\).*got \(6, 1\)"),
        (N, False, torch.eye(N), "accuracy", r"shape \(6,\).*got \(6, 6\)"),
        (1, False, torch.zeros(N), "loss", r"shape \(6, 1\).*got \(6,\)"),
        (3, True, torch.zeros(N, 3), "loss", r"shape \(6, 4, 3\).*got \(6, 3\)"),
        (3, True, torch.zeros(T, dtype=int), "accuracy", r"shape \(6, 4\).*got \(4,\)"),
    ],
)
def test_labels_are_never_stretched(n_outputs, each, labels, metric, message):
    with pytest.raises(ValueError, match="`data` must have labels of " + message):
        ablated(Reader(n_outputs, each=each), labels, metric)


def test_what_is_no_array_is_named():
    with pytest.raises(TypeError, match="`data` must hold tensors or arrays; got 0 in it"):
        ablated(Reader(2), [0] * N, "accuracy")


def test_one_output_has_no_largest():
    with pytest.raises(ValueError, match="`metric` must be a function, or 'loss', for a model"):
        ablated(Reader(1), torch.ones(N, dtype=int), "accuracy")


def test_labels_that_fit_count():
    model = Reader(3, each=True)
    found = ablated(model, torch.zeros(N, T, dtype=int), "accuracy")
    assert 0 <= found.baseline <= 1
    assert ablated(model, torch.zeros(N, T, 3), "loss").baseline > 0


def test_scores_that_differ_by_rounding_are_ties():
    effect, null = 0.1 + 0.2 - 0.3, np.zeros(9)
    given = {"larger_is_better": True, "rounding": 1e-12}
    assert effect > 0
    assert p_value(effect, null, alternative="better", **given) == 1
    assert p_value(-effect, null, alternative="worse", **given) == 1


def test_wrong_seeds_are_named():
    model, x = Reader(2), torch.zeros(N, T, 2)
    for seed in ("a", -1):
        with pytest.raises((TypeError, ValueError), match="`random_state` must be None"):
            ablate_units(
                model, [0], (x, torch.zeros(N, dtype=int)), layers="rnn", random_state=seed
            )


@pytest.mark.parametrize(
    ("layer", "name"), [(torch.nn.GRU(2, 5), ""), (torch.nn.LSTMCell(2, 5), "lstmcell.c")]
)
def test_what_is_held_is_not_held_once_more_in_silence(layer, name):
    x = torch.zeros(3, 2)
    with clamp_units(layer, [1], 0.5, layers=name):
        with (
            pytest.raises(RuntimeError, match=f"layer '{name or 'gru'}' are held already, by "),
            clamp_units(layer, [2], 0.5, layers=name),
        ):
            pass
        inputs = x if name else x[None]
        with pytest.raises(RuntimeError, match="Hold all of its units in one `clamp_units`, or l"):
            ablate_units(layer, [2], inputs, lambda model, x: model(x)[0].mean(), layers=name)
        assert len(layer._forward_hooks) == 1
        layer(x)
    assert not layer._forward_hooks


def test_outputs_can_be_held_by_blocks_inside_each_other():
    layer = torch.nn.Linear(2, 5)
    with clamp_units(layer, [1], 0.5, layers=""), clamp_units(layer, [2], 0.25, layers=""):
        assert layer(torch.zeros(3, 2))[0, 1:3].tolist() == [0.5, 0.25]
