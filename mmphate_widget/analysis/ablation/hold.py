"""What the state of a layer is held at, and where: the units, the steps, the values."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from mmphate_widget.analysis.ablation.positions import check_mask
from mmphate_widget.recording._torch import torch


@dataclass(frozen=True, slots=True, eq=False)
class Hold:
    """Units of a part of a layer at fixed values; None stands for all units or all steps.

    ``mask_size`` is how many entries a mask of the units had, where they were one.
    """

    units: Int64[np.ndarray, " n"] | None
    values: Float64[np.ndarray, " n"] | float = 0.0
    steps: Int64[np.ndarray, " n_steps"] | None = None
    mask_size: int | None = None

    def check_fits(self, n_units: int, *, name: str) -> None:
        """Raise ValueError unless a layer of so many units has all that are held."""
        check_mask(self.mask_size, n_units=n_units, where=f"layer {name!r}")
        if self.units is not None and self.units.max() >= n_units:
            raise ValueError(
                f"`units` must be between 0 and {n_units - 1} in layer {name!r}; got "
                f"{self.units.max()}."
            )

    def at(self, steps: "torch.Tensor") -> "torch.Tensor":
        """Which of these steps are held."""
        if self.steps is None:
            return torch.ones_like(steps, dtype=torch.bool)
        return torch.isin(steps, torch.as_tensor(self.steps, device=steps.device))

    def over(self, like: "torch.Tensor", first: int = 0) -> "Held":
        """For states like these (…, unit), where unit 0 of the part stands at ``first``."""
        size, device = like.shape[-1], like.device
        chosen = torch.zeros(size, dtype=torch.bool, device=device)
        values = torch.zeros(size, dtype=like.dtype, device=device)
        where = slice(None) if self.units is None else torch.tensor(self.units) + first
        chosen[where] = True
        values[where] = torch.tensor(self.values, dtype=like.dtype, device=device)
        return Held(chosen, values)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Which units (unit,) are held, and at what, on the device of the states."""

    chosen: "torch.Tensor"
    values: "torch.Tensor"

    def on(self, states: "torch.Tensor", is_held: "torch.Tensor") -> "torch.Tensor":
        """``states`` (…, unit) with the values where ``is_held`` (…) is true."""
        return torch.where(is_held[..., None] & self.chosen, self.values, states)
