"""Colors of a channel's values, the same as in the browser (js/src/palette).

Okabe–Ito for up to eight categories, hues far apart on four levels of lightness beyond;
viridis for numbers, a diverging and a cyclic map; grey for points without a value.
tests/golden/palette.json ties the two languages.

References
----------
Okabe & Ito (2008), https://jfly.uni-koeln.de/color/; viridis: Smith, van der Walt, Firing (2015);
OKLCH: Ottosson (2020), https://bottosson.github.io/posts/oklab/.
"""

import numpy as np
from jaxtyping import Float, Float64, Int64, UInt8

from mmphate_widget.channels.channel import Channel

RAMP_SIZE = 256
NO_VALUE = (150, 150, 150)
OKABE_ITO = (0xE69F00, 0x56B4E9, 0x009E73, 0xF0E442, 0x0072B2, 0xD55E00, 0xCC79A7, 0x7F7F7F)
# fmt: off
VIRIDIS = (
    0x440154, 0x481A6C, 0x472F7D, 0x414487, 0x39568C, 0x31688E, 0x2A788E, 0x23888E,
    0x1F988B, 0x22A884, 0x35B779, 0x54C568, 0x7AD151, 0xA5DB36, 0xD2E21B, 0xFDE725,
)
# fmt: on
# Beyond eight categories: hues in degrees; lightness and chroma of each fourth color. Found by
# search: no two of the first 24 colors come closer than 50 of 255 in sRGB.
FIRST_HUE, HUE_STEP = 60, 103
LEVELS = ((0.70, 0.17), (0.84, 0.12), (0.55, 0.15), (0.42, 0.13))


def color_table(channel: Channel) -> UInt8[np.ndarray, "rows 3"]:
    """One row of RGB bytes a color; the last is for points without a value."""
    if channel.colors:
        rows = _from_hex(np.array([int(color[1:], 16) for color in channel.colors]))
    elif channel.kind == "categorical":
        count = max(1, len(channel.categories))
        rows = np.array([_category(index, count) for index in range(count)])
    else:
        rows = _RAMPS[channel.kind](np.arange(RAMP_SIZE) / (RAMP_SIZE - 1))
    return np.vstack([rows, NO_VALUE]).astype(np.uint8)


def color_rows(
    channel: Channel, values: Float[np.ndarray, "*shape"]
) -> Int64[np.ndarray, "*shape"]:
    """The row of ``color_table`` that each value has."""
    values = values.astype(np.float64)
    missing = np.isnan(values)
    filled = np.where(missing, 0.0, values)
    if channel.kind == "categorical":
        size = max(1, len(channel.categories))
        codes = np.floor(filled + 0.5).astype(np.int64)
        return np.where(missing | (codes < 0) | (codes >= size), size, codes)
    place = _places(channel, filled)
    if channel.kind == "cyclic":
        turn = np.floor((place - np.floor(place)) * RAMP_SIZE)
        rows = np.minimum(RAMP_SIZE - 1, turn.astype(np.int64))
    else:
        rows = np.floor(np.clip(place, 0, 1) * (RAMP_SIZE - 1) + 0.5).astype(np.int64)
    return np.where(missing, RAMP_SIZE, rows)


def _places(
    channel: Channel, values: Float64[np.ndarray, "*shape"]
) -> Float64[np.ndarray, "*shape"]:
    """Where each value lies between the limits, 0 … 1; cyclic and linear ones may lie beyond."""
    low, high = channel.limits
    if not high > low:
        return np.full_like(values, 0.5)
    if channel.scale == "log":
        return np.asarray(np.log(np.clip(values, low, high) / low) / np.log(high / low))
    return np.asarray((values - low) / (high - low))


def _category(index: int, count: int) -> Float[np.ndarray, "3"]:
    if count <= len(OKABE_ITO):
        return _from_hex(np.array(OKABE_ITO[index]))
    lightness, chroma = LEVELS[index % len(LEVELS)]
    hue = float(FIRST_HUE + HUE_STEP * index)
    return _oklch(np.array(lightness), np.array(chroma), np.array(hue))


def _viridis(position: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n 3"]:
    anchors = _from_hex(np.array(VIRIDIS))
    at = position * (len(VIRIDIS) - 1)
    below = np.minimum(len(VIRIDIS) - 2, np.floor(at).astype(np.int64))
    mixed = anchors[below] + (anchors[below + 1] - anchors[below]) * (at - below)[:, None]
    return np.asarray(np.floor(mixed + 0.5))


def _diverging(position: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n 3"]:
    side = 2 * position - 1
    away = np.abs(side)
    return _oklch(0.8 - 0.28 * away, 0.175 * away**0.8, np.where(side < 0, 255.0, 30.0))


def _cyclic(position: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n 3"]:
    turn = position * ((RAMP_SIZE - 1) / RAMP_SIZE)
    return _oklch(np.full_like(turn, 0.7), np.full_like(turn, 0.13), 360 * turn + 30)


# An entry maps positions 0 … 1 to rows of RGB bytes (as floats).
_RAMPS = {"continuous": _viridis, "diverging": _diverging, "cyclic": _cyclic}


def _from_hex(value: Int64[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape 3"]:
    return np.stack([value >> 16 & 255, value >> 8 & 255, value & 255], axis=-1).astype(float)


def _oklch(
    lightness: Float[np.ndarray, "*shape"],
    chroma: Float[np.ndarray, "*shape"],
    hue: Float[np.ndarray, "*shape"],
) -> Float[np.ndarray, "*shape 3"]:
    a, b = chroma * np.cos(hue * np.pi / 180), chroma * np.sin(hue * np.pi / 180)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    linear = np.stack(
        [
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
        ],
        axis=-1,
    )
    bright = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, bright)
    return np.floor(255 * np.clip(encoded, 0, 1) + 0.5)
