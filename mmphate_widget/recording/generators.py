"""Generators of their own that DataLoaders draw from: the loader's, and those of its samplers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mmphate_widget.recording._torch import torch

# Where a loader keeps what draws the order of its samples; a batch sampler has a sampler, too.
_SAMPLERS = ("sampler", "batch_sampler")


@contextmanager
def unchanged_generators(data: Any) -> Iterator[None]:
    """Give every generator in a DataLoader, or in mappings and sequences of such, its state."""
    found: dict[int, torch.Generator] = {}
    _gather(data, found, seen={})
    states = [(generator, generator.get_state()) for generator in found.values()]
    try:
        yield
    finally:
        for generator, state in states:
            generator.set_state(state)


def _gather(data: Any, found: "dict[int, torch.Generator]", *, seen: dict[int, Any]) -> None:
    """All generators below ``data`` by identity, past the objects that were ``seen``."""
    if id(data) in seen or isinstance(data, torch.Tensor | str | bytes):
        return
    # Kept whole: of an object that is gone another may have the identity.
    seen[id(data)] = data
    if isinstance(data, Mapping):
        inside = list(data.values())
    elif isinstance(data, tuple | list):
        inside = list(data)
    else:
        inside = [getattr(data, name, None) for name in _SAMPLERS]
    generator = getattr(data, "generator", None)
    if isinstance(generator, torch.Generator):
        found[id(generator)] = generator
    for each in inside:
        _gather(each, found, seen=seen)
