"""The current view as a picture, drawn with Pillow: for files and readers without a kernel.

The far points first, each a disc of the same size in pixels; selected points keep their color and
the rest fade towards the ground, as on the page. In the "steps" and "epochs" modes a line joins
each unit's points.
"""

from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, UInt8
from PIL import Image, ImageDraw

from mmphate_widget._points import point_positions
from mmphate_widget._validation import check_real
from mmphate_widget.channels import Channel
from mmphate_widget.widget.lasso import Window, visible_mask
from mmphate_widget.widget.palette import color_rows, color_table
from mmphate_widget.widget.projection import View, project

# Drawn at this multiple and scaled down, which smooths the edges.
SUPERSAMPLING = 2
# Diameter in CSS pixels of a point among few and among many, and where "many" begins.
MAX_DIAMETER, MIN_DIAMETER, MANY_POINTS = 7.0, 2.0, 20_000
# How much of its own color a point outside the selection keeps.
UNSELECTED_STRENGTH = 0.22
LIGHT_GROUND, DARK_GROUND = (255, 255, 255), (24, 24, 27)


def draw_picture(
    positions: Float32[np.ndarray, "epoch step unit 3"],
    *,
    window: Window,
    view: View,
    channel: Channel,
    selected: Bool[np.ndarray, "epoch step unit"],
    scale: float = 1.0,
    dark: bool = False,
) -> Image.Image:
    """The points that are visible, in the channel's colors; raises ValueError on a bad scale."""
    check_real(scale, name="scale", minimum=0.1, maximum=8)
    ground = DARK_GROUND if dark else LIGHT_GROUND
    size = (max(1, round(view.width * scale)), max(1, round(view.height * scale)))
    factor = scale * SUPERSAMPLING
    canvas = Image.new("RGB", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING), ground)
    draw = ImageDraw.Draw(canvas)
    visible = visible_mask(positions, window, view)
    ids = np.flatnonzero(visible)
    pixels, depth = project(positions.reshape(-1, 3)[ids], view)
    colors = _colors(channel, selected, ids, ground)
    if window.show in ("steps", "epochs"):
        _draw_lines(draw, pixels * factor, ids, colors, window, visible.shape, width=factor)
    radius = _diameter(len(ids)) / 2 * factor
    # Selected points over the rest, near points over far ones.
    for row in np.lexsort((-depth, selected.ravel()[ids])):
        x, y = pixels[row] * factor
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tuple(colors[row]))
    return canvas.resize(size, Image.Resampling.LANCZOS)


def channel_values(
    channel: Channel, shape: tuple[int, int, int], ids: Int64[np.ndarray, " n"]
) -> Float32[np.ndarray, " n"]:
    """The channel's value at each point, whatever axes it runs over."""
    columns = dict(zip(("epoch", "step", "unit"), point_positions(ids, shape=shape).T, strict=True))
    return np.asarray(channel.values[tuple(columns[axis] for axis in channel.axes)])


def _colors(
    channel: Channel,
    selected: Bool[np.ndarray, "epoch step unit"],
    ids: Int64[np.ndarray, " n"],
    ground: tuple[int, int, int],
) -> UInt8[np.ndarray, "n 3"]:
    rows = color_rows(channel, channel_values(channel, selected.shape, ids))
    colors = color_table(channel)[rows].astype(np.float64)
    if selected.any():
        rest = ~selected.ravel()[ids]
        faded = UNSELECTED_STRENGTH * colors[rest] + (1 - UNSELECTED_STRENGTH) * np.array(ground)
        colors[rest] = faded
    return np.asarray(colors, dtype=np.uint8)


def _draw_lines(
    draw: ImageDraw.ImageDraw,
    pixels: Float64[np.ndarray, "n 2"],
    ids: Int64[np.ndarray, " n"],
    colors: UInt8[np.ndarray, "n 3"],
    window: Window,
    shape: tuple[int, int, int],
    *,
    width: float,
) -> None:
    """Join the shown points of each unit in the order of steps or epochs (ids grow with both)."""
    units = point_positions(ids, shape=shape)[:, 2]
    for unit in np.unique(units):
        rows = np.flatnonzero(units == unit)
        for start, stop in pairwise(rows):
            line = (tuple(pixels[start]), tuple(pixels[stop]))
            draw.line(line, fill=tuple(colors[stop]), width=max(1, round(width)))


def _diameter(n_points: int) -> float:
    share = np.sqrt(n_points / MANY_POINTS)
    return float(np.clip(MAX_DIAMETER - (MAX_DIAMETER - MIN_DIAMETER) * share, MIN_DIAMETER, None))
