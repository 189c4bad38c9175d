"""What a page must know before any number arrives: names, shape, curves, channels, bounds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float32

from mmphate_widget.channels import Channel
from mmphate_widget.channels.bands import Band
from mmphate_widget.widget.labels import Labels

META_VERSION = 1


def bounds(
    positions: Float32[np.ndarray, "epoch step unit 3"],
) -> tuple[list[float], float, list[float]]:
    """Of the finite points: center of their bounding box, largest distance from it, half sides."""
    points = positions.reshape(-1, 3)
    finite = np.isfinite(points).all(axis=1)
    points = points[finite].astype(np.float64)
    if not len(points):
        return [0.0, 0.0, 0.0], 1.0, [1.0, 1.0, 1.0]
    low, high = points.min(axis=0), points.max(axis=0)
    center = (low + high) / 2
    radius = float(np.sqrt(((points - center) ** 2).sum(axis=1).max()))
    return center.tolist(), radius or 1.0, ((high - low) / 2).tolist()


def make_meta(
    positions: Float32[np.ndarray, "epoch step unit 3"],
    labels: Labels | None,
    *,
    generation: str,
    has_activity: bool = False,
) -> dict[str, Any]:
    """The `_meta` trait without its channels; numbers without names.

    ``has_activity`` says whether a page may ask for the activity of a unit.
    """
    n_epochs, n_steps, n_units = positions.shape[:3]
    center, radius, extent = bounds(positions)
    layers = list(labels.layers) if labels is not None else [None] * n_units
    layer_names = [name for name in dict.fromkeys(layers) if name is not None]
    return {
        "version": META_VERSION,
        "generation": generation,
        "shape": [n_epochs, n_steps, n_units],
        "epochs": _numbers(labels.epochs if labels is not None else np.arange(n_epochs)),
        "steps": _numbers(labels.steps if labels is not None else np.arange(n_steps)),
        "units": list(labels.units) if labels is not None else [str(i) for i in range(n_units)],
        "layers": layer_names,
        "unit_layers": [-1 if name is None else layer_names.index(name) for name in layers],
        "curves": curves(labels.metrics if labels is not None else {}),
        "channels": [],
        "has_activity": has_activity,
        "center": center,
        "radius": radius,
        "extent": extent,
    }


def curves(metrics: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    """Curves over epochs in the form that travels: null where a value is missing."""
    return [
        {
            "name": name,
            "values": [float(value) if np.isfinite(value) else None for value in values],
        }
        for name, values in metrics.items()
    ]


def bands(sets: Mapping[str, Sequence[Band]]) -> list[dict[str, Any]]:
    """Stretches of epochs to shade behind the curves, in the form that travels."""
    return [
        {"name": name, "bands": [list(band) for band in stretches]}
        for name, stretches in sets.items()
    ]


def describe_channel(channel: Channel, *, revision: int) -> dict[str, Any]:
    """A channel without its values."""
    low, high = channel.limits
    return {
        "name": channel.name,
        "kind": channel.kind,
        "axes": list(channel.axes),
        "categories": list(channel.categories),
        "limits": [float(low), float(high)],
        "scale": channel.scale,
        "revision": revision,
        **({"colors": list(channel.colors)} if channel.colors else {}),
    }


def _numbers(values: Any) -> list[float]:
    return [value.item() for value in np.asarray(values)]
