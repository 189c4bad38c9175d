"""See through `torch.compile` and data-parallel wrappers, to the model that computes.

A wrapper adds "_orig_mod" or "module" to the names of all it holds. Here every module has
its plain name, and the probe runs the plain model: on one device, in eager mode, where each
hook is called once.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mmphate_widget.recording._torch import torch


def unwrapped(model: "torch.nn.Module") -> "torch.nn.Module":
    """The model inside all wrappers; the model itself where there are none."""
    while (link := _link(model)) is not None:
        model = model.get_submodule(link)
    return model


def plain_modules(model: "torch.nn.Module") -> dict[str, "torch.nn.Module"]:
    """Every submodule by its plain name; under the name of a wrapper, what it wraps."""
    plain = plain_names(model)
    # A wrapper comes before its content, which takes its place.
    return {plain[name]: module for name, module in _named_modules(model).items()}


def plain_names(model: "torch.nn.Module") -> dict[str, str]:
    """{name as in ``model.named_modules()``: the same without wrappers}."""
    named = _named_modules(model)
    return {name: _without_links(name, named) for name in named}


@contextmanager
def uncompiled() -> Iterator[None]:
    """Run compiled modules and functions eagerly: compiled code may skip hooks added later."""
    # Nothing is compiled before this module is loaded, and loading it takes seconds.
    if "torch._dynamo" not in sys.modules or not hasattr(torch.compiler, "set_stance"):
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


@contextmanager
def unfused() -> Iterator[None]:
    """Run attention part by part, as in training.

    What torch fuses in evaluation mode passes by the hooks of its parts, and with a padding mask
    hands nested tensors from layer to layer.
    """
    found = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(found)


def _named_modules(model: "torch.nn.Module") -> "dict[str, torch.nn.Module]":
    """``model.named_modules()``, with a module that has several names under each of them."""
    return dict(model.named_modules(remove_duplicate=False))


def _link(module: "torch.nn.Module") -> str | None:
    """The name under which a wrapper holds what it wraps; None for any other module."""
    if isinstance(module, torch.nn.DataParallel | torch.nn.parallel.DistributedDataParallel):
        return "module"
    # By attribute, since its class stands in torch._dynamo.
    return "_orig_mod" if hasattr(module, "_orig_mod") else None


def _without_links(name: str, named: dict[str, "torch.nn.Module"]) -> str:
    kept: list[str] = []
    path = ""
    for part in name.split(".") if name else ():
        if part != _link(named[path]):
            kept.append(part)
        path = f"{path}.{part}" if path else part
    return ".".join(kept)
