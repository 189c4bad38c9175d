"""`AblationEffect`: what was lost, and what is lost without as many units or steps at random."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int64

from mmphate_widget._dataframe import make_table
from mmphate_widget._types import AnyArray
from mmphate_widget._words import count
from mmphate_widget.channels import Channel, user_channel
from mmphate_widget.trace import Trace, as_trace

ALTERNATIVES = ("worse", "better", "two-sided")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AblationEffect:
    """The change of a metric by an ablation, with its null.

    Attributes
    ----------
    of : str
        What was ablated: "12 of 32 units", "2 of 8 steps".
    metric : str
        What was measured, for example "accuracy".
    larger_is_better : bool
        Whether more of it is better.
    baseline, ablated : float
        The metric of the model as it is, and without the units or steps.
    null : float64 ndarray of shape (n_draws,)
        Effects of equally large random draws, from the same layers; read-only.
    interval : tuple of 2 float
        Bootstrap interval of the effect over samples; NaN where the data cannot be resampled.
    confidence : float
        How much of the bootstrap samples the interval holds, 0.95 for 95 %.
    alternative : {"worse", "better", "two-sided"}
        Which draws count as extreme: those that lose at least as much, gain, or either.
    pvalue : float
        (1 + number of draws as extreme) / (1 + n_draws).
    positions : mapping of str to int64 ndarray
        What was ablated by layer: positions of units inside it, or of steps.
    axis : {"unit", "step"}
        Whether units or steps were ablated.
    mask : bool ndarray of shape (n_units,) or (n_steps,)
        Which, read-only. Units stand as on the unit axis of the Selection's Trace; else as on that
        of a Trace that was recorded with all units of these layers.
    """

    of: str
    metric: str
    larger_is_better: bool
    baseline: float
    ablated: float
    null: Float64[np.ndarray, " n_draws"]
    interval: tuple[float, float]
    confidence: float
    alternative: str
    pvalue: float
    positions: Mapping[str, Int64[np.ndarray, " n"]]
    axis: str
    mask: Bool[np.ndarray, " unit_or_step"]

    def __post_init__(self) -> None:
        for name, dtype in (("null", np.float64), ("mask", np.bool_)):
            array = np.array(getattr(self, name), dtype=dtype)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "positions", dict(self.positions))

    def __repr__(self) -> str:
        low, high = self.interval
        draws = count(len(self.null), "random draw")
        return (
            f"<AblationEffect: {self.metric} {self.baseline:.4g} → {self.ablated:.4g} without "
            f"{self.of}; effect {self.effect:+.4g} [{low:+.4g}, {high:+.4g}], "
            f"{draws} {self.null.mean():+.4g}, p = {self.pvalue:.3g}>"
        )

    @property
    def effect(self) -> float:
        """Change of the metric, ``ablated - baseline``: an accuracy that is lost is negative."""
        return self.ablated - self.baseline

    @property
    def excess(self) -> float:
        """The effect less the mean effect of the random draws."""
        return self.effect - float(self.null.mean())

    def to_dataframe(self) -> Any:
        """A row for the ablation, then one for each random draw.

        Returns
        -------
        pandas.DataFrame
            Columns `drawn` (False in the first row), `effect`, and the metric under its name.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed (extra "analysis").
        """
        effects = np.concatenate([[self.effect], self.null])
        return make_table(
            {
                "drawn": np.arange(len(effects)) > 0,
                "effect": effects,
                self.metric if self.metric not in ("drawn", "effect") else "value": (
                    self.baseline + effects
                ),
            }
        )

    def channel(self, trace: Any = None) -> Channel:
        """The effect at what was ablated, NaN elsewhere: ``w.add_channel(effect.channel())``.

        All units (or steps) that were ablated have the same value: they were ablated together.

        Parameters
        ----------
        trace : Trace, optional
            Whose units or steps the channel is for, by layer and position; as many units in
            order, of no named layer, are those of `mask`. Default: those of `mask`.

        Raises
        ------
        TypeError, ValueError
            If `trace` is no Trace, or none of what was ablated is in it.
        """
        mask = self.mask if trace is None else self._mask_in(as_trace(trace))
        shape = (1, 1, len(mask)) if self.axis == "unit" else (1, len(mask), 1)
        values = np.where(mask, self.effect, np.nan)
        name = f"{self.metric} without {self.of}"
        return user_channel(name, values, shape=shape, axes=(self.axis,), kind="diverging")

    def plot(self, ax: Any = None) -> Any:
        """The effect with its interval, above the effects of random draws.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw. Default: a new figure.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed (extra "plot").
        """
        from mmphate_widget.analysis.ablation.drawing import draw_effect

        return draw_effect(self, ax)

    def _mask_in(self, trace: Trace) -> Bool[np.ndarray, " unit_or_step"]:
        if self.axis == "step":
            mask = np.isin(np.arange(trace.n_steps), next(iter(self.positions.values())))
        elif not any(trace.layers) and trace.layer_positions.tolist() == [*range(len(self.mask))]:
            mask = self.mask
        else:
            own = zip(trace.layers, trace.layer_positions.tolist(), strict=True)
            mask = np.array([at in self.positions.get(layer or "", ()) for layer, at in own], bool)
        if not mask.any():
            raise ValueError(
                f"`trace` must have what was ablated, {self.axis}s of {', '.join(self.positions)}; "
                f"got layers {tuple(dict.fromkeys(trace.layers))} and {trace.n_steps} steps. "
                "Layers of another name: use .channel() as it is."
            )
        return mask


def p_value(
    effect: float,
    null: AnyArray,
    *,
    larger_is_better: bool,
    alternative: str,
    rounding: float = 0.0,
) -> float:
    """(1 + number of draws as extreme) / (1 + n); two-sided is twice the smaller, at most 1.

    Effects that differ by no more than ``rounding`` are as extreme as each other.
    """
    gain, gains = (effect, null) if larger_is_better else (-effect, -null)
    worse = (1 + np.count_nonzero(gains <= gain + rounding)) / (1 + len(null))
    better = (1 + np.count_nonzero(gains >= gain - rounding)) / (1 + len(null))
    both = min(1.0, 2 * min(worse, better))
    return float({"worse": worse, "better": better, "two-sided": both}[alternative])
