"""How lines and trails fade with age, the same as js/src/geometry/age.ts.

Age is counted in runs: 0 now, 1 the whole run ago; strength falls as ``exp(-rate · age)`` down to a
floor. At fade 0 nothing fades, at 1 only what is newest is left.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

# Faded to 1/e after this part of the run at a fade of one half, by what it runs through.
HALF_FADE_AGE = {"epochs": 0.25, "steps": 1.0}
# Least strength at no fade at all; it goes to 0 with more.
FLOOR = 0.3
# Strength of what is yet to come, which the picture shows, too.
FUTURE = 0.12
# Beyond it the newest would be gone, too.
MOST_FADE = 0.99


@dataclass(frozen=True, slots=True)
class Fading:
    """Strength falls to 1/e in ``1 / rate`` runs, not below ``floor``; ``future`` is to come."""

    rate: float
    floor: float
    future: float


def make_fading(fade: float, *, through: str) -> Fading:
    """The fading that a ``fade`` between 0 and 1 stands for, through "epochs" or "steps"."""
    kept = 1 - min(MOST_FADE, fade)
    return Fading(
        rate=(1 - kept) / kept / HALF_FADE_AGE[through],
        floor=FLOOR * (1 - fade),
        future=FUTURE if fade > 0 else 1.0,
    )


def strengths(
    ages: Float64[np.ndarray, " n"], fading: Fading, *, now: float
) -> Float64[np.ndarray, " n"]:
    """Strength by age; what lies no more than ``now`` ahead is not yet the future."""
    past = np.maximum(fading.floor, np.exp(-fading.rate * np.maximum(ages, 0)))
    return np.asarray(np.where(ages < -now, fading.future, past))
