"""The effect of an ablation as a page shows it, whatever object brought it.

`AblationEffect` of the analyses, an object or mapping with the same names, or a bare number: the
widget knows neither the networks nor the analyses.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

# A strip of draws that a page can show; of more, as many quantiles.
MOST_DRAWS = 500
# A screen shows no more digits.
DIGITS = 6
NUMBERS = ("effect", "baseline", "ablated", "pvalue")


def read_effect(result: Any) -> dict[str, Any]:
    """The part of a result that is shown, as JSON; None where the result does not say.

    Raises
    ------
    TypeError
        If it is no number, and has no ``effect`` that is one.
    """
    told = _told(result)
    numbers = {name: _number(told(name), name=name) for name in NUMBERS}
    if numbers["effect"] is None:
        raise TypeError(
            "What the function of `ablate_with` returns must be a number, or have `effect` as a "
            f"finite number; got {result!r}."
        )
    null, interval, metric = told("null"), told("interval"), told("metric")
    ends = [] if interval is None else _ends(interval)
    return {
        **numbers,
        "metric": metric if isinstance(metric, str) else "",
        "null": [] if null is None else _draws(null),
        "interval": ends if len(ends) == 2 and None not in ends else None,
    }


def _told(result: Any) -> Any:
    if isinstance(result, Mapping):
        return result.get
    is_number = isinstance(result, int | float | np.number) or getattr(result, "ndim", None) == 0
    if is_number and not hasattr(result, "effect"):
        return {"effect": result}.get
    return lambda name: getattr(result, name, None)


def _number(value: Any, *, name: str) -> float | None:
    """``value`` as it is shown; None where it is missing, NaN or infinite."""
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"`{name}` of an ablation must be a number; got {value!r}.") from error
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else None


def _ends(interval: Any) -> list[float | None]:
    try:
        ends = list(interval)
    except TypeError as error:
        raise TypeError(
            f"`interval` of an ablation must be two numbers; got {interval!r}."
        ) from error
    return [_number(end, name="interval") for end in ends]


def _draws(null: Any) -> list[float]:
    try:
        draws = np.sort(np.asarray(null, dtype=np.float64).ravel())
    except (TypeError, ValueError) as error:
        raise TypeError(f"`null` of an ablation must be numbers; got {null!r}.") from error
    draws = draws[np.isfinite(draws)]
    if len(draws) > MOST_DRAWS:
        draws = np.quantile(draws, np.linspace(0, 1, MOST_DRAWS))
    return [float(f"{draw:.{DIGITS}g}") for draw in draws]
