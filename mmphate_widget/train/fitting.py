"""`fit`: from a task to a trained, recorded network in one call."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int64

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_bool, check_choice, check_int, check_real
from mmphate_widget.recording import Recorder
from mmphate_widget.train.given_task import Given, Part, check_task
from mmphate_widget.train.run import TrainedRun

if TYPE_CHECKING:
    from mmphate_widget.recording._torch import torch

CELLS = ("rnn", "gru", "lstm")
# Seeds that torch and numpy both take.
_LARGEST_SEED = 2**32 - 1


def fit(
    task: Any,
    *,
    cell: str = "gru",
    n_units: int = 64,
    n_epochs: int = 30,
    batch_size: int = 64,
    learning_rate: float = 3e-3,
    dropout: float = 0.0,
    read_out: str = "last",
    n_probe: int = 64,
    steps: Any = None,
    record_untrained: bool = False,
    random_state: int | None = None,
    verbose: bool = True,
) -> TrainedRun:
    """Train a small recurrent network on a task and record its hidden states after every epoch.

    One layer of `n_units` with torch's own initial weights, dropout, and a linear read-out; Adam,
    with the norm of the gradient cut at 1. Loss: cross-entropy of classes, mean squared error of
    targets. Accuracy: the share of sequences whose class is said; with targets the share of the
    steps that count at which *every* output has its target's sign.

    Runs on the CPU, where equal seeds give equal bits (on one machine, with one number of threads).
    The global random states of torch, numpy and Python are left as they were. An interrupt
    (Ctrl-C, or the notebook's stop button) ends the training and returns what was recorded so far;
    before the first record it is raised.

    Parameters
    ----------
    task : StepTargets, LabeledSequences, DigitRows or alike
        What to learn: any object with ``x_train`` and ``x_test`` of shape (sample, step, channel)
        and ``y_train`` and ``y_test``, classes of shape (sample,) or targets of shape
        (sample, step, output). ``mask_train`` and ``mask_test`` of shape (sample, step), where it
        has them, are the steps at which targets count; ``labels_test`` are classes to color by.
    cell : {"rnn", "gru", "lstm"}, default="gru"
        The recurrent layer; "rnn" is the vanilla one with tanh.
    n_units : int, default=64
        Hidden units.
    n_epochs : int, default=30
        Passes over the training set.
    batch_size : int, default=64
        Sequences of a gradient step.
    learning_rate : float, default=3e-3
        Of Adam.
    dropout : float, default=0
        Share of the states, 0 … 0.95, that is zeroed on the way to the read-out while training.
        What is recorded is without.
    read_out : {"last", "all"}, default="last"
        With classes: whether the read-out sees the state of the last step or, as in the paper's
        networks, those of all steps side by side. With targets each step is read by itself, and
        this must be "last".
    n_probe : int, default=64
        Sequences of the test set that are recorded, as many of each label as can be; fewer
        where the test set is smaller.
    steps : sequence of int, slice or mask, default=None
        Steps to record; None keeps all.
    record_untrained : bool, default=False
        Whether the first epoch of the trace, numbered 0, is the network before training.
    random_state : int, default=None
        Seed of weights, batches and dropout; None draws one, which the result tells.
    verbose : bool, default=True
        Show progress on stderr.

    Returns
    -------
    TrainedRun
        ``model``, ``trace``, ``task``, ``cell``, ``probe``, ``random_state``, ``is_complete``.

    Raises
    ------
    ImportError
        If PyTorch is not installed.
    TypeError, ValueError
        If an argument, or an array of the task, is not as stated; or if the training diverges, so
        that a hidden state is NaN.
    KeyboardInterrupt
        If interrupted before anything was recorded.

    Examples
    --------
    >>> import mmphate_widget as mm
    >>> task = mm.datasets.flip_flop(n_steps=10, n_train=100, n_test=40)
    >>> run = fit(task, n_units=16, n_epochs=3, n_probe=20, random_state=0, verbose=False)
    >>> run.trace.shape, run.trace.epochs.tolist(), sorted(run.trace.metrics)
    ((3, 10, 16, 20), [1, 2, 3], ['accuracy', 'loss', 'test_accuracy', 'test_loss'])
    """
    check_choice(cell, name="cell", choices=CELLS)
    sizes = {"n_units": n_units, "n_epochs": n_epochs, "batch_size": batch_size, "n_probe": n_probe}
    for name, size in sizes.items():
        check_int(size, name=name, minimum=1)
    check_real(learning_rate, name="learning_rate", minimum=0.0)
    check_real(dropout, name="dropout", minimum=0.0, maximum=0.95)
    check_bool(record_untrained, name="record_untrained")
    is_shown = check_bool(verbose, name="verbose")
    given = check_task(task)
    read = _check_read_out(read_out, given)
    seed = _seed(random_state)
    probe = probe_positions(given.test, n_probe)

    # Imported here: the module can be imported where torch is missing.
    from mmphate_widget.recording._torch import torch
    from mmphate_widget.recording.untouched import unchanged_randomness
    from mmphate_widget.train.networks import RecurrentReader

    with unchanged_randomness(None):
        # The CPU's generator alone: torch.manual_seed would seed CUDA for good.
        torch.default_generator.manual_seed(seed)
        model = RecurrentReader(
            cell,
            n_channels=given.train.x.shape[2],
            n_units=n_units,
            n_outputs=given.n_outputs,
            n_steps=given.train.x.shape[1],
            read=read,
            dropout=float(dropout),
        )
        recorder = Recorder(
            model,
            probe=torch.tensor(given.test.x[probe]),
            layers="rnn",
            sample_labels=_probe_labels(given, probe),
            steps=steps,
            n_epochs=n_epochs + record_untrained,
            verbose=False,
        )
        is_complete = _train(
            model,
            recorder,
            given,
            first_epoch=0 if record_untrained else 1,
            n_epochs=n_epochs,
            batch_size=batch_size,
            learning_rate=float(learning_rate),
            title=f"training {cell}" if is_shown else None,
        )
    model.eval()
    return TrainedRun(model, recorder.trace, task, cell, probe, seed, is_complete)


def probe_positions(test: Part, n_probe: int) -> Int64[np.ndarray, " sample"]:
    """The first sequences of each label in turn, until there are enough; ordered by label."""
    n = len(test.x)
    if test.labels is None:
        return np.arange(min(n_probe, n))
    ranks = np.empty(n, dtype=np.int64)
    for label in np.unique(test.labels):
        places = np.flatnonzero(test.labels == label)
        ranks[places] = np.arange(len(places))
    chosen = np.lexsort((test.labels, ranks))[:n_probe]
    return np.asarray(chosen[np.lexsort((chosen, test.labels[chosen]))])


def _train(
    model: "torch.nn.Module",
    recorder: Recorder,
    given: Given,
    *,
    first_epoch: int,
    n_epochs: int,
    batch_size: int,
    learning_rate: float,
    title: str | None,
) -> bool:
    """Whether all epochs were trained; the model is as it was at the last one recorded."""
    from tqdm import tqdm

    from mmphate_widget.recording._torch import torch
    from mmphate_widget.train.loop import evaluate, tensors, train_epoch

    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    train, test = tensors(given.train), tensors(given.test)
    # By epoch: the weights now, and those of the last record until this one is there.
    weights: dict[int, Mapping[str, torch.Tensor]] = {}
    progress = tqdm(
        range(first_epoch, n_epochs + 1), desc=title, unit="epoch", disable=title is None
    )
    try:
        for epoch in progress:
            if epoch > 0:
                train_epoch(model, optimizer, train, batch_size=batch_size)
            loss, accuracy = evaluate(model, train)
            test_loss, test_accuracy = evaluate(model, test)
            weights[epoch] = {name: value.clone() for name, value in model.state_dict().items()}
            recorder.snapshot(
                epoch=epoch,
                loss=loss,
                accuracy=accuracy,
                test_loss=test_loss,
                test_accuracy=test_accuracy,
            )
            weights.pop(epoch - 1, None)
            progress.set_postfix(loss=f"{test_loss:.3f}", accuracy=f"{test_accuracy:.1%}")
    except KeyboardInterrupt:
        progress.close()
        try:
            last = int(recorder.trace.epochs[-1])
        except RuntimeError:
            # Nothing was recorded, so there is nothing to return.
            raise KeyboardInterrupt from None
        model.load_state_dict(weights[last])
        return last == n_epochs
    return True


def _probe_labels(given: Given, probe: Int64[np.ndarray, " sample"]) -> AnyArray | None:
    labels = given.test.labels
    if labels is None:
        return None
    chosen: AnyArray = labels[probe]
    if given.class_names is None or chosen.max() >= len(given.class_names):
        return chosen
    return np.array(given.class_names)[chosen]


def _check_read_out(read_out: Any, given: Given) -> str:
    check_choice(read_out, name="read_out", choices=("last", "all"))
    if given.train.has_classes:
        if read_out == "all" and given.train.x.shape[1] != given.test.x.shape[1]:
            raise ValueError(
                "`read_out='all'` needs equally many steps in both sets; got "
                f"{given.train.x.shape[1]} and {given.test.x.shape[1]}."
            )
        return str(read_out)
    if read_out != "last":
        raise ValueError(
            f"`read_out` must be 'last' for a task with targets at each step; got {read_out!r}."
        )
    return "each"


def _seed(random_state: Any) -> int:
    if random_state is None:
        return int(np.random.default_rng().integers(_LARGEST_SEED))
    return check_int(random_state, name="random_state", minimum=0, maximum=_LARGEST_SEED)
