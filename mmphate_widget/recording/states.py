"""Run the probe once and gather what the named layers compute, as (sample, step, unit) arrays.

Hooks live only while the probe runs. Calls of one forward pass follow each other along the
steps, batches along the samples.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.caught import Call, check_steps, read_call
from mmphate_widget.recording.layers import Layer
from mmphate_widget.recording.parts import Part
from mmphate_widget.recording.probe import calls, check_fits, common_device
from mmphate_widget.recording.untouched import evaluating, unchanged_buffers, unchanged_randomness
from mmphate_widget.recording.wrappers import uncompiled, unfused, unwrapped


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """States of all samples of the probe by part; ``lengths`` where they were packed."""

    by_part: Mapping[Part, Float[np.ndarray, "sample _ _"]]
    lengths: Int[np.ndarray, " sample"] | None


# One forward pass: the states of each kept part, with their lengths where they were packed.
Pass: TypeAlias = "dict[Part, tuple[torch.Tensor, torch.Tensor | None]]"


def record_states(
    model: "torch.nn.Module",
    *,
    probe: Any,
    layers: Sequence[Layer],
    batch_first: bool = True,
    dtype: str = "float32",
    pads: bool = False,
) -> States:
    """The states of each kept part for all samples of the probe, on the CPU.

    Batches that differ in length are padded with 0 where they were packed, or with ``pads``.
    """
    model = unwrapped(model)
    passes: list[Pass] = []
    with (
        unchanged_randomness(probe),
        unchanged_buffers(model),
        evaluating(model),
        uncompiled(),
        unfused(),
    ):
        for args, kwargs in calls(probe, device=common_device(model)):
            with caught_calls(layers, batch_first=batch_first, dtype=dtype) as caught:
                try:
                    model(*args, **kwargs)
                except TypeError:
                    check_fits(model, args, kwargs)
                    raise
            passes.append(_one_pass(layers, caught, batch_first=batch_first))
    if not passes:
        raise ValueError("`probe` must yield at least one batch; got an empty DataLoader.")
    n_steps = max(states.shape[1] for one in passes for states, _ in one.values())
    return States(
        by_part={
            part: _joined([one[part] for one in passes], part, n_steps=n_steps, pads=pads)
            for part in passes[0]
        },
        lengths=_common_lengths(passes),
    )


@contextmanager
def caught_calls(
    layers: Sequence[Layer], *, batch_first: bool, dtype: str
) -> "Iterator[list[list[Call]]]":
    """A list for each layer that fills with its calls; removes its own hooks, only those."""
    caught: list[list[Call]] = [[] for _ in layers]

    def catcher(layer: Layer, found: list[Call]) -> Any:
        def catch(_module: Any, args: Any, kwargs: Any, output: Any) -> None:
            call = read_call(layer, args, kwargs, output, batch_first)
            found.append(_kept(call, layer, dtype=dtype))

        return catch

    with ExitStack() as handles:
        for layer, found in zip(layers, caught, strict=True):
            handle = layer.module.register_forward_hook(catcher(layer, found), with_kwargs=True)
            handles.callback(handle.remove)
        yield caught


def as_array(values: Any) -> Any:
    """A tensor as a numpy array of its own, on the CPU; anything else as it is."""
    return values.detach().cpu().numpy().copy() if isinstance(values, torch.Tensor) else values


def _kept(call: Call, layer: Layer, *, dtype: str) -> Call:
    for part in layer.kept:
        if call.states[part].is_complex():
            raise TypeError(
                f"`layers` must name modules that return real numbers; got {part.module!r}, which "
                f"returned {call.states[part].dtype}. Return torch.view_as_real(...).flatten(-2), "
                f"which has both parts of each unit."
            )
    # Copied at once: a model may go on to write into what the layer returned.
    states = {
        part: call.states[part].detach().to(device="cpu", dtype=getattr(torch, dtype), copy=True)
        for part in layer.kept
    }
    return Call(states, call.lengths, call.is_step)


def _one_pass(layers: Sequence[Layer], caught: "list[list[Call]]", *, batch_first: bool) -> Pass:
    one: Pass = {}
    for layer, found in zip(layers, caught, strict=True):
        check_steps(found, layer, batch_first=batch_first)
        for part in layer.kept:
            states = torch.cat([call.states[part] for call in found], dim=1)
            one[part] = (states, found[0].lengths)
    return one


def _joined(
    pieces: "list[tuple[torch.Tensor, torch.Tensor | None]]",
    part: Part,
    *,
    n_steps: int,
    pads: bool,
) -> Float[np.ndarray, "sample _ _"]:
    """Batches one after the other; packed ones reach to the longest of all layers."""
    if all(lengths is not None for _, lengths in pieces):
        size = n_steps
    elif pads:
        size = max(states.shape[1] for states, _ in pieces)
    else:
        size = 0
    padded = [_padded_to(states, size) for states, _ in pieces]
    sizes = {tuple(states.shape[1:]) for states in padded}
    if len(sizes) > 1:
        raise ValueError(
            f"`probe` must have as many steps in every batch; layer {part.layer!r} returned "
            f"(step, unit) of {sorted(sizes)}. Pad the sequences to one length, or give `lengths`."
        )
    joined: np.ndarray[Any, Any] = torch.cat(padded).numpy()
    return joined


def _padded_to(states: "torch.Tensor", n_steps: int) -> "torch.Tensor":
    missing = max(n_steps - states.shape[1], 0)
    return torch.nn.functional.pad(states, (0, 0, 0, missing))


def _common_lengths(passes: list[Pass]) -> Int[np.ndarray, " sample"] | None:
    """The lengths that the packed layers tell; None where none was packed in every batch."""
    told = {}
    for part in passes[0]:
        lengths = [one[part][1] for one in passes]
        known = [ends for ends in lengths if ends is not None]
        if len(known) == len(lengths):
            told[part.layer] = torch.cat(known).numpy()
    first = next(iter(told.values()), None)
    for name, other in told.items():
        if first is not None and not np.array_equal(first, other):
            raise ValueError(
                f"`layers` must get sequences of the same lengths; {name!r} and "
                f"{next(iter(told))!r} were packed with different ones."
            )
    return first
