"""A snapshot leaves the model and all random numbers as it found them, even when it fails."""

import random
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from mmphate_widget.recording import Recorder
from mmphate_widget.recording.untouched import unchanged_randomness


class Noisy(nn.Module):
    """Draws from every source of random numbers, and may fail after that."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 4, batch_first=True, num_layers=2, dropout=0.5)
        self.norm = nn.BatchNorm1d(4)
        self.fails = False

    def forward(self, x):
        torch.rand(3), np.random.rand(3), random.random()  # noqa: NPY002
        torch.rand(3, device=x.device)
        self.flags_seen = [module.training for module in self.modules()]
        self.grad_seen = torch.is_grad_enabled()
        states, _ = self.rnn(x)
        self.norm(states.transpose(1, 2))
        if self.fails:
            raise ZeroDivisionError
        return states


@pytest.fixture(params=[False, True], ids=["works", "fails"])
def model(request):
    torch.manual_seed(0)
    model = Noisy()
    model(torch.randn(5, 6, 3)).sum().backward()
    model.train()
    model.norm.eval()
    model.fails = request.param
    return model


@pytest.mark.parametrize("fill", [1.0, float("nan")])
def test_an_expanded_buffer_gets_its_content_back(fill):
    class Masked(nn.Linear):
        def forward(self, x):
            self.mask[:1] += 1
            return super().forward(x)

    model = Masked(3, 4)
    model.register_buffer("mask", torch.full((1, 4), fill).expand(6, 4))
    recorder = Recorder(model, probe=torch.zeros(5, 6, 3), layers="")
    for _ in range(2):
        recorder.snapshot()
        np.testing.assert_array_equal(model.mask.numpy(), np.full((6, 4), fill))


def snapshot(model, probe=None):
    probe = torch.zeros(5, 6, 3) if probe is None else probe
    recorder = Recorder(model, probe=probe, layers="rnn")
    if model.fails:
        with pytest.raises(ZeroDivisionError):
            recorder.snapshot()
    else:
        recorder.snapshot()


def test_runs_in_evaluation_mode_without_gradients(model):
    snapshot(model)
    assert model.flags_seen == [False, False, False]
    assert not model.grad_seen
    assert torch.is_grad_enabled()


def test_training_flag_of_every_submodule_comes_back(model):
    snapshot(model)
    assert (model.training, model.rnn.training, model.norm.training) == (True, True, False)


def test_parameters_buffers_and_gradients_stay(model):
    before = {k: v.clone() for k, v in model.state_dict().items()}
    grads = {k: p.grad.clone() for k, p in model.rnn.named_parameters()}
    snapshot(model)
    assert model.state_dict().keys() == before.keys()
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert all(torch.equal(p.grad, grads[k]) for k, p in model.rnn.named_parameters())


class Stateful(nn.Module):
    """Carries its hidden state on from call to call, counts calls and fills a cache."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 4, batch_first=True)
        self.register_buffer("hidden", torch.zeros(1, 5, 4))
        self.register_buffer("count", torch.tensor(7))
        self.register_buffer("nothing", None)
        self.fails = False

    def forward(self, x):
        states, self.hidden = self.rnn(x, self.hidden)
        self.count += 1
        self.register_buffer("cache", x)
        if self.fails:
            raise ZeroDivisionError
        return states


@pytest.mark.parametrize("fails", [False, True])
def test_buffers_that_a_forward_pass_moves_on_come_back(fails):
    torch.manual_seed(0)
    model = Stateful()
    hidden, count = model.hidden, model.count
    model.fails = fails
    snapshot(model, torch.ones(5, 6, 3))
    assert model.hidden is hidden
    assert model.count is count
    assert hidden.abs().max() == 0
    assert count == 7
    assert set(model._buffers) == {"hidden", "count", "nothing"}


def test_equal_weights_give_equal_snapshots_of_a_stateful_model():
    torch.manual_seed(0)
    recorder = Recorder(Stateful(), probe=torch.ones(5, 6, 3), layers="rnn")
    recorder.snapshot()
    recorder.snapshot()
    np.testing.assert_array_equal(recorder.trace.values[0], recorder.trace.values[1])


def test_only_its_own_hooks_go(model):
    calls = []
    handle = model.rnn.register_forward_hook(lambda *_: calls.append("mine"))
    before = {m: OrderedDict(m._forward_hooks) for m in model.modules()}
    snapshot(model)
    assert {m: m._forward_hooks for m in model.modules()} == before
    assert calls == ["mine"]
    handle.remove()


def test_random_states_stay(model):
    def states():
        _, keys, position, *_ = np.random.get_state()  # noqa: NPY002
        return torch.get_rng_state().tolist(), keys.tolist(), position

    before = states()
    snapshot(model)
    assert states() == before


def test_pythons_random_state_stays():
    # Not around a whole snapshot: the checker of annotations in these tests draws from it too.
    before = random.getstate()
    guard = unchanged_randomness(None)
    guard.__enter__()
    random.random()
    guard.__exit__(None, None, None)
    assert random.getstate() == before


def test_a_loader_draws_no_seed(model):
    generator = torch.Generator().manual_seed(3)
    loader = DataLoader(torch.zeros(5, 6, 3), batch_size=2, generator=generator)
    before = torch.get_rng_state().tolist(), generator.get_state().tolist()
    snapshot(model, loader)
    assert (torch.get_rng_state().tolist(), generator.get_state().tolist()) == before


def test_a_sampler_of_its_own_kind_draws_the_same_at_every_snapshot(model):
    class Ordered(torch.utils.data.Sampler):
        def __init__(self):
            self.generator = torch.Generator().manual_seed(3)

        def __iter__(self):
            return iter(torch.randperm(5, generator=self.generator).tolist())

    sampler = Ordered()
    before = sampler.generator.get_state()
    loader = DataLoader(torch.arange(90.0).reshape(5, 6, 3), batch_size=2, sampler=sampler)
    snapshot(model, loader)
    assert torch.equal(sampler.generator.get_state(), before)


def test_training_goes_the_same_with_and_without_recording():
    def train(records):
        torch.manual_seed(0)
        model = Noisy()
        recorder = Recorder(model, probe=torch.zeros(2, 6, 3), layers="rnn")
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.randn(5, 6, 3)).square().sum().backward()
            optimizer.step()
            if records:
                recorder.snapshot()
        return model.state_dict()

    with_it, without = train(True), train(False)
    assert all(torch.equal(with_it[name], without[name]) for name in without)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_random_state_stays():
    model = Noisy().cuda()
    before = torch.cuda.get_rng_state()
    Recorder(model, probe=torch.zeros(5, 6, 3), layers="rnn").snapshot()
    assert torch.equal(torch.cuda.get_rng_state(), before)
