"""The probe: the fixed input whose hidden states are compared from epoch to epoch.

Whatever form it comes in, it becomes calls ``model(*args, **kwargs)``, one a batch.
Samples must come in the same order at every epoch, so a shuffling loader is refused.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from mmphate_widget.recording._torch import torch

Call: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]

_SHUFFLING = (
    torch.utils.data.RandomSampler,
    torch.utils.data.SubsetRandomSampler,
    torch.utils.data.WeightedRandomSampler,
)


def check_probe(probe: Any) -> None:
    """Raise unless ``probe`` is of a kind that `calls` can run in a fixed order."""
    if isinstance(probe, torch.utils.data.DataLoader):
        _check_order(probe)
        return
    if not isinstance(probe, torch.Tensor | tuple | list | Mapping):
        raise TypeError(
            "`probe` must be a tensor, a PackedSequence, a tuple of positional arguments, a dict "
            f"of keyword arguments or a DataLoader; got {type(probe).__name__}. "
            f"An array becomes a tensor with torch.as_tensor."
        )


def calls(probe: Any, *, device: "torch.device | None") -> Iterator[Call]:
    """The arguments of each call of the model, moved to ``device`` unless that is None.

    A batch of a DataLoader that is a tuple or list stands for (input, target, …): only its
    first item goes to the model. A dict goes in as keyword arguments.
    """
    if not isinstance(probe, torch.utils.data.DataLoader):
        yield _as_call(_moved(probe, device))
        return
    for batch in probe:
        inputs = batch[0] if _is_sequence(batch) else batch
        yield _as_call(_moved(inputs, device))


def common_device(model: "torch.nn.Module") -> "torch.device | None":
    """The device of all parameters and buffers; None where there are none or several."""
    devices = {tensor.device for tensor in (*model.parameters(), *model.buffers())}
    return devices.pop() if len(devices) == 1 else None


def _as_call(inputs: Any) -> Call:
    if isinstance(inputs, Mapping):
        return (), dict(inputs)
    return (tuple(inputs) if _is_sequence(inputs) else (inputs,)), {}


def _is_sequence(inputs: Any) -> bool:
    """Whether these are several things; a PackedSequence is a tuple, but one thing."""
    packed = torch.nn.utils.rnn.PackedSequence
    return isinstance(inputs, tuple | list) and not isinstance(inputs, packed)


def _moved(inputs: Any, device: "torch.device | None") -> Any:
    if device is None:
        return inputs
    if isinstance(inputs, torch.Tensor):
        return inputs.to(device)
    if isinstance(inputs, torch.nn.utils.rnn.PackedSequence):
        # torch annotates one of the forms of its arguments.
        return inputs.to(device)  # type: ignore[arg-type]
    if isinstance(inputs, Mapping):
        return {name: _moved(value, device) for name, value in inputs.items()}
    if type(inputs) in (tuple, list):
        return type(inputs)(_moved(value, device) for value in inputs)
    return inputs


def _check_order(loader: Any) -> None:
    samplers = (loader.sampler, getattr(loader.batch_sampler, "sampler", None))
    for sampler in samplers:
        if isinstance(sampler, _SHUFFLING):
            raise ValueError(
                "`probe` must yield the same samples in the same order at every epoch; got a "
                f"DataLoader with a {type(sampler).__name__}. Make one with shuffle=False."
            )
