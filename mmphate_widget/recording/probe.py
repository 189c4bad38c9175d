"""The probe: the fixed input whose hidden states are compared from epoch to epoch.

Whatever form it comes in, it becomes calls ``model(*args, **kwargs)``, one a batch.
Samples must be the same, in the same order, at every epoch: tensors are copied, a loader that
shuffles is refused, and what a loader yields is compared with what it yielded first.
"""

import inspect
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, TypeAlias

from mmphate_widget.recording._torch import torch

Call: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]

_SHUFFLING = (
    torch.utils.data.RandomSampler,
    torch.utils.data.SubsetRandomSampler,
    torch.utils.data.WeightedRandomSampler,
)


def check_probe(probe: Any) -> None:
    """Raise unless ``probe`` is of a kind that can run in a fixed order."""
    if isinstance(probe, torch.utils.data.DataLoader):
        _check_order(probe)
        return
    if not isinstance(probe, torch.Tensor | tuple | list | Mapping):
        raise TypeError(
            "`probe` must be a tensor, a PackedSequence, a tuple of positional arguments, a dict "
            f"of keyword arguments or a DataLoader; got {type(probe).__name__}. "
            f"An array becomes a tensor with torch.as_tensor."
        )


def own_probe(probe: Any) -> Any:
    """A checked probe that nobody else can change: tensors copied, a loader watched over."""
    check_probe(probe)
    return (
        WatchedLoader(probe) if isinstance(probe, torch.utils.data.DataLoader) else _copied(probe)
    )


class WatchedLoader:
    """The inputs a DataLoader yields; raises where they differ from those of the first time."""

    def __init__(self, loader: "torch.utils.data.DataLoader[Any]") -> None:
        # What is drawn from, for the states to be given back.
        self.generator, self.sampler = loader.generator, loader.sampler
        self.batch_sampler = loader.batch_sampler
        self._loader = loader
        self._digests: dict[int, str] = {}

    def __iter__(self) -> Iterator[Any]:
        for at, batch in enumerate(self._loader):
            inputs = batch[0] if _is_sequence(batch) else batch
            digest = _digest(inputs)
            if self._digests.setdefault(at, digest) != digest:
                raise ValueError(
                    "`probe` must yield the same samples in the same order at every epoch; got a "
                    f"DataLoader whose batch {at} is not that of the first snapshot. Make one "
                    "without a shuffling sampler and without random transforms."
                )
            yield inputs


def calls(probe: Any, *, device: "torch.device | None") -> Iterator[Call]:
    """The arguments of each call of the model, moved to ``device`` unless that is None.

    ``probe`` is one of `own_probe`. A batch of a DataLoader that is a tuple or list stands for
    (input, target, …): only its first item goes to the model. A dict goes in as keyword
    arguments.
    """
    for inputs in probe if isinstance(probe, WatchedLoader) else (probe,):
        # Copied once more: a model may write into its input.
        yield _as_call(_copied(inputs, device=device))


def check_fits(model: "torch.nn.Module", args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Raise TypeError where the model does not take as many arguments, or none of these names."""
    try:
        signature = inspect.signature(model.forward)
    except (TypeError, ValueError):  # it has none that Python can tell
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        got = ", ".join([*(type(value).__name__ for value in args), *kwargs]) or "nothing"
        raise TypeError(
            f"`probe` must hold the arguments of the model's forward{signature}; got {got}: "
            f"{error}."
        ) from error


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


def _copied(inputs: Any, device: "torch.device | None" = None) -> Any:
    """Copies of all tensors, on ``device`` where that is not None."""
    if isinstance(inputs, torch.Tensor):
        return inputs.detach().to(device=device or inputs.device, copy=True)
    if isinstance(inputs, torch.nn.utils.rnn.PackedSequence):
        copied = inputs._replace(data=inputs.data.detach().clone())
        # torch annotates one of the forms of its arguments.
        return copied.to(device or copied.data.device)  # type: ignore[arg-type]
    if isinstance(inputs, Mapping):
        return {name: _copied(value, device) for name, value in inputs.items()}
    if type(inputs) in (tuple, list):
        return type(inputs)(_copied(value, device) for value in inputs)
    return inputs


def _digest(inputs: Any) -> str:
    """Checksum of the bytes of all tensors, in order."""
    if isinstance(inputs, torch.Tensor):
        flat = inputs.detach().cpu().contiguous().flatten()
        return sha256(flat.view(torch.uint8).numpy().data).hexdigest()
    if isinstance(inputs, Mapping):
        inputs = tuple(inputs.values())
    if isinstance(inputs, tuple | list):
        return "".join(_digest(value) for value in inputs)
    return ""


def _check_order(loader: Any) -> None:
    samplers = (loader.sampler, getattr(loader.batch_sampler, "sampler", None))
    for sampler in samplers:
        if isinstance(sampler, _SHUFFLING):
            raise ValueError(
                "`probe` must yield the same samples in the same order at every epoch; got a "
                f"DataLoader with a {type(sampler).__name__}. Make one with shuffle=False."
            )
