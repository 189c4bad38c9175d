"""Leave a model, and every source of random numbers, as they were found."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.generators import unchanged_generators


@contextmanager
def evaluating(model: "torch.nn.Module") -> Iterator[None]:
    """Evaluation mode without gradients; each submodule gets its own training flag back.

    Flags are set one by one: a model's own ``train()`` may do more than set them.
    """
    flags = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in flags:
            module.training = False
        with torch.no_grad():
            yield
    finally:
        for module, flag in flags:
            module.training = flag


@contextmanager
def unchanged_buffers(model: "torch.nn.Module") -> Iterator[None]:
    """Give every module its buffers back, with what they held: hidden states, counters, caches."""
    found = [
        (module, {name: (buffer, _content(buffer)) for name, buffer in module._buffers.items()})
        for module in model.modules()
    ]
    try:
        yield
    finally:
        for module, buffers in found:
            for name in [name for name in module._buffers if name not in buffers]:
                del module._buffers[name]
            for name, (buffer, content) in buffers.items():
                module._buffers[name] = buffer
                # Written to only where it changed: a pending backward pass may still need it.
                if buffer is None or content is None or torch.equal(stored(buffer), content):
                    continue
                stored(buffer.data).copy_(content)


@contextmanager
def unchanged_randomness(probe: Any) -> Iterator[None]:
    """Restore torch's (CPU and CUDA), numpy's and Python's global states, and those of loaders.

    A DataLoader draws a seed from its generator or torch's each time it is iterated, and its
    samplers an order from theirs.
    """
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with torch.random.fork_rng(devices=_started_devices()), unchanged_generators(probe):
            yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002


def stored(tensor: "torch.Tensor") -> "torch.Tensor":
    """An expanded tensor before it was expanded: torch refuses to write to one place twice."""
    for dim, stride in enumerate(tensor.stride() if tensor.layout is torch.strided else ()):
        if stride == 0:
            tensor = tensor.narrow(dim, 0, min(1, tensor.shape[dim]))
    return tensor


def _content(buffer: Any) -> Any:
    """A copy of what a buffer holds; None where it is not there, or has no size yet."""
    is_empty = buffer is None or isinstance(buffer, torch.nn.UninitializedBuffer)
    return None if is_empty else stored(buffer).clone()


def _started_devices() -> list[int]:
    """Asking a CUDA that has not started for its state would start it and claim its memory."""
    if not torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return []
    return list(range(torch.cuda.device_count()))
