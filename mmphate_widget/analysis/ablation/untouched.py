"""A model that is exactly as it was found, whatever a metric does with it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.untouched import (
    evaluating,
    stored,
    unchanged_buffers,
    unchanged_randomness,
)


@contextmanager
def left_as_found(model: "torch.nn.Module", data: Any) -> Iterator[None]:
    """Evaluation mode without gradients; then all of the model, and randomness, as before."""
    with ExitStack() as stack:
        stack.enter_context(unchanged_randomness(data))
        stack.enter_context(unchanged_buffers(model))
        stack.enter_context(evaluating(model))
        stack.enter_context(_unchanged_weights(model))
        yield


@contextmanager
def _unchanged_weights(model: "torch.nn.Module") -> Iterator[None]:
    lazy = torch.nn.parameter.is_lazy
    found = [
        (parameter, parameter.requires_grad, _copy(parameter.grad), parameter.grad)
        for parameter in model.parameters()
    ]
    values = [None if lazy(parameter) else _copy(parameter) for parameter, *_ in found]
    try:
        yield
    finally:
        for (parameter, needs_gradient, content, gradient), value in zip(
            found, values, strict=True
        ):
            parameter.requires_grad_(needs_gradient)
            if value is not None:
                _write(parameter, value)
            parameter.grad = gradient
            if gradient is not None and content is not None:
                _write(gradient, content)


def _copy(tensor: "torch.Tensor | None") -> "torch.Tensor | None":
    return None if tensor is None else stored(tensor.detach()).clone()


def _write(tensor: "torch.Tensor", value: "torch.Tensor") -> None:
    # Written to only where it changed: a pending backward pass may still need it.
    if not torch.equal(stored(tensor.detach()), value):
        stored(tensor.data).copy_(value)
