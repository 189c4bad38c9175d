"""Hooks that hold states of a model's layers while it runs, and go without a trace.

A recurrent layer is run a step at a time (stepping.py), so that the recurrence sees what is held.
Of a cell, or any module that is called once a step, the returned state is held, which the model
passes on to the next call. Of other layers the output is held, of which the rest of the model sees
nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from mmphate_widget.analysis.ablation.hold import Hold
from mmphate_widget.analysis.ablation.stepping import cell_held, place_of, run_held
from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.caught import is_batch_first, read_call
from mmphate_widget.recording.layers import Layer
from mmphate_widget.recording.parts import Part
from mmphate_widget.recording.recurrent import is_recurrent
from mmphate_widget.recording.wrappers import uncompiled, unfused, unwrapped

# Of a hook that computes what its module returns anew, from the inputs.
_RUNS_AGAIN = "_mmphate_runs_again"


@dataclass(slots=True)
class Extent:
    """How many units a part has, and the most steps that it ran."""

    n_units: int
    n_steps: int


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A module, and what each part of it is held at; a module has one target at most."""

    layer: Layer
    holds: Mapping[Part, Hold]


@contextmanager
def held(
    model: "torch.nn.Module",
    targets: Sequence[Target],
    *,
    readout: bool = False,
    batch_first: bool = True,
) -> Iterator[None]:
    """Hold the parts while the block runs; removes its own hooks, only those."""
    counted = [_Counter() for _ in targets]
    with ExitStack() as handles:
        for target, counter in zip(targets, counted, strict=True):
            _check_target(target, readout=readout)
            _check_free(target)
            hook = _holder(target, counter, readout=readout, batch_first=batch_first)
            # First of all: hooks of others see what the rest of the model sees.
            handle = target.layer.module.register_forward_hook(hook, with_kwargs=True, prepend=True)
            handles.callback(handle.remove)
        handles.enter_context(_counting_anew(model, counted))
        handles.enter_context(uncompiled())
        handles.enter_context(unfused())
        yield


@contextmanager
def measured(
    model: "torch.nn.Module", layers: Sequence[Layer], *, batch_first: bool
) -> Iterator[dict[Part, Extent]]:
    """How many units and steps the parts have, filled in while the block runs the model."""
    extents: dict[Part, Extent] = {}
    counted = [_Counter() for _ in layers]

    def measurer(layer: Layer, counter: _Counter) -> Any:
        def measure(_: Any, args: Any, kwargs: Any, output: Any) -> None:
            call = read_call(layer, args, kwargs, output, batch_first)
            for part, states in call.states.items():
                last = counter.calls + 1 if call.is_step else states.shape[1]
                known = extents.setdefault(part, Extent(states.shape[2], last))
                known.n_steps = max(known.n_steps, last)
            counter.calls += 1

        return measure

    with ExitStack() as handles:
        for layer, counter in zip(layers, counted, strict=True):
            hook = measurer(layer, counter)
            handles.callback(layer.module.register_forward_hook(hook, with_kwargs=True).remove)
        handles.enter_context(_counting_anew(model, counted))
        handles.enter_context(uncompiled())
        handles.enter_context(unfused())
        yield extents


@dataclass(slots=True)
class _Counter:
    """How often a module ran in this forward pass: which step the next call is."""

    calls: int = 0


@contextmanager
def _counting_anew(model: "torch.nn.Module", counters: "list[_Counter]") -> Iterator[None]:
    def start(_module: Any, _args: Any) -> None:
        for counter in counters:
            counter.calls = 0

    handle = unwrapped(model).register_forward_pre_hook(start)
    try:
        yield
    finally:
        handle.remove()


def _holder(target: Target, counter: _Counter, *, readout: bool, batch_first: bool) -> Any:
    layer, holds = target.layer, target.holds
    module = layer.module

    def hold(_: Any, args: Any, kwargs: Any, output: Any) -> Any:
        step, counter.calls = counter.calls, counter.calls + 1
        if is_recurrent(module):
            places = {place_of(part): entry for part, entry in holds.items()}
            return run_held(module, args, kwargs, places, readout=readout)
        if isinstance(module, torch.nn.LSTMCell):
            return _of_cell(module, args, kwargs, output, holds, step)
        states = output[0] if _begins(output) else output
        if readout and isinstance(states, torch.Tensor) and states.ndim == 2:
            raise _recurs_only(layer.parts[0])
        changed = states
        for at, part in enumerate(layer.parts):
            if part in holds:
                share = (at, len(layer.parts))
                is_ordered = is_batch_first(module, otherwise=batch_first)
                changed = _of_output(changed, holds[part], part, share, step, is_ordered)
        return _beginning(output, changed) if _begins(output) else changed

    runs_again = is_recurrent(module) or (
        isinstance(module, torch.nn.LSTMCell) and any(part.is_cell for part in holds)
    )
    setattr(hold, _RUNS_AGAIN, runs_again)
    return hold


def _of_cell(
    module: Any, args: Any, kwargs: Any, output: Any, holds: Mapping[Part, Hold], step: int
) -> Any:
    of_kind = {part.is_cell: entry for part, entry in holds.items()}
    now = torch.tensor(step, device=output[0].device)
    if True in of_kind:
        output = cell_held(module, args, kwargs, of_kind[True], of_kind[True].at(now))
    h, c = output
    if False in of_kind:
        h = of_kind[False].over(h).on(h, of_kind[False].at(now).expand(h.shape[:-1]))
    return h, c


def _of_output(
    states: Any, hold: Hold, part: Part, share: tuple[int, int], step: int, is_ordered: bool
) -> Any:
    """An output of (sample, unit), (sample, step, unit) or packed, with a part of it held."""
    values = states.data if isinstance(states, torch.nn.utils.rnn.PackedSequence) else states
    at, parts = share
    size = values.shape[-1] // parts
    hold.check_fits(size, name=part.layer)
    if isinstance(states, torch.nn.utils.rnn.PackedSequence):
        n_steps = len(states.batch_sizes)
        steps = torch.arange(n_steps).repeat_interleave(states.batch_sizes).to(values.device)
    elif values.ndim == 2:
        steps = torch.full((len(values),), step, device=values.device)
    else:
        axis = 1 if is_ordered else 0
        shape = [1, 1]
        shape[axis] = values.shape[axis]
        steps = torch.arange(values.shape[axis], device=values.device).reshape(shape)
        steps = steps.expand(values.shape[:2])
    held_values = _on_part(values, hold, hold.at(steps), first=at * size, size=size)
    return (
        states._replace(data=held_values)
        if isinstance(states, torch.nn.utils.rnn.PackedSequence)
        else held_values
    )


def _on_part(values: Any, hold: Hold, is_held: Any, *, first: int, size: int) -> Any:
    """Only ``size`` units from ``first`` on are the part's: both directions stand side by side."""
    if hold.units is not None or size == values.shape[-1]:
        return hold.over(values, first).on(values, is_held)
    before, own, after = values.split([first, size, values.shape[-1] - first - size], dim=-1)
    return torch.cat([before, hold.over(own).on(own, is_held), after], dim=-1)


def _begins(output: Any) -> bool:
    """Whether an output is several things, of which the first holds the states."""
    return isinstance(output, tuple | list) and not isinstance(
        output, torch.nn.utils.rnn.PackedSequence
    )


def _beginning(output: Any, first: Any) -> Any:
    made = getattr(output, "_make", type(output))
    return made((first, *output[1:]))


def _check_free(target: Target) -> None:
    """Raise where a hook of an enclosing block would run the module again, without this hold."""
    for hook in target.layer.module._forward_hooks.values():
        if getattr(hook, _RUNS_AGAIN, False):
            layer = next(iter(target.holds)).layer
            raise RuntimeError(
                f"Units of layer {layer!r} are held already, by a `clamp_units` around this: "
                "nothing more of it can be held or ablated there. Hold all of its units in one "
                "`clamp_units`, or leave that first."
            )


def _check_target(target: Target, *, readout: bool) -> None:
    """Raise early where a module says how many units it has, or cannot do what is asked."""
    for part, hold in target.holds.items():
        if readout and (part.is_cell or isinstance(target.layer.module, torch.nn.RNNCellBase)):
            raise _recurs_only(part)
        size = known_size(target.layer.module, part)
        if size is not None:
            hold.check_fits(size, name=part.layer)


def _recurs_only(part: Part) -> ValueError:
    return ValueError(
        f"`readout_only` must be False for {part.layer!r}: what it returns, the next step sees."
    )


def known_size(module: Any, part: Part) -> int | None:
    """How many units a part has, where its module says so before it runs."""
    if not (is_recurrent(module) or isinstance(module, torch.nn.RNNCellBase)):
        return None
    projected = 0 if part.is_cell else getattr(module, "proj_size", 0)
    return int(projected or module.hidden_size)
