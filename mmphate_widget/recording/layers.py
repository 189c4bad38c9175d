"""Find the modules to record, and the parts of them that were asked for, by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.parts import Part, parts_of
from mmphate_widget.recording.recurrent import is_recurrent, joins_directions
from mmphate_widget.recording.wrappers import plain_modules, plain_names, unwrapped


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A module, all parts it can be recorded in, and those to keep."""

    module: Any
    parts: tuple[Part, ...]
    kept: tuple[Part, ...]


def listed_names(layers: Any) -> tuple[str, ...]:
    """Names of modules from one name or several, or TypeError."""
    names = (layers,) if isinstance(layers, str) else layers
    is_iterable = isinstance(names, Iterable) and not isinstance(names, torch.nn.Module)
    listed = tuple(names) if is_iterable else (names,)
    if not is_iterable or not all(isinstance(name, str) for name in listed):
        kinds = ", ".join(dict.fromkeys(type(n).__name__ for n in listed if not isinstance(n, str)))
        raise TypeError(
            f"`layers` must be a name of a submodule or a sequence of names, as in "
            f"model.named_modules(); got {kinds}."
        )
    return listed


def find_layers(model: Any, names: Sequence[str], *, cell_state: bool = False) -> list[Layer]:
    """The modules or parts of them called ``names``; wrappers may be named or left out."""
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"`model` must be a torch.nn.Module; got {type(model).__name__}.")
    if any(isinstance(module, torch.jit.ScriptModule) for module in model.modules()):
        raise TypeError(
            "`model` must be made of plain modules; got one with TorchScript in it, where hooks do "
            "not run. Record the model that was scripted or traced."
        )
    if not names:
        raise ValueError("`layers` must name at least one module; got none.")
    modules, plain = plain_modules(model), plain_names(model)
    own_name = type(unwrapped(model)).__name__.lower()
    parts = {
        name: _parts(module, name or own_name, cell_state=cell_state)
        for name, module in modules.items()
    }
    layers = [_layer(_plain(name, plain), name, modules, parts) for name in names]
    # By the module itself, which may go by several names.
    kept = [(id(layer.module), replace(part, module="")) for layer in layers for part in layer.kept]
    if len(set(kept)) < len(kept):
        raise ValueError(f"`layers` must name each module once; got {list(names)}.")
    if cell_state and not any(part.is_cell for layer in layers for part in layer.kept):
        raise ValueError(
            f"`cell_state` must be False unless an nn.LSTM or nn.LSTMCell is recorded; got "
            f"`layers` {list(names)}."
        )
    return layers


def _layer(
    name: str,
    given: str,
    modules: Mapping[str, "torch.nn.Module"],
    parts: Mapping[str, tuple[Part, ...]],
) -> Layer:
    if name in modules:
        return Layer(modules[name], parts[name], parts[name])
    for owner, of_owner in parts.items():
        kept = tuple(part for part in of_owner if part.is_called(name))
        if kept:
            return Layer(modules[owner], of_owner, kept)
    stacked = {part.layer: None for owner in parts.values() if len(owner) > 1 for part in owner}
    known = ", ".join(map(repr, dict.fromkeys([*filter(None, modules), *stacked]))) or "''"
    raise ValueError(f"`layers` must name modules of the model: {known}; got {given!r}.")


def _plain(name: str, plain: Mapping[str, str]) -> str:
    """``name`` without wrappers; it may go on after the name of a module, "rnn.l0"."""
    if name in plain:
        return plain[name]
    owner, dot, rest = name.rpartition(".")
    return f"{_plain(owner, plain)}.{rest}".lstrip(".") if dot else name


def _parts(module: Any, name: str, *, cell_state: bool) -> tuple[Part, ...]:
    is_stack = is_recurrent(module)
    is_lstm = isinstance(module, torch.nn.LSTM) and is_stack
    return parts_of(
        name,
        n_layers=module.num_layers if is_stack else 1,
        is_bidirectional=joins_directions(module),
        has_cell=cell_state and (is_lstm or isinstance(module, torch.nn.LSTMCell)),
    )
