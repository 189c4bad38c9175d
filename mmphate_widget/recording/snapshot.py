"""One epoch's activity: the recorded layers side by side, cut to what is kept, with names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_finite
from mmphate_widget.recording.parts import Part
from mmphate_widget.trace.values import valid_mask

Kept: TypeAlias = Sequence[int] | slice | AnyArray


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """X[t, i, k] at one epoch, with the numbers of its steps and the names of its units."""

    values: Float[np.ndarray, "step unit sample"]
    steps: Int[np.ndarray, " step"]
    units: tuple[str, ...]
    layers: tuple[str, ...]
    layer_positions: Int[np.ndarray, " unit"]
    lengths: Int[np.ndarray, " sample"] | None

    def check_finite(self, *, epoch: int) -> None:
        """Raise ValueError that names epoch, step, unit and sample of the first NaN or infinity."""
        if np.isfinite(self.values).all():
            return
        step, unit, _ = np.argwhere(~np.isfinite(self.values))[0]
        name = f"activations of {self.units[unit]} at epoch {epoch}, step {self.steps[step]}"
        try:
            check_finite(self.values[step, unit], name=name, axes=("sample",))
        except ValueError as error:
            dtype = self.values.dtype
            if dtype == np.float64 or np.isnan(self.values[step, unit]).any():
                raise
            raise ValueError(
                f"{error} {dtype} ends at {np.finfo(dtype).max:g}: what the layer returned may be "
                "finite, and fit a wider `dtype` of the Recorder."
            ) from error


def assemble(
    states: Mapping[Part, Float[np.ndarray, "sample _ _"]],
    *,
    steps: Kept | None = None,
    units: Kept | Mapping[str, Kept] | None = None,
    lengths: Int[np.ndarray, " sample"] | None = None,
) -> Snapshot:
    """Join parts of layers along the unit axis, keeping the given steps and units."""
    shapes = {part.layer: array.shape[:2] for part, array in states.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(
            f"`layers` must have the same number of samples and steps; got (sample, step) of "
            f"{shapes}. Record them with a Recorder each."
        )
    n_steps = next(iter(shapes.values()))[1]
    kept_steps = kept_positions(steps, name="steps", size=n_steps)
    kept_units = _units_by_layer(units, {p.layer: a.shape[2] for p, a in states.items()})
    values = np.concatenate(
        [a[:, kept_steps][:, :, kept_units[part.layer]] for part, a in states.items()], axis=2
    ).transpose(1, 2, 0)
    if lengths is not None:
        # Padding can be anything, even NaN.
        valid = valid_mask(lengths, n_steps=n_steps)[kept_steps]
        values = np.where(valid[:, None, :], values, values.dtype.type(0))
        lengths = _kept_lengths(valid)
    return Snapshot(
        values=np.ascontiguousarray(values),
        steps=kept_steps,
        units=tuple(part.unit(int(i)) for part in states for i in kept_units[part.layer]),
        layers=tuple(part.layer for part in states for _ in kept_units[part.layer]),
        layer_positions=np.concatenate([kept_units[part.layer] for part in states]),
        lengths=lengths,
    )


def _kept_lengths(valid: Bool[np.ndarray, "step sample"]) -> Int[np.ndarray, " sample"]:
    """How many of the kept steps each sample reaches; they must be its first ones."""
    if (np.diff(valid.astype(np.int8), axis=0) > 0).any():
        raise ValueError("`steps` must ascend where sequences have different `lengths`.")
    left: Int[np.ndarray, " sample"] = np.count_nonzero(valid, axis=0)
    if left.min() == 0:
        raise ValueError(
            f"`steps` must keep a step of every sample; sample {int(left.argmin())} has ended "
            f"before them. Leave it out of the probe, or keep earlier steps."
        )
    return left


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
