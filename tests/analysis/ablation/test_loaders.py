"""Loaders that draw from generators of their own show every measurement the same samples."""

import pytest
import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    TensorDataset,
    WeightedRandomSampler,
)

from mmphate_widget.analysis import ablate_units

N = 24


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.rnn = torch.nn.GRU(3, 6, batch_first=True)
        self.read_out = torch.nn.Linear(6, 4)

    def forward(self, x):
        return self.read_out(self.rnn(x)[0][:, -1])


def losses(model, data):
    """Of each sample of the loaders inside ``data``."""
    return torch.cat(
        [
            torch.nn.functional.cross_entropy(model(x), y, reduction="none")
            for loader in (data.values() if isinstance(data, dict) else data)
            for x, y in loader
        ]
    )


def by_sampler(data, generator):
    return DataLoader(data, 8, sampler=RandomSampler(data, generator=generator))


def by_batch_sampler(data, generator):
    sampler = RandomSampler(data, generator=generator)
    return DataLoader(data, batch_sampler=BatchSampler(sampler, 8, drop_last=False))


def shuffled(data, generator):
    return DataLoader(data, 8, shuffle=True, generator=generator)


def weighted(data, generator):
    sampler = WeightedRandomSampler(torch.ones(N), N, generator=generator)
    return DataLoader(data, 8, sampler=sampler)


def in_a_mapping(data, generator):
    return {"test": shuffled(data, generator)}


def in_a_tuple(data, generator):
    return (by_sampler(data, generator),)


def measure(data, **given):
    return ablate_units(Net(), [0, 3], data, layers="rnn", n_draws=15, random_state=0, **given)


@pytest.mark.parametrize(
    ("load", "metric"),
    [
        (shuffled, "loss"),
        (by_sampler, "loss"),
        (by_batch_sampler, "loss"),
        (weighted, "loss"),
        (in_a_mapping, losses),
        (in_a_tuple, losses),
    ],
)
def test_a_loader_measures_what_its_samples_measure(load, metric):
    torch.manual_seed(1)
    data = TensorDataset(torch.randn(N, 5, 3), torch.arange(N) % 4)
    generator = torch.Generator().manual_seed(3)
    before = generator.get_state()
    given = load(data, generator)
    found = measure(given, metric=metric, larger_is_better=None if metric == "loss" else False)
    assert torch.equal(generator.get_state(), before)
    # What every pass yields, as tensors.
    inside = given.values() if isinstance(given, dict) else given
    batches = given if metric == "loss" else [batch for loader in inside for batch in loader]
    x, y = (torch.cat(column) for column in zip(*batches, strict=True))
    expected = measure((x, y), metric="loss")
    assert found.effect == pytest.approx(expected.effect, rel=1e-5)
    assert found.interval == pytest.approx(expected.interval, rel=1e-5)
    assert found.null == pytest.approx(expected.null, rel=1e-4, abs=1e-7)
