"""`TrainedRun`: a trained network with what was recorded while it learnt."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int64

from mmphate_widget._words import count
from mmphate_widget.trace import Trace

if TYPE_CHECKING:
    from mmphate_widget.recording._torch import torch


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TrainedRun:
    """What `fit` returns.

    Attributes
    ----------
    model : torch.nn.Module
        The network with the weights of the last recorded epoch, in evaluation mode. Its parts are
        ``rnn`` (nn.RNN, nn.GRU or nn.LSTM), ``dropout`` and ``read_out`` (nn.Linear);
        ``model(x)`` gives logits (sample, class), or outputs (sample, step, output).
    trace : Trace of shape (epochs, steps, n_units, n_probe)
        Hidden states after each epoch for the probe. ``trace.epochs`` counts the epochs trained.
        ``trace.metrics``: "loss" and "accuracy" on the training set, "test_loss" and
        "test_accuracy".
    task : object
        What it was trained on.
    cell : {"rnn", "gru", "lstm"}
        Kind of the recurrent layer.
    probe : int64 ndarray of shape (n_probe,)
        Positions in ``task.x_test`` of the sequences that were recorded.
    random_state : int
        Seed that gives this run again.
    is_complete : bool
        False where training was interrupted.
    """

    model: "torch.nn.Module"
    trace: Trace
    task: Any
    cell: str
    probe: Int64[np.ndarray, " sample"]
    random_state: int
    is_complete: bool

    def __repr__(self) -> str:
        metrics = self.trace.metrics
        ended = "" if self.is_complete else ", interrupted"
        return (
            f"<TrainedRun: {self.cell}, {count(self.trace.n_units, 'unit')}, epoch "
            f"{self.trace.epochs[-1]}{ended}: test loss {metrics['test_loss'][-1]:.3g}, "
            f"test accuracy {metrics['test_accuracy'][-1]:.1%}>"
        )
