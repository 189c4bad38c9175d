"""A Trace of a run that is over: the probe goes through the model at each saved checkpoint.

The model lends its architecture. Each state dict is loaded into it in turn, and its own
weights are put back in place in the end, whatever happens.
"""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mmphate_widget._types import PathLike
from mmphate_widget._validation import check_int
from mmphate_widget.recording.recorder import Recorder
from mmphate_widget.trace import Trace

if TYPE_CHECKING:
    from mmphate_widget.recording._torch import torch

# Keys under which training scripts keep the weights beside optimizer and epoch.
WEIGHT_KEYS = ("state_dict", "model_state_dict", "model")


def record_checkpoints(
    model: "torch.nn.Module",
    checkpoints: Any,
    *,
    epochs: npt.ArrayLike | None = None,
    metrics: Mapping[str, Any] | None = None,
    **options: Any,
) -> Trace:
    """One snapshot a checkpoint, in the order given; ``options`` are those of a Recorder."""
    listed = _listed(checkpoints)
    numbers = _epochs(epochs, size=len(listed))
    curves = _curves(metrics, size=len(listed))
    recorder = Recorder(model, n_epochs=len(listed), **options)
    with own_weights_kept(model):
        for at, (number, checkpoint) in enumerate(zip(numbers, listed, strict=True)):
            name = _name(checkpoint, at)
            _load(model, _state_dict(checkpoint, name=name), name=name)
            try:
                recorder.snapshot(epoch=number, **{key: c[at] for key, c in curves.items()})
            except Exception as error:
                error.add_note(f"This happened at {name}.")
                raise
    return recorder.trace


@contextmanager
def own_weights_kept(model: "torch.nn.Module") -> Iterator[None]:
    """Put parameters, buffers and extra state back, into the same tensors, bit for bit."""
    from mmphate_widget.recording._torch import torch
    from mmphate_widget.recording.untouched import stored

    # Buffers outside of the state dict, too.
    tensors = [*model.parameters(), *model.buffers()]
    if any(torch.nn.parameter.is_lazy(tensor) for tensor in tensors):
        raise ValueError(
            "`model` must have weights of known sizes; got one with lazy modules that have not "
            "run yet. Run the probe through it once."
        )
    state = copy.deepcopy(model.state_dict())
    tensors = [stored(tensor.detach()) for tensor in tensors]
    values = [tensor.clone() for tensor in tensors]
    try:
        yield
    finally:
        try:
            model.load_state_dict(state)
        finally:
            with torch.no_grad():
                for tensor, value in zip(tensors, values, strict=True):
                    tensor.copy_(value)


def _listed(checkpoints: Any) -> list[Any]:
    if isinstance(checkpoints, str | Path | Mapping) or not hasattr(checkpoints, "__iter__"):
        raise TypeError(
            f"`checkpoints` must be a sequence of paths or state dicts, one an epoch; got "
            f"{type(checkpoints).__name__}."
        )
    listed = list(checkpoints)
    if not listed:
        raise ValueError("`checkpoints` must hold at least one path or state dict; got none.")
    for at, checkpoint in enumerate(listed):
        if isinstance(checkpoint, str | Path):
            if not Path(checkpoint).is_file():
                raise FileNotFoundError(f"There is no file for {_name(checkpoint, at)}.")
        elif not isinstance(checkpoint, Mapping):
            raise TypeError(
                f"`checkpoints` must hold paths or state dicts; got {type(checkpoint).__name__} "
                f"for {_name(checkpoint, at)}."
            )
    return listed


def _epochs(given: Any, *, size: int) -> list[int]:
    if given is None:
        return list(range(size))
    listed = _one_each(given, name="epochs", size=size)
    numbers = [check_int(number, name="epochs", minimum=0) for number in listed]
    if (np.diff(numbers) <= 0).any():
        raise ValueError(
            f"`epochs` must ascend, as the checkpoints are taken in the order given; got {numbers}."
        )
    return numbers


def _curves(given: Mapping[str, Any] | None, *, size: int) -> dict[str, list[Any]]:
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"`metrics` must be a mapping {{name: curve}}; got {given!r}.")
    curves = {}
    for key, curve in (given or {}).items():
        if not isinstance(key, str):
            raise TypeError(f"`metrics` must have strings as keys; got {key!r}.")
        if key == "epoch":
            raise ValueError(
                "`metrics` must have other keys than 'epoch'; got it. Numbers of epochs are given "
                "as `epochs`."
            )
        curves[key] = _one_each(curve, name=f"metrics[{key!r}]", size=size)
    return curves


def _one_each(given: Any, *, name: str, size: int) -> list[Any]:
    try:
        listed = list(given)
    except TypeError as error:
        raise TypeError(
            f"`{name}` must be a sequence with one number for each of the {size} checkpoints; got "
            f"{given!r}."
        ) from error
    if len(listed) != size:
        raise ValueError(
            f"`{name}` must have one number for each of the {size} checkpoints; got {len(listed)}."
        )
    return listed


def _name(checkpoint: Any, at: int) -> str:
    """How errors speak of a checkpoint: by its position, and its path where it has one."""
    path = f" ({str(checkpoint)!r})" if isinstance(checkpoint, str | Path) else ""
    return f"checkpoint {at}{path}"


def _state_dict(checkpoint: PathLike | Mapping[str, Any], *, name: str) -> dict[str, Any]:
    """The weights by parameter name, read from the file where it is one."""
    from mmphate_widget.recording._torch import torch

    state: Any = checkpoint
    if isinstance(checkpoint, str | Path):
        try:
            state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        except Exception as error:
            raise ValueError(
                f"The file of {name} cannot be read as weights. If you trust it, load it with "
                f"torch.load and pass its state dict instead of its path. Torch says: {error}"
            ) from error
    if isinstance(state, Mapping):
        inside = [state[key] for key in WEIGHT_KEYS if isinstance(state.get(key), Mapping)]
        state = inside[0] if inside else state
    if not isinstance(state, Mapping) or not all(isinstance(key, str) for key in state):
        raise TypeError(
            f"A checkpoint must be a state dict, a mapping from names of parameters to tensors; "
            f"{name} holds {type(state).__name__}. Save model.state_dict()."
        )
    return dict(state)


def _load(model: "torch.nn.Module", state: Mapping[str, Any], *, name: str) -> None:
    """Load all weights; wrappers around either model, or parts of it, make no difference."""
    keys = model.state_dict().keys()
    renamed = state
    for plain in (_without_prefix, _without_links):
        if renamed.keys() == keys:
            break
        own = {plain(key): key for key in keys}
        found = {own.get(plain(key), key): value for key, value in state.items()}
        # Names that only the wrappers told apart stay as they are.
        renamed = found if len(found) == len(state) else state
    try:
        model.load_state_dict(renamed)
    except Exception as error:
        raise ValueError(f"The weights of {name} do not fit the model: {error}") from error


def _without_prefix(key: str) -> str:
    """A parameter's name without torch.compile and a data-parallel wrapper of the whole model."""
    parts = [part for part in key.split(".") if part != "_orig_mod"]
    return ".".join(parts[1:] if parts[0] == "module" else parts)


def _without_links(key: str) -> str:
    """A parameter's name without wrappers anywhere."""
    return ".".join(part for part in key.split(".") if part not in ("_orig_mod", "module"))
