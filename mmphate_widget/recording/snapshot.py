"""One epoch's activity: the recorded layers side by side, cut to what is kept, with names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float, Int

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_finite

Kept: TypeAlias = Sequence[int] | slice | AnyArray


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """X[t, i, k] at one epoch, with the numbers of its steps and the names of its units."""

    values: Float[np.ndarray, "step unit sample"]
    steps: Int[np.ndarray, " step"]
    units: tuple[str, ...]
    layers: tuple[str, ...]
    layer_positions: Int[np.ndarray, " unit"]

    def check_finite(self, *, epoch: int) -> None:
        """Raise ValueError that names epoch, step, unit and sample of the first NaN or infinity."""
        if np.isfinite(self.values).all():
            return
        step, unit, _ = np.argwhere(~np.isfinite(self.values))[0]
        name = f"activations of {self.units[unit]} at epoch {epoch}, step {self.steps[step]}"
        check_finite(self.values[step, unit], name=name, axes=("sample",))


def assemble(
    states: Mapping[str, Float[np.ndarray, "sample step _"]],
    *,
    steps: Kept | None,
    units: Kept | Mapping[str, Kept] | None,
    bidirectional: Mapping[str, bool],
) -> Snapshot:
    """Join layers along the unit axis, keeping the given steps and units.

    Unit 3 of layer "rnn" is called "rnn[3]"; of its reverse direction, "rnn[3, reverse]".
    """
    shapes = {name: array.shape[:2] for name, array in states.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(
            f"`layers` must have the same number of samples and steps; got (sample, step) of "
            f"{shapes}. Record them with a Recorder each."
        )
    n_steps = next(iter(shapes.values()))[1]
    kept_steps = kept_positions(steps, name="steps", size=n_steps)
    kept_units = _units_by_layer(units, {name: a.shape[2] for name, a in states.items()})
    parts = [states[name][:, kept_steps][:, :, kept] for name, kept in kept_units.items()]
    named = [
        (name, unit)
        for name, kept in kept_units.items()
        for unit in _unit_names(
            name, kept, n_units=states[name].shape[2], bidirectional=bidirectional[name]
        )
    ]
    return Snapshot(
        values=np.ascontiguousarray(np.concatenate(parts, axis=2).transpose(1, 2, 0)),
        steps=kept_steps,
        units=tuple(unit for _, unit in named),
        layers=tuple(name for name, _ in named),
        layer_positions=np.concatenate(list(kept_units.values())),
    )


def kept_positions(kept: Kept | None, *, name: str, size: int) -> Int[np.ndarray, " _"]:
    """Positions on an axis of ``size`` that a slice, a list or a mask keeps; None keeps all."""
    try:
        chosen = np.arange(size)[slice(None) if kept is None else kept]
    except (IndexError, TypeError) as error:
        raise ValueError(
            f"`{name}` must be positions between 0 and {size - 1}, a slice or a mask of shape "
            f"({size},); got {kept!r}."
        ) from error
    if chosen.ndim != 1 or chosen.size == 0 or len(np.unique(chosen)) != chosen.size:
        raise ValueError(f"`{name}` must keep at least one position, each once; got {kept!r}.")
    return np.asarray(chosen)


def _units_by_layer(
    units: Kept | Mapping[str, Kept] | None, sizes: Mapping[str, int]
) -> dict[str, Int[np.ndarray, " _"]]:
    if not isinstance(units, Mapping):
        if units is not None and len(sizes) > 1:
            raise ValueError(
                f"`units` must be a mapping {{layer: positions}} when several layers are "
                f"recorded ({', '.join(sizes)}); got {units!r}."
            )
        units = {} if units is None else dict.fromkeys(sizes, units)
    unknown = [name for name in units if name not in sizes]
    if unknown:
        raise ValueError(
            f"`units` must have recorded layers as keys ({', '.join(sizes)}); got {unknown[0]!r}."
        )
    return {
        name: kept_positions(units.get(name), name="units", size=size)
        for name, size in sizes.items()
    }


def _unit_names(
    layer: str, kept: Int[np.ndarray, " _"], *, n_units: int, bidirectional: bool
) -> list[str]:
    half = n_units // 2 if bidirectional else n_units
    return [f"{layer}[{i}]" if i < half else f"{layer}[{i - half}, reverse]" for i in kept]
