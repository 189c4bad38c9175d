"""One call of a module, read as states (sample, step, unit) of each of its parts.

A stack of recurrent layers gives the states of every layer; a cell, or any module that
returns (sample, unit), one step; every other module the (sample, step, unit) it returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.cells import cell_states
from mmphate_widget.recording.layers import Layer
from mmphate_widget.recording.parts import Part
from mmphate_widget.recording.recurrent import is_recurrent, layer_outputs, n_directions

# Axes of one step (sample, unit), and of a sequence (sample, step, unit).
_STEP_AXES, _SEQUENCE_AXES = 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """States of each part at one call; ``lengths`` where it returned a PackedSequence."""

    states: Mapping[Part, "torch.Tensor"]
    lengths: "torch.Tensor | None"
    is_step: bool


def read_call(
    layer: Layer, args: tuple[Any, ...], kwargs: Mapping[str, Any], output: Any, batch_first: bool
) -> Call:
    """What one call of ``layer.module`` tells of its parts, on the module's device."""
    if is_recurrent(layer.module):
        return _of_stack(layer, args, kwargs, output)
    name = layer.parts[0].module
    states = _first(output, name=name)
    if isinstance(states, torch.nn.utils.rnn.PackedSequence):
        padded, lengths = _padded(states, batch_first=True)
        return Call(_by_direction(layer, padded), lengths, is_step=False)
    if states.ndim == _STEP_AXES:
        if isinstance(layer.module, torch.nn.LSTMCell):
            kinds = (state[:, None] for state in output[: len(layer.parts)])
            return Call(dict(zip(layer.parts, kinds, strict=True)), None, is_step=True)
        return Call(_by_direction(layer, states[:, None]), None, is_step=True)
    is_ordered = is_batch_first(layer.module, otherwise=batch_first)
    _check_axes(states, name=name, batch_first=is_ordered)
    return Call(_by_direction(layer, states if is_ordered else states.swapaxes(0, 1)), None, False)


def is_batch_first(module: Any, *, otherwise: bool) -> bool:
    """Whether a layer returns (sample, step, unit); ``otherwise`` where it does not say.

    Transformer layers say so in their attention, stacks of them in their layers.
    """
    if isinstance(module, torch.nn.TransformerEncoder | torch.nn.TransformerDecoder):
        module = module.layers[0]
    return bool(getattr(getattr(module, "self_attn", module), "batch_first", otherwise))


def _of_stack(layer: Layer, args: tuple[Any, ...], kwargs: Mapping[str, Any], output: Any) -> Call:
    module = layer.module
    inputs = args[0] if args else kwargs["input"]
    start = args[1] if len(args) > 1 else kwargs.get("hx")
    last = _first(output, name=layer.parts[0].module)
    if not isinstance(last, torch.nn.utils.rnn.PackedSequence):
        _check_axes(last, name=layer.parts[0].module, batch_first=module.batch_first)
    outputs = layer_outputs(module, inputs, start, last)
    states: list[torch.Tensor] = []
    lengths = None
    for index, (x, h) in enumerate(zip([inputs, *outputs], outputs, strict=False)):
        x, _ = _padded(x, batch_first=module.batch_first)
        h, lengths = _padded(h, batch_first=module.batch_first)
        states.extend(h.chunk(n_directions(module), dim=2))
        if any(part.is_cell for part in layer.parts):
            states.extend(
                cell_states(module, index, inputs=x, outputs=h, start=start, lengths=lengths)
            )
    return Call(dict(zip(layer.parts, states, strict=True)), lengths, is_step=False)


def _padded(states: Any, *, batch_first: bool) -> "tuple[torch.Tensor, torch.Tensor | None]":
    """(sample, step, unit) in the order samples came in, 0 past each end, with the lengths."""
    if isinstance(states, torch.nn.utils.rnn.PackedSequence):
        padded, lengths = torch.nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
        return padded, lengths
    return states if batch_first else states.swapaxes(0, 1), None


def _by_direction(layer: Layer, states: "torch.Tensor") -> dict[Part, "torch.Tensor"]:
    return dict(zip(layer.parts, states.chunk(len(layer.parts), dim=2), strict=True))


def _first(output: Any, *, name: str) -> Any:
    """The tensor or PackedSequence that an output is or begins with."""
    packed = torch.nn.utils.rnn.PackedSequence
    begins = isinstance(output, tuple | list) and output and not isinstance(output, packed)
    states = output[0] if begins else output
    if not isinstance(states, torch.Tensor | packed):
        raise TypeError(
            f"`layers` must name modules that return a tensor, or a tuple that begins with one; "
            f"got {name!r}, which returned {type(states).__name__}."
        )
    return states


def check_steps(calls: "list[Call]", layer: Layer, *, batch_first: bool) -> None:
    """Raise unless the calls of one forward pass stand for a sequence."""
    name = layer.parts[0].module
    is_cell = isinstance(layer.module, torch.nn.RNNCellBase)
    if len(calls) == 1 and calls[0].is_step and not is_cell:
        state = calls[0].states[layer.parts[0]]
        is_ordered = is_batch_first(layer.module, otherwise=batch_first)
        _check_axes(state[:, 0], name=name, batch_first=is_ordered)
    if len(calls) == 1:
        return
    if not calls or any(state.shape[1] != 1 for call in calls for state in call.states.values()):
        raise ValueError(
            f"`layers` must name modules that run once in a forward pass, or once a step; got "
            f"{name!r}, which ran {len(calls)} times."
        )
    sizes = [next(iter(call.states.values())).shape[::2] for call in calls]
    if len(set(sizes)) > 1:
        raise ValueError(
            f"`layers` must name modules with the same samples and units at every step; got "
            f"{name!r} with (sample, unit) of {[tuple(size) for size in dict.fromkeys(sizes)]}."
        )


def _check_axes(states: "torch.Tensor", *, name: str, batch_first: bool) -> None:
    if states.ndim != _SEQUENCE_AXES:
        # On the other axis a model would take the steps for samples, and say nothing.
        where, cure = ("first", "x[None]") if batch_first else ("second", "x[:, None]")
        raise ValueError(
            f"`layers` must name modules whose output has axes (sample, step, unit), or (sample, "
            f"unit) at each of several calls; got {name!r} with shape {tuple(states.shape)}. "
            f"An unbatched probe needs a sample axis, here the {where}: {cure}."
        )
