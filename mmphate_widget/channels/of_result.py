"""What a result of an analysis gives to be shown: its Channel, Curve or Bands.

Nothing here knows the analyses: a result is what has the method of that name.
"""

import inspect
from typing import Any

from mmphate_widget.channels.bands import Bands
from mmphate_widget.channels.channel import Channel
from mmphate_widget.channels.curve import Curve

# Method of a result -> what it returns, and what of the widget takes it.
GIVEN = {
    "channel": (Channel, "w.add_channel"),
    "curve": (Curve, "w.add_curve"),
    "bands": (Bands, "w.add_bands"),
}


def of_result(given: Any, method: str, *, name: str, trace: Any = None) -> Any:
    """What ``given.channel()`` (or ``curve()``, ``bands()``) returns; whatever has none as it is.

    A `trace` is handed to what asks for one: a result may be of units of one layer among others.

    Raises
    ------
    TypeError
        If `given` is of another of the three kinds, or a result that has other methods alone.
    """
    if isinstance(given, str | GIVEN[method][0]):
        return given
    if _has(given, method):
        return _call(getattr(given, method), trace)
    for other, (kind, taker) in GIVEN.items():
        if isinstance(given, kind) or _has(given, other):
            raise TypeError(
                f"`{name}` must be a {GIVEN[method][0].__name__} or have a {method}(); got "
                f"{type(given).__name__}, which is for `{taker}`."
            )
    return given


def _call(make: Any, trace: Any) -> Any:
    wants = trace is not None and "trace" in inspect.signature(make).parameters
    return make(trace=trace) if wants else make()


def _has(given: Any, method: str) -> bool:
    return not isinstance(given, type) and callable(getattr(given, method, None))
