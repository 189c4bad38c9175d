"""Run the probe once and catch what the named layers return, as (sample, step, unit) arrays.

Hooks live only while the probe runs. Recurrent layers are recorded as torch returns them:
the output of their last layer, for an LSTM its h, both directions side by side.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from jaxtyping import Float

from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.probe import calls, common_device
from mmphate_widget.recording.untouched import evaluating, unchanged_buffers, unchanged_randomness

# (sample, step, unit)
_N_AXES = 3


def find_layers(model: Any, names: Sequence[str]) -> dict[str, "torch.nn.Module"]:
    """The submodules called ``names``, as ``model.named_modules()`` calls them."""
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"`model` must be a torch.nn.Module; got {type(model).__name__}.")
    if not names:
        raise ValueError("`layers` must name at least one module; got none.")
    if len(set(names)) < len(names):
        raise ValueError(f"`layers` must name each module once; got {list(names)}.")
    modules = dict(model.named_modules())
    for name in names:
        if name not in modules:
            known = ", ".join(repr(other) for other in modules if other) or "''"
            raise ValueError(f"`layers` must name modules of the model: {known}; got {name!r}.")
    return {name: modules[name] for name in names}


def record_states(
    model: "torch.nn.Module",
    *,
    probe: Any,
    layers: Mapping[str, "torch.nn.Module"],
    batch_first: bool,
    dtype: str,
) -> dict[str, Float[np.ndarray, "sample step _"]]:
    """The output of each layer for all samples of the probe, on the CPU."""
    batches: dict[str, list[torch.Tensor]] = {name: [] for name in layers}
    device = common_device(model)
    with unchanged_randomness(probe), unchanged_buffers(model), evaluating(model):
        for args, kwargs in calls(probe, device=device):
            with caught_states(layers, dtype=dtype) as caught:
                model(*args, **kwargs)
            for name, module in layers.items():
                states = _only(caught[name], name=name)
                is_ordered = is_batch_first(module, otherwise=batch_first)
                batches[name].append(states if is_ordered else states.swapaxes(0, 1))
    return {name: _joined(parts, name=name) for name, parts in batches.items()}


@contextmanager
def caught_states(
    layers: Mapping[str, "torch.nn.Module"], *, dtype: str
) -> Iterator[dict[str, "list[torch.Tensor]"]]:
    """Lists that fill with what each layer returns; removes its own hooks, only those."""
    caught: dict[str, list[torch.Tensor]] = {name: [] for name in layers}

    def catcher(name: str) -> Any:
        def catch(_module: Any, _args: Any, output: Any) -> None:
            states = _states_of(output, name=name).detach()
            # Copied at once: a model may go on to write into what the layer returned.
            caught[name].append(states.to(device="cpu", dtype=getattr(torch, dtype), copy=True))

        return catch

    with ExitStack() as handles:
        for name, module in layers.items():
            handles.callback(module.register_forward_hook(catcher(name)).remove)
        yield caught


def is_batch_first(module: "torch.nn.Module", *, otherwise: bool) -> bool:
    """Whether a layer returns (sample, step, unit); ``otherwise`` where it does not say.

    Transformer layers say so in their attention, stacks of them in their layers.
    """
    if isinstance(module, torch.nn.TransformerEncoder | torch.nn.TransformerDecoder):
        module = module.layers[0]
    return bool(getattr(getattr(module, "self_attn", module), "batch_first", otherwise))


def is_bidirectional(module: "torch.nn.Module") -> bool:
    """Whether a layer's output holds forward units, then as many reverse ones."""
    return bool(getattr(module, "bidirectional", False))


def as_array(values: Any) -> Any:
    """A tensor as a numpy array of its own, on the CPU; anything else as it is."""
    return values.detach().cpu().numpy().copy() if isinstance(values, torch.Tensor) else values


def _states_of(output: Any, *, name: str) -> "torch.Tensor":
    states = output[0] if isinstance(output, tuple | list) and output else output
    if not isinstance(states, torch.Tensor):
        raise TypeError(
            f"`layers` must name modules that return a tensor, or a tuple that begins with one; "
            f"got {name!r}, which returned {type(states).__name__}."
        )
    if states.ndim != _N_AXES:
        raise ValueError(
            f"`layers` must name modules whose output has axes (sample, step, unit); got {name!r} "
            f"with shape {tuple(states.shape)}. An unbatched probe needs a sample axis: x[None]. "
            f"Cells such as GRUCell, which return one step at a time, are not supported."
        )
    return states


def _only(caught: "list[torch.Tensor]", *, name: str) -> "torch.Tensor":
    if len(caught) != 1:
        raise ValueError(
            f"`layers` must name modules that run once in a forward pass; got {name!r}, which "
            f"ran {len(caught)} times."
        )
    return caught[0]


def _joined(parts: "list[torch.Tensor]", *, name: str) -> Float[np.ndarray, "sample step _"]:
    if not parts:
        raise ValueError("`probe` must yield at least one batch; got an empty DataLoader.")
    sizes = {tuple(part.shape[1:]) for part in parts}
    if len(sizes) > 1:
        raise ValueError(
            f"`probe` must have as many steps in every batch; layer {name!r} returned "
            f"(step, unit) of {sorted(sizes)}. Pad the sequences to one length."
        )
    joined: np.ndarray[Any, Any] = torch.cat(parts).numpy()
    return joined
