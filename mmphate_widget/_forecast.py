"""How long a fit will still take: predicted from its sizes, corrected by what it has taken so far.

    remaining = (1 - f) r - idle + s * sum of the predictions of later stages
    r = (w p s + e) / (w + f)

f is the fraction of the running stage that is done after e seconds, idle the seconds since that
was said; p is its prediction, s how many times slower finished stages were than theirs, and w
how much a prediction counts beside what is measured.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mmphate_widget._settings import Settings

# Seconds of one core of 2026 for a value standardized, a multiply-add of its components, a row of
# the bandwidth and each of its samples, a point of the kernel and of the product, a landmark cubed.
VALUE, COMPONENT, ROW, ROW_SAMPLE = 8e-8, 1e-10, 4e-5, 1e-6
POINT, PRODUCT, EIGEN, POTENTIAL, LAYOUT = 3e-5, 5e-6, 8e-11, 8e-11, 7e-11
# Rows that the bandwidth is taken from at most, as in the pipeline.
BANDWIDTH_ROWS, BANDWIDTH_POINTS = 1_000, 20_000
# A prediction counts as much as this part of its stage that was measured, or these seconds of it.
PRIOR_PART, PRIOR_SECONDS = 0.1, 0.5
# Core-seconds of refinement a point, from the HAR shape.
REFINED = 7e-5


def stage_seconds(shape: tuple[int, ...], settings: Settings) -> dict[str, float]:
    """Predicted seconds of each stage, in order.

    Examples
    --------
    >>> import numpy as np
    >>> from mmphate_widget import MMPHATE
    >>> values = np.zeros((10, 9, 4, 5))
    >>> list(stage_seconds(values.shape, MMPHATE()._settings(values)))
    ['standardize', 'bandwidth', 'kernel', 'diffusion', 'potential', 'embedding']
    """
    n_epochs, n_steps, n_units, n_samples = shape
    n_slices = n_epochs * n_steps
    n_points = n_slices * n_units
    n_features = min(n_samples, settings.n_pca)
    n_landmarks = min(n_points, settings.n_landmark)
    n_rows = n_units * min(n_slices, max(BANDWIDTH_ROWS, BANDWIDTH_POINTS // n_units))
    components = n_points * n_samples**2 if n_samples > settings.n_pca else 0
    return {
        "standardize": VALUE * n_points * n_samples + COMPONENT * components / settings.n_jobs,
        "bandwidth": n_rows * (ROW + ROW_SAMPLE * n_features) / settings.n_jobs,
        "kernel": POINT * n_points / settings.n_jobs,
        "diffusion": EIGEN * n_landmarks**3 + PRODUCT * n_points / settings.n_jobs,
        "potential": POTENTIAL * n_landmarks**3,
        "embedding": LAYOUT * n_landmarks**3,
    } | ({"refinement": REFINED * n_points / settings.n_jobs} if settings.refine else {})


@dataclass(slots=True)
class Forecast:
    """Remaining seconds of a fit, told which part of which stage is done."""

    predicted: dict[str, float]
    clock: Callable[[], float] = time.monotonic
    stage: str = ""
    fraction: float = 0.0
    _begun: float = 0.0
    _said: float = 0.0
    _finished: dict[str, float] = field(default_factory=dict)

    def report(self, stage: str, fraction: float) -> None:
        """``fraction`` of ``stage`` is done."""
        now = self.clock()
        if stage != self.stage:
            self.stage, self.fraction, self._begun, self._said = stage, 0.0, now, now
        if fraction > self.fraction:
            self.fraction, self._said = fraction, now
            if fraction == 1:
                self._finished[stage] = now - self._begun

    def remaining(self) -> float:
        """Seconds that the fit will still take."""
        pace, names = self._pace(), list(self.predicted)
        later = names[names.index(self.stage) + 1 :] if self.stage in names else []
        ahead = pace * sum(self.predicted[name] for name in later)
        if self.fraction == 1:
            return ahead
        prior = pace * self.predicted.get(self.stage, 0.0)
        whole = PRIOR_PART * prior + self._said - self._begun
        whole /= PRIOR_PART + self.fraction
        return max((1 - self.fraction) * whole - (self.clock() - self._said), 0.0) + ahead

    def _pace(self) -> float:
        """Seconds taken for each predicted one, of the stages that have ended."""
        taken = PRIOR_SECONDS + sum(self._finished.values())
        expected = sum(self.predicted.get(name, 0.0) for name in self._finished)
        return taken / (PRIOR_SECONDS + expected)
