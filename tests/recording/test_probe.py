"""Every form of the probe gives the same states; a shuffling one is refused."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, SubsetRandomSampler, TensorDataset

from mmphate_widget.recording import Recorder


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(3, 4, batch_first=True)

    def forward(self, x, scale=1.0):
        return self.rnn(scale * x)[0]


X = torch.randn(7, 5, 3, generator=torch.Generator().manual_seed(0))
TARGETS = torch.arange(7)
MODEL = Net()


def record(probe):
    recorder = Recorder(MODEL, probe=probe, layers="rnn")
    recorder.snapshot()
    return recorder.trace.values


@pytest.mark.parametrize(
    "probe",
    [
        (X,),
        [X],
        (X, 1.0),
        {"x": X},
        {"scale": 1.0, "x": X},
        DataLoader(X, batch_size=3),
        DataLoader(TensorDataset(X), batch_size=3),
        DataLoader(TensorDataset(X, TARGETS), batch_size=2),
        DataLoader(TensorDataset(X, TARGETS, TARGETS), batch_size=100),
        DataLoader([{"x": x} for x in X], batch_size=4),
    ],
)
def test_every_form_gives_the_states_of_the_plain_tensor(probe):
    np.testing.assert_allclose(record(probe), record(X), rtol=1e-5, atol=1e-6)


def test_further_arguments_reach_the_model():
    np.testing.assert_array_equal(record((X, 0.5)), record(0.5 * X))
    assert np.abs(record({"x": X, "scale": 0.5}) - record(X)).max() > 0.01


def test_tensors_move_to_the_device_of_the_model():
    class Meeting(Net):
        def forward(self, x, scale=1.0):
            self.seen = x.device
            return super().forward(torch.zeros(2, 5, 3), scale)

    model = Meeting()
    Recorder(model, probe={"x": X.to("meta"), "scale": 1.0}, layers="rnn")
    recorder = Recorder(model, probe=[X], layers="rnn")
    recorder.snapshot()
    assert model.seen == model.rnn.weight_hh_l0.device


@pytest.mark.parametrize(
    "loader",
    [
        DataLoader(X, shuffle=True),
        DataLoader(X, sampler=SubsetRandomSampler(range(7))),
        DataLoader(
            X, batch_sampler=torch.utils.data.BatchSampler(SubsetRandomSampler([1, 2]), 2, False)
        ),
    ],
)
def test_shuffling_loader_is_refused(loader):
    match = r"`probe` must yield the same samples .* got a DataLoader with a \w+Sampler"
    with pytest.raises(ValueError, match=match):
        Recorder(MODEL, probe=loader, layers="rnn")


def test_packed_sequence_is_one_argument():
    packed = nn.utils.rnn.pack_padded_sequence(X, torch.full((7,), 5), batch_first=True)
    recorder = Recorder(nn.Sequential(MODEL.rnn), probe=packed, layers="0")
    recorder.snapshot()
    np.testing.assert_allclose(recorder.trace.values[0], record(X)[0], rtol=1e-5, atol=1e-6)
    packed.data.zero_()
    recorder.snapshot()
    np.testing.assert_array_equal(*recorder.trace.values)


class Turning(torch.utils.data.Sampler):
    """Starts one sample later each time; torch does not know that it shuffles."""

    start = -1

    def __len__(self):
        return len(X)

    def __iter__(self):
        self.start += 1
        return iter([(self.start + i) % len(X) for i in range(len(X))])


def test_loader_that_changes_its_order_is_refused_at_the_second_snapshot():
    recorder = Recorder(MODEL, probe=DataLoader(X, sampler=Turning(), batch_size=2), layers="rnn")
    recorder.snapshot()
    with pytest.raises(ValueError, match=r"`probe` must yield the same .* whose batch 0 is not"):
        recorder.snapshot()
    assert recorder.trace.n_epochs == 1


def test_loader_that_keeps_its_order_may_go_on():
    for samples in (X, TensorDataset(X, TARGETS), [{"x": x} for x in X]):
        recorder = Recorder(MODEL, probe=DataLoader(samples, batch_size=3), layers="rnn")
        recorder.snapshot()
        recorder.snapshot()
        np.testing.assert_array_equal(*recorder.trace.values)


@pytest.mark.parametrize("form", [lambda x: x, lambda x: (x,), lambda x: {"x": x}])
def test_probe_is_the_recorders_own(form):
    x = X.clone()
    recorder = Recorder(MODEL, probe=form(x), layers="rnn")
    recorder.snapshot()
    x.zero_()
    recorder.snapshot()
    np.testing.assert_array_equal(*recorder.trace.values)


def test_model_may_write_into_its_input():
    class InPlace(Net):
        def forward(self, x):
            return super().forward(x.mul_(0.5))

    recorder = Recorder(InPlace(), probe=X, layers="rnn")
    recorder.snapshot()
    recorder.snapshot()
    np.testing.assert_array_equal(*recorder.trace.values)


def test_empty_loader():
    with pytest.raises(ValueError, match="`probe` must yield at least one batch"):
        record(DataLoader([], batch_size=2))


def test_batches_of_different_length():
    loader = DataLoader([X[0], X[1, :3]], batch_size=1)
    with pytest.raises(ValueError, match=r"as many steps in every batch; .*\(3, 4\), \(5, 4\)"):
        record(loader)
