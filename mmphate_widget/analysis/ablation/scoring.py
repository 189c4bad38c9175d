"""What a model is worth on data: a number for each sample, or one number for all.

A metric is a function (model, data) that returns either; two have names, for data (inputs, labels)
or a DataLoader of such.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float64

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_bool, check_choice
from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.probe import common_device

# Of one output the largest is always the first.
FEWEST_CLASSES = 2

Metric: TypeAlias = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """A metric with its name and what is better."""

    name: str
    metric: Metric
    larger_is_better: bool

    def score(self, model: Any, data: Any) -> Float64[np.ndarray, " n"]:
        """The metric's numbers, one a sample or one in all; ValueError where one is not finite."""
        given = self.metric(model, data)
        if isinstance(given, torch.Tensor):
            given = given.detach().cpu().numpy()
        try:
            scores = np.atleast_1d(np.asarray(given, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"`metric` must return a number, or one a sample; got {given!r}."
            ) from error
        if scores.ndim != 1 or not scores.size or not np.isfinite(scores).all():
            raise ValueError(
                f"`metric` must return a finite number, or one a sample; got {given!r}."
            )
        return scores


def make_scorer(metric: Any, larger_is_better: Any) -> Scorer:
    """A Scorer of a name or a function; TypeError or ValueError where it is neither."""
    if callable(metric):
        better = True if larger_is_better is None else larger_is_better
        name = getattr(metric, "__name__", type(metric).__name__)
        return Scorer(name, metric, check_bool(better, name="larger_is_better"))
    check_choice(metric, name="metric", choices=METRICS)
    if larger_is_better is not None:
        raise ValueError(
            f"`larger_is_better` must be None where `metric` is a name; got {larger_is_better!r}."
        )
    return METRICS[metric]


def rows_of(data: Any) -> int | None:
    """How many samples data have along the first axis of each array; None where one cannot say."""
    if isinstance(data, torch.Tensor | np.ndarray):
        return len(data) if data.ndim else None
    if isinstance(data, Mapping):
        data = tuple(data.values())
    if type(data) not in (tuple, list) or not data:
        return None
    sizes = {rows_of(entry) for entry in data}
    return sizes.pop() if len(sizes) == 1 else None


def take_rows(data: Any, rows: AnyArray) -> Any:
    """The same data with these samples; only where `rows_of` says how many there are."""
    if isinstance(data, torch.Tensor):
        return data[torch.as_tensor(rows, device=data.device)]
    if isinstance(data, np.ndarray):
        return data[rows]
    if isinstance(data, Mapping):
        return {name: take_rows(entry, rows) for name, entry in data.items()}
    return type(data)(take_rows(entry, rows) for entry in data)


def _accuracy(model: Any, data: Any) -> "torch.Tensor":
    """1 where the largest output is that of the label, 0 elsewhere; the mean over steps."""
    hits = []
    for outputs, labels in _answers(model, data):
        _check_alike(labels, outputs.shape[:-1])
        if outputs.shape[-1] < FEWEST_CLASSES:
            raise ValueError(
                "`metric` must be a function, or 'loss', for a model with one output: there is no "
                "largest of one."
            )
        hit = (outputs.argmax(dim=-1) == labels).double()
        hits.append(hit.reshape(len(hit), -1).mean(dim=1))
    return torch.cat(hits)


def _loss(model: Any, data: Any) -> "torch.Tensor":
    """Cross-entropy in nats for integer labels, squared error for others; the mean over steps."""
    losses = []
    for outputs, labels in _answers(model, data):
        if labels.is_floating_point():
            _check_alike(labels, outputs.shape)
            loss = (outputs.double() - labels.double()) ** 2
        else:
            _check_alike(labels, outputs.shape[:-1])
            logits = outputs.double().movedim(-1, 1)
            loss = torch.nn.functional.cross_entropy(logits, labels.long(), reduction="none")
        losses.append(loss.reshape(len(loss), -1).mean(dim=1))
    return torch.cat(losses)


def _check_alike(labels: "torch.Tensor", wanted: "torch.Size") -> None:
    """Raise where torch would stretch labels (n, 1) or (n,) to a table of all with all."""
    if labels.shape != wanted:
        raise ValueError(
            f"`data` must have labels of shape {tuple(wanted)}, as the outputs of the model ask; "
            f"got {tuple(labels.shape)}."
        )


METRICS = {"accuracy": Scorer("accuracy", _accuracy, True), "loss": Scorer("loss", _loss, False)}


def _answers(model: Any, data: Any) -> "Iterator[tuple[torch.Tensor, torch.Tensor]]":
    """Outputs and labels of each batch, on one device."""
    is_loader = isinstance(data, torch.utils.data.DataLoader)
    if not is_loader and (type(data) not in (tuple, list) or len(data) != 2):
        raise TypeError(
            "`data` must be (inputs, labels), or a DataLoader of such, where `metric` is a name; "
            f"got {type(data).__name__}."
        )
    device = common_device(model)
    for inputs, labels in data if is_loader else (data,):
        inputs = _moved(inputs, device)
        if isinstance(inputs, Mapping):
            outputs = model(**inputs)
        elif type(inputs) in (tuple, list):
            outputs = model(*inputs)
        else:
            outputs = model(inputs)
        if isinstance(outputs, tuple | list):
            outputs = outputs[0]
        yield outputs, _moved(labels, outputs.device)


def _moved(value: Any, device: Any) -> Any:
    if isinstance(value, np.ndarray):
        # Copied: torch warns of arrays that it must not write to.
        value = torch.tensor(value)
    if isinstance(value, torch.Tensor | torch.nn.utils.rnn.PackedSequence):
        return value if device is None else value.to(device)
    if isinstance(value, Mapping):
        return {name: _moved(entry, device) for name, entry in value.items()}
    if not isinstance(value, tuple | list):
        raise TypeError(f"`data` must hold tensors or arrays; got {value!r} in it.")
    return type(value)(_moved(entry, device) for entry in value)
