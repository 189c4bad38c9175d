"""Measure a model as it is, without what is tested, and without random draws of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Float64, Int64

from mmphate_widget._types import AnyArray, Generator
from mmphate_widget._validation import (
    check_bool,
    check_choice,
    check_int,
    check_random_state,
    check_real,
)
from mmphate_widget.analysis.ablation.effect import ALTERNATIVES, AblationEffect, p_value
from mmphate_widget.analysis.ablation.holding import Extent, Target, held, measured
from mmphate_widget.analysis.ablation.scoring import Scorer, make_scorer, rows_of, take_rows
from mmphate_widget.analysis.ablation.untouched import left_as_found
from mmphate_widget.recording.layers import Layer
from mmphate_widget.recording.parts import Part

if TYPE_CHECKING:
    from mmphate_widget.recording._torch import torch

# Bootstrap samples where the metric gives a number a sample, and where it must run again for each.
N_BOOTSTRAP = 2000
N_RERUNS = 200
# Means of the same numbers in another order differ by less than this part: they are ties.
ROUNDING = 1e-12

# Positions, of units of each place or of steps.
Chosen: TypeAlias = Sequence[AnyArray]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """How an effect is compared with chance; checked once."""

    scorer: Scorer
    alternative: str
    n_draws: int
    confidence: float
    readout_only: bool
    batch_first: bool
    random: Generator


def make_comparison(
    *,
    metric: Any,
    larger_is_better: Any,
    alternative: Any,
    n_draws: Any,
    confidence: Any,
    readout_only: Any,
    batch_first: Any,
    random_state: Any,
) -> Comparison:
    """Checked options of `ablate_units` and `ablate_steps`, or TypeError / ValueError."""
    check_choice(alternative, name="alternative", choices=ALTERNATIVES)
    return Comparison(
        make_scorer(metric, larger_is_better),
        alternative,
        check_int(n_draws, name="n_draws", minimum=1),
        check_real(confidence, name="confidence", minimum=0, maximum=1),
        check_bool(readout_only, name="readout_only"),
        check_bool(batch_first, name="batch_first"),
        check_random_state(random_state),
    )


class Trial:
    """One model on one data set; the model as it is has been measured."""

    def __init__(
        self, model: "torch.nn.Module", layers: Sequence[Layer], data: Any, options: Comparison
    ) -> None:
        self._model, self._data, self._options = model, data, options
        own = list({id(layer.module): layer for layer in layers}.values())
        with (
            left_as_found(model, data),
            measured(model, own, batch_first=options.batch_first) as extents,
        ):
            self._baseline = options.scorer.score(model, data)
        self._extents: Mapping[Part, Extent] = extents

    def extent(self, part: Part) -> Extent:
        """How many units and steps a part has; ValueError where it did not run."""
        if part not in self._extents:
            raise ValueError(
                f"`layers` must run when the metric is measured; {part.layer!r} did not."
            )
        return self._extents[part]

    def compare(
        self,
        targets: Callable[[Chosen], list[Target]],
        chosen: Chosen,
        pools: Chosen,
        *,
        of: str,
        positions: Mapping[str, Int64[np.ndarray, " n"]],
        axis: str,
        mask: Bool[np.ndarray, " unit_or_step"],
    ) -> AblationEffect:
        """The effect of holding ``targets(chosen)``, and of as many from each of the pools."""
        options = self._options
        draws, bootstrap = options.random.spawn(2)
        ablated = self._score(targets(chosen))
        baseline = float(self._baseline.mean())
        drawn = (
            [_draw(draws, one, pool) for one, pool in zip(chosen, pools, strict=True)]
            for _ in range(options.n_draws)
        )
        null = [self._score(targets(each)) for each in drawn]
        changes = np.array([scores.mean() for scores in null]) - baseline
        better = options.scorer.larger_is_better
        effect = float(ablated.mean()) - baseline
        return AblationEffect(
            of=of,
            metric=options.scorer.name,
            larger_is_better=better,
            baseline=baseline,
            ablated=float(ablated.mean()),
            null=changes,
            interval=self._interval(targets(chosen), ablated, bootstrap),
            confidence=options.confidence,
            alternative=options.alternative,
            pvalue=p_value(
                effect,
                changes,
                larger_is_better=better,
                alternative=options.alternative,
                rounding=ROUNDING * max(abs(baseline), abs(effect)),
            ),
            positions=positions,
            axis=axis,
            mask=mask,
        )

    def _score(self, targets: Sequence[Target], data: Any = None) -> Float64[np.ndarray, " n"]:
        """The metric while these are held; None as data stands for all of them."""
        given = self._data if data is None else data
        options = self._options
        with (
            left_as_found(self._model, given),
            held(
                self._model,
                targets,
                readout=options.readout_only,
                batch_first=options.batch_first,
            ),
        ):
            return options.scorer.score(self._model, given)

    def _interval(
        self, targets: Sequence[Target], ablated: Float64[np.ndarray, " n"], random: Generator
    ) -> tuple[float, float]:
        """Percentiles of the effect over bootstrap samples, the same for both measurements."""
        if len(ablated) > 1 and len(ablated) == len(self._baseline):
            lost = ablated - self._baseline
            n = len(lost)
            effects = [lost[random.integers(n, size=n)].mean() for _ in range(N_BOOTSTRAP)]
        else:
            n_rows = rows_of(self._data)
            if n_rows is None:
                return float("nan"), float("nan")
            effects = [
                self._effect_on(
                    targets, take_rows(self._data, random.integers(n_rows, size=n_rows))
                )
                for _ in range(N_RERUNS)
            ]
        tail = (1 - self._options.confidence) / 2
        low, high = np.quantile(effects, [tail, 1 - tail])
        return float(low), float(high)

    def _effect_on(self, targets: Sequence[Target], data: Any) -> float:
        return float(self._score(targets, data).mean() - self._score([], data).mean())


def _draw(random: Generator, chosen: AnyArray, pool: AnyArray) -> AnyArray:
    return random.choice(pool, size=len(chosen), replace=False)
