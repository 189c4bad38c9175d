"""Refuse a fit that would not fit into free memory, before it runs, and say what would.

A look at the values costs a part of a second, so it is taken only where the sizes alone do not
settle the matter.
"""

from collections.abc import Iterator
from dataclasses import replace

from jaxtyping import Int
from numpy import ndarray

from mmphate_widget._blocks import Activations
from mmphate_widget._footprint import Size, largest_size, measure_size, size_bytes
from mmphate_widget._free_memory import free_memory
from mmphate_widget._settings import Settings

# What is tried to make a fit small enough, largest first: landmarks and components that still
# show a run, and every so many steps.
LANDMARKS = (2_000, 1_000, 500, 250)
COMPONENTS = (100, 50, 20)
STRIDES = (2, 4, 8, 16, 32)


def check_memory(
    values: Activations, settings: Settings, *, lengths: Int[ndarray, " sample"] | None
) -> None:
    """Raise MemoryError where a fit would take more than is free; nothing where that is unknown."""
    free = free_memory()
    if free is None:
        return
    if size_bytes(largest_size(values, settings, lengths=lengths), settings) <= free:
        return
    size = measure_size(values, settings, lengths=lengths)
    needed = size_bytes(size, settings)
    if needed > free:
        shape = " x ".join(str(length) for length in values.shape)
        raise MemoryError(
            f"`X` of shape {shape} would take about {needed / 1e9:.1f} GB; {free / 1e9:.1f} GB are "
            f"free. {advise(values, size, settings, lengths=lengths, free=free)}"
        )


def advise(
    values: Activations,
    size: Size,
    settings: Settings,
    *,
    lengths: Int[ndarray, " sample"] | None,
    free: int,
) -> str:
    """What to change so that a fit takes less than what is free."""
    fits = []
    if settings.engine == "phate":
        needed = size_bytes(size, replace(settings, engine="auto"))
        if needed <= free:
            fits.append(f"engine='auto' (about {needed / 1e9:.1f} GB)")
    for choices in (
        _fewer_landmarks(values, settings, lengths),
        _fewer_components(size, settings),
        _fewer_steps(size, settings, values.shape[1]),
    ):
        found = next((choice for choice in choices if choice[1] <= free), None)
        if found is not None:
            fits.append(f"{found[0]} (about {found[1] / 1e9:.1f} GB)")
    if fits:
        return f"This would fit: {' or '.join(fits)}."
    return "Lower `n_landmark` and `n_pca`, and take fewer epochs, steps, units or samples."


def _fewer_landmarks(
    values: Activations, settings: Settings, lengths: Int[ndarray, " sample"] | None
) -> Iterator[tuple[str, int]]:
    """Ways to say it, and the bytes that are then taken."""
    for count in LANDMARKS:
        if count < settings.n_landmark:
            fewer = replace(settings, n_landmark=count)
            size = measure_size(values, fewer, lengths=lengths)
            yield f"n_landmark={count}", size_bytes(size, fewer)


def _fewer_components(size: Size, settings: Settings) -> Iterator[tuple[str, int]]:
    for count in COMPONENTS:
        if count < min(settings.n_pca, size.n_samples):
            yield f"n_pca={count}", size_bytes(size, replace(settings, n_pca=count))


def _fewer_steps(size: Size, settings: Settings, n_steps: int) -> Iterator[tuple[str, int]]:
    for stride in STRIDES:
        if stride < n_steps:
            yield (
                f"every {stride}{'nd' if stride in (2, 32) else 'th'} step, trace[:, ::{stride}],",
                size_bytes(size.thinned(stride), settings),
            )
