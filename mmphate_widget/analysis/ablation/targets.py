"""Places and positions as what hooks hold: one target a module, whatever parts of it are meant."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from mmphate_widget._types import AnyArray
from mmphate_widget._validation import check_finite, check_real_array
from mmphate_widget.analysis.ablation.hold import Hold
from mmphate_widget.analysis.ablation.holding import Target
from mmphate_widget.analysis.ablation.places import Place
from mmphate_widget.recording.layers import Layer
from mmphate_widget.recording.parts import Part


def unit_targets(
    places: Sequence[Place], drawn: Sequence[AnyArray], *, whole: bool
) -> list[Target]:
    """These units of each place at zero; with ``whole``, the cell state of the same units, too."""
    holds = [(place, Hold(units)) for place, units in zip(places, drawn, strict=True)]
    return _gathered(holds, whole=whole)


def step_targets(places: Sequence[Place], steps: AnyArray, *, whole: bool) -> list[Target]:
    """All units of each place at zero after these steps."""
    return _gathered([(place, Hold(None, 0.0, steps)) for place in places], whole=whole)


def clamp_targets(
    places: Sequence[Place], values: Any, steps: Int64[np.ndarray, " n"] | None
) -> list[Target]:
    """The units of each place at their values, after these steps or all."""
    each = _values_of(places, values)
    holds = [
        (place, Hold(place.units, own, steps, place.mask_size))
        for place, own in zip(places, each, strict=True)
    ]
    return _gathered(holds, whole=False)


def _gathered(holds: Sequence[tuple[Place, Hold]], *, whole: bool) -> list[Target]:
    layers: dict[int, Layer] = {}
    parts: dict[int, dict[Part, Hold]] = {}
    extra: list[tuple[int, Part, Hold]] = []
    for place, hold in holds:
        key = id(place.layer.module)
        layers.setdefault(key, place.layer)
        own = parts.setdefault(key, {})
        own[place.part] = hold
        cell = place.cell if whole else None
        if cell is not None and (hold.units is None or not place.is_projected):
            extra.append((key, cell, hold))
    for key, cell, hold in extra:
        # A cell state that was named by itself is not overruled.
        parts[key].setdefault(cell, hold)
    return [Target(layers[key], parts[key]) for key in layers]


def _values_of(places: Sequence[Place], values: Any) -> list[Float64[np.ndarray, " n"]]:
    """One value for each unit of each place."""
    if isinstance(values, Mapping):
        names = [place.part.layer for place in places]
        if sorted(values) != sorted(names):
            raise ValueError(
                f"`values` must have the layers of `units` as keys ({', '.join(names)}); got "
                f"{sorted(values)}."
            )
        return [_checked(values[name], len(p.units)) for name, p in zip(names, places, strict=True)]
    sizes = [len(place.units) for place in places]
    return np.split(_checked(values, sum(sizes)), np.cumsum(sizes)[:-1])


def _checked(values: Any, size: int) -> Float64[np.ndarray, " n"]:
    array = check_real_array(values, name="values").astype(np.float64)
    if array.shape not in ((), (size,)):
        raise ValueError(
            f"`values` must be one number, or one for each of the {size} units; got shape "
            f"{array.shape}."
        )
    check_finite(np.atleast_1d(array), name="values", axes=("unit",))
    return np.broadcast_to(array, (size,))
