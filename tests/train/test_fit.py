"""The reference trainers: they learn, equal seeds are equal, nothing global moves, Ctrl-C keeps."""

import signal
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import mmphate_widget as mm
from mmphate_widget.train import fitting, loop

QUICK = {"n_units": 12, "n_epochs": 3, "n_probe": 16, "verbose": False}


@pytest.fixture(scope="module")
def task():
    return mm.datasets.flip_flop(n_steps=12, n_train=96, n_test=48)


@pytest.fixture(scope="module")
def digits():
    return mm.datasets.digit_rows()


def test_a_gru_learns_the_three_bit_flip_flop():
    """Chance is 1 in 8 for three bits; with one output always right it would be 1 in 4."""
    flip_flop = mm.datasets.flip_flop(n_bits=3, n_steps=25)
    options = {"n_epochs": 15, "batch_size": 32, "learning_rate": 5e-3, "verbose": False}
    run = mm.train.fit(flip_flop, cell="gru", random_state=0, **options)
    assert run.trace.metrics["test_accuracy"][-1] > 0.98
    assert run.trace.shape == (15, 25, 64, 64)


def test_a_vanilla_rnn_integrates_the_evidence_that_the_context_asks_for():
    """The best possible is 93 %; who adds up both streams alike reaches 71 %."""
    evidence = mm.datasets.context_integration()
    run = mm.train.fit(evidence, cell="rnn", n_epochs=25, random_state=0, verbose=False)
    assert run.trace.metrics["test_accuracy"][-1] > 0.88
    assert run.trace.metrics["accuracy"][-1] < 1


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_classes_are_learnt_by_every_cell(digits, cell):
    run = mm.train.fit(digits, cell=cell, n_units=32, n_epochs=6, random_state=1, verbose=False)
    accuracy = run.trace.metrics["test_accuracy"]
    assert accuracy[-1] > 0.7
    assert accuracy[-1] > accuracy[0]
    assert type(run.model.rnn).__name__.lower() == cell


def test_metrics_are_those_of_the_model_that_is_returned(task):
    run = mm.train.fit(task, random_state=0, **QUICK)
    with torch.no_grad():
        said = run.model(torch.tensor(task.x_test)).numpy()
    is_right = (np.sign(said) == task.y_test).all(axis=2)
    error = ((said - task.y_test) ** 2).mean()
    assert run.trace.metrics["test_accuracy"][-1] == pytest.approx(is_right.mean(), abs=1e-6)
    assert run.trace.metrics["test_loss"][-1] == pytest.approx(error, rel=1e-5)
    with torch.no_grad():
        states = run.model.rnn(torch.tensor(task.x_test[run.probe]))[0].numpy()
    np.testing.assert_allclose(run.trace.values[-1], states.transpose(1, 2, 0), atol=1e-6)
    assert not run.model.training


def test_only_steps_that_count_are_scored():
    outputs = torch.tensor([[[1.0, -1.0], [0.5, 0.5]], [[-1.0, -1.0], [9.0, 9.0]]])
    y = torch.tensor([[[1.0, -1.0], [1.0, -1.0]], [[1.0, 1.0], [0.0, 0.0]]])
    mask = torch.tensor([[True, True], [True, False]])
    total, n_right, count = loop.scores(outputs, y, mask)
    assert (float(n_right), count) == (1, 3)
    # Of the steps: 0, (0.25 + 2.25) / 2 and (4 + 4) / 2.
    assert float(total) == pytest.approx(0 + 1.25 + 4)


def test_the_probe_is_balanced_and_has_the_names_of_the_labels(digits):
    run = mm.train.fit(digits, random_state=0, **{**QUICK, "n_probe": 30, "n_epochs": 1})
    labels = digits.y_test[run.probe]
    assert np.bincount(labels).tolist() == [3] * 10
    assert (np.diff(labels) >= 0).all()
    np.testing.assert_array_equal(run.trace.sample_labels, labels)
    signs = mm.datasets.flip_flop(n_bits=1, n_steps=4, n_train=20, n_test=20)
    named = mm.train.fit(signs, random_state=0, **QUICK)
    expected = np.array(["-", "+"])[signs.labels_test[named.probe]]
    np.testing.assert_array_equal(named.trace.sample_labels, expected)


def test_equal_seeds_give_equal_bits_and_other_seeds_do_not(task):
    one, again = (
        mm.train.fit(task, cell="lstm", dropout=0.3, random_state=5, **QUICK) for _ in range(2)
    )
    np.testing.assert_array_equal(one.trace.values, again.trace.values)
    for name, curve in one.trace.metrics.items():
        np.testing.assert_array_equal(curve, again.trace.metrics[name])
    other = mm.train.fit(task, cell="lstm", dropout=0.3, random_state=6, **QUICK)
    assert not np.array_equal(one.trace.values, other.trace.values)


def test_a_run_without_a_seed_tells_the_one_it_drew(task):
    run = mm.train.fit(task, **QUICK)
    again = mm.train.fit(task, random_state=run.random_state, **QUICK)
    assert again.trace.equals(run.trace)
    assert mm.train.fit(task, **QUICK).random_state != run.random_state


def test_global_random_states_are_left_alone(task):
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    mm.train.fit(task, dropout=0.5, random_state=0, **QUICK)
    assert torch.equal(torch.get_rng_state(), states[0])
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002


def test_dropout_changes_training_and_is_off_in_what_is_recorded(task):
    plain, dropped = (
        mm.train.fit(task, dropout=share, random_state=0, record_untrained=True, **QUICK)
        for share in (0.0, 0.5)
    )
    np.testing.assert_array_equal(plain.trace.values[0], dropped.trace.values[0])
    assert not np.array_equal(plain.trace.values[1], dropped.trace.values[1])
    assert plain.trace.epochs.tolist() == [0, 1, 2, 3]
    assert plain.trace.metrics["loss"][0] == dropped.trace.metrics["loss"][0]


def test_the_read_out_of_all_steps_sees_more_than_the_last(digits):
    """As in the paper's networks: the linear layer has weights for each step."""
    run = mm.train.fit(digits, read_out="all", random_state=0, **QUICK)
    assert run.model.read_out.in_features == 8 * 12
    assert run.model(torch.tensor(digits.x_test[:5])).shape == (5, 10)


def test_some_steps_can_be_recorded(task):
    run = mm.train.fit(task, steps=slice(None, None, 4), random_state=0, **QUICK)
    whole = mm.train.fit(task, random_state=0, **QUICK)
    assert run.trace.steps.tolist() == [0, 4, 8]
    np.testing.assert_array_equal(run.trace.values, whole.trace.values[:, ::4])


def interrupted_in(epoch, monkeypatch):
    """A real signal in the middle of an epoch of training."""
    train_epoch, seen = loop.train_epoch, []

    def interrupted(model, *rest, **options):
        train_epoch(model, *rest, **options)
        seen.append(model)
        if len(seen) == epoch:
            signal.raise_signal(signal.SIGINT)

    # Whoever runs the tests in the background has it ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(loop, "train_epoch", interrupted)
    return before


def test_an_interrupt_returns_what_was_recorded(task, monkeypatch):
    whole = mm.train.fit(task, random_state=0, **{**QUICK, "n_epochs": 2})
    state = torch.get_rng_state()
    before = interrupted_in(3, monkeypatch)
    try:
        run = mm.train.fit(task, random_state=0, **{**QUICK, "n_epochs": 9})
    finally:
        signal.signal(signal.SIGINT, before)
    assert not run.is_complete
    assert whole.is_complete
    assert run.trace.equals(whole.trace)
    assert "epoch 2, interrupted" in repr(run)
    # Not the weights of the epoch that was cut off.
    for name, value in whole.model.state_dict().items():
        assert torch.equal(run.model.state_dict()[name], value)
    assert torch.equal(torch.get_rng_state(), state)


def test_an_interrupt_before_the_first_record_is_raised(task, monkeypatch):
    before = interrupted_in(1, monkeypatch)
    try:
        with pytest.raises(KeyboardInterrupt):
            mm.train.fit(task, random_state=0, **QUICK)
    finally:
        signal.signal(signal.SIGINT, before)


def test_progress_is_shown_on_stderr_and_only_if_wanted(task, capsys):
    mm.train.fit(task, random_state=0, **QUICK)
    assert capsys.readouterr() == ("", "")
    mm.train.fit(task, cell="lstm", random_state=0, **{**QUICK, "verbose": True})
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "training lstm" in shown.err
    assert "3/3" in shown.err


def test_any_object_with_such_arrays_is_a_task(task):
    own = SimpleNamespace(
        x_train=task.x_train, y_train=task.y_train, x_test=task.x_test, y_test=task.y_test
    )
    run = mm.train.fit(own, random_state=0, **QUICK)
    assert run.trace.sample_labels is None
    assert run.probe.tolist() == list(range(16))
    reference = mm.train.fit(task, random_state=0, **QUICK)
    np.testing.assert_array_equal(
        run.trace.metrics["test_loss"], reference.trace.metrics["test_loss"]
    )


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"cell": "elman"}, ValueError, "`cell` must be one of 'rnn', 'gru', 'lstm'; got 'elman'"),
        ({"n_units": 0}, ValueError, "`n_units` must be an integer at least 1; got 0"),
        ({"n_epochs": 1.5}, TypeError, "`n_epochs` must be an integer at least 1; got 1.5"),
        ({"dropout": 1}, ValueError, "`dropout` must be .* between 0 and 0.95; got 1"),
        ({"read_out": "all"}, ValueError, "`read_out` must be 'last' for a task with targets"),
        ({"read_out": "mean"}, ValueError, "`read_out` must be one of 'last', 'all'"),
        ({"random_state": -1}, ValueError, "`random_state` must be an integer between 0 and"),
        ({"verbose": 1}, TypeError, "`verbose` must be True or False; got 1"),
    ],
)
def test_bad_arguments(task, options, error, match):
    with pytest.raises(error, match=match):
        mm.train.fit(task, **options)


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"x_test": None}, TypeError, "`task` must have x_train, .* without x_test"),
        ({"x_train": np.zeros((96, 12))}, ValueError, r"`task.x_train` must be .*shape \(96, 12\)"),
        ({"y_train": np.zeros((96, 3))}, ValueError, r"`task.y_train` must be .* shape \(96, 3\)"),
        ({"y_test": np.zeros((48, 11, 3))}, ValueError, r"`task.y_test` .* \(48, 11, 3\)"),
        (
            {"y_test": np.zeros(48, int)},
            ValueError,
            "`task` must have classes, or targets, in both",
        ),
        ({"x_test": np.zeros((48, 12, 2))}, ValueError, "`task` must have equally many channels"),
        ({"x_test": np.full((48, 12, 3), np.nan)}, ValueError, "`task.x_test` must be finite"),
        ({"x_test": np.full((48, 12, 3), 1e200)}, ValueError, "`task.x_test` .* beyond float32"),
        ({"y_train": np.full((96, 12, 3), -1e200)}, ValueError, "`task.y_train` .* beyond float32"),
        ({"mask_test": np.ones((48, 12))}, ValueError, "`task.mask_test` must be bool"),
        ({"labels_test": np.zeros(3, int)}, ValueError, r"`task.labels_test` .* \(48,\); got \(3,"),
        ({"labels_test": np.full(48, 0.5)}, TypeError, "`task.labels_test` must hold classes"),
    ],
)
def test_a_task_that_does_not_fit_is_named(task, changes, error, match):
    names = [
        f"{name}_{part}" for name in ("x", "y", "mask", "labels") for part in ("train", "test")
    ]
    arrays = {name: getattr(task, name) for name in names} | changes
    arrays = {name: array for name, array in arrays.items() if array is not None}
    with pytest.raises(error, match=match):
        mm.train.fit(SimpleNamespace(**arrays), **QUICK)


def test_cells_are_named_alike_with_and_without_torch():
    from mmphate_widget.train.networks import CELLS

    assert tuple(CELLS) == fitting.CELLS
