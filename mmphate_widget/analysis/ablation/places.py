"""Which units of which layers are meant: by a Selection, by layer, or by bare positions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Int64

from mmphate_widget._types import AnyArray
from mmphate_widget.analysis.ablation.holding import known_size
from mmphate_widget.analysis.ablation.positions import check_mask, units_of
from mmphate_widget.recording._torch import torch
from mmphate_widget.recording.layers import Layer, find_layers, listed_names
from mmphate_widget.recording.parts import Part
from mmphate_widget.recording.recurrent import is_recurrent
from mmphate_widget.selection import Selection


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Units of a part of a layer; ``pool`` has those that could be chosen, None being all.

    ``mask_size`` is how many entries a mask of the units had, where they were one.
    """

    layer: Layer
    part: Part
    units: Int64[np.ndarray, " n"]
    pool: Int64[np.ndarray, " n_pool"] | None = None
    mask_size: int | None = None

    @property
    def is_projected(self) -> bool:
        """Whether h of an LSTM is a projection, whose units are not those of c."""
        return bool(getattr(self.layer.module, "proj_size", 0))

    @property
    def cell(self) -> Part | None:
        """The cell state beside h of an LSTM; None elsewhere."""
        module = self.layer.module
        is_lstm = isinstance(module, torch.nn.LSTMCell) or (
            is_recurrent(module) and module.mode == "LSTM"
        )
        return replace(self.part, is_cell=True) if is_lstm and not self.part.is_cell else None


def find_units(model: Any, units: Any, layers: Any) -> list[Place]:
    """The places that ``units`` stand for; ValueError where there are none."""
    if isinstance(units, Selection) and any(name is not None for name in units.layer_names):
        return _named(model, _by_layer(units), layers, pools=_pools(units))
    if isinstance(units, Mapping):
        return _named(model, units, layers, pools={})
    bare = units.promoted_units if isinstance(units, Selection) else units
    if layers is None:
        raise ValueError(
            "`layers` must name the layers that bare positions of units are counted in; got None. "
            "A mapping {layer: positions} or a Selection of a recorded Trace says it itself."
        )
    return _bare(find_parts(model, layers), bare)


def find_parts(model: Any, layers: Any) -> list[tuple[Layer, Part]]:
    """Each part that the names stand for, in the order in which a Recorder records them."""
    return [found for name in listed_names(layers) for found in _parts_called(model, name)]


def pool_of(place: Place, *, n_units: int) -> Int64[np.ndarray, " n"]:
    """The units that could have been chosen in a layer of so many."""
    check_mask(place.mask_size, n_units=n_units, where=f"layer {place.part.layer!r}")
    if place.units.max() >= n_units:
        raise ValueError(
            f"`units` must be between 0 and {n_units - 1} in layer {place.part.layer!r}; got "
            f"{place.units.max()}."
        )
    return np.arange(n_units) if place.pool is None else place.pool


def unit_mask(
    model: Any, units: Any, layers: Any, places: Sequence[Place], sizes: Sequence[int]
) -> Bool[np.ndarray, " unit"]:
    """Which units of a unit axis the places hold: of the Selection's Trace, or of whole layers.

    ``sizes`` are the numbers of units of the places' layers. Bare positions were counted in
    ``layers``, a mapping's layers stand one after the other.
    """
    if isinstance(units, Selection):
        return np.isin(np.arange(units.mask.shape[2]), units.promoted_units)
    if not isinstance(units, Mapping) and len(places) < len(parts := find_parts(model, layers)):
        size = sum(known_size(layer.module, part) or 0 for layer, part in parts)
        return np.isin(np.arange(size), units_of(units)[0])
    return np.concatenate(
        [np.isin(np.arange(n), place.units) for place, n in zip(places, sizes, strict=True)]
    )


def _by_layer(selection: Selection) -> dict[Any, AnyArray]:
    return {name: units for name, units in selection.by_layer().items() if len(units)}


def _pools(selection: Selection) -> dict[Any, Int64[np.ndarray, " n"]]:
    """The positions inside each layer that were recorded: what could have been selected."""
    names = np.array(selection.layer_names, dtype=object)
    if not selection.layer_positions:
        return {name: np.arange(np.count_nonzero(names == name)) for name in set(names)}
    positions = np.array(selection.layer_positions, dtype=np.int64)
    return {name: np.sort(positions[names == name]) for name in set(names)}


def _named(
    model: Any,
    by_layer: Mapping[Any, Any],
    layers: Any,
    *,
    pools: Mapping[Any, Int64[np.ndarray, " n"]],
) -> list[Place]:
    if layers is not None:
        raise ValueError(f"`layers` must be None where units come by layer; got {layers!r}.")
    places = []
    for name, given in by_layer.items():
        positions, mask_size = units_of(given)
        if mask_size is None and not len(positions):
            continue
        if not isinstance(name, str):
            raise ValueError(f"`units` must have names of layers as keys; got {name!r}.")
        found = _parts_called(model, name)
        exact = [entry for entry in found if entry[1].layer == name] or found
        if len(exact) > 1:
            listed = ", ".join(repr(part.layer) for _, part in exact)
            raise ValueError(f"`units` must name one layer by each key ({listed}); got {name!r}.")
        _check_known([exact[0]], mask_size)
        if len(positions):
            places.append(Place(*exact[0], positions, pools.get(name), mask_size))
    return _not_empty(places)


def _bare(parts: Sequence[tuple[Layer, Part]], given: Any) -> list[Place]:
    """Positions on the unit axis of a Trace of these layers: one part after the other."""
    positions, mask_size = units_of(given)
    _check_known(parts, mask_size)
    if len(parts) == 1:
        place = Place(*parts[0], positions, mask_size=mask_size)
        return _not_empty([place] if len(positions) else [])
    sizes = [known_size(layer.module, part) for layer, part in parts]
    if None in sizes:
        unknown = parts[sizes.index(None)][1].layer
        raise ValueError(
            f"`units` must be a mapping {{layer: positions}} for several layers unless all say "
            f"how many units they have; {unknown!r} does not."
        )
    ends = np.cumsum([size or 0 for size in sizes])
    if len(positions) and positions.max() >= ends[-1]:
        raise ValueError(
            f"`units` must be between 0 and {ends[-1] - 1} in these layers; got {positions.max()}."
        )
    places = []
    for (layer, part), end, size in zip(parts, ends, sizes, strict=True):
        first = end - (size or 0)
        own = positions[(positions >= first) & (positions < end)] - first
        if len(own):
            places.append(Place(layer, part, own))
    return _not_empty(places)


def _check_known(parts: Sequence[tuple[Layer, Part]], mask_size: int | None) -> None:
    """Raise ValueError where a mask does not fit layers that say how many units they have."""
    sizes = [known_size(layer.module, part) for layer, part in parts]
    if None not in sizes:
        where = "layer " + " and ".join(repr(part.layer) for _, part in parts)
        check_mask(mask_size, n_units=sum(size or 0 for size in sizes), where=where)


def _parts_called(model: Any, name: str) -> list[tuple[Layer, Part]]:
    """The parts of a name; of an LSTM the cell state only where it is named, "rnn.c"."""
    try:
        found = find_layers(model, [name])
    except ValueError:
        if not name.endswith(".c"):
            raise
        found = find_layers(model, [name], cell_state=True)
    return [(layer, part) for layer in found for part in layer.kept]


def _not_empty(places: list[Place]) -> list[Place]:
    if not places:
        raise ValueError("`units` must hold at least one unit; got none.")
    return places
