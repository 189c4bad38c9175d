"""The current view as a picture, drawn with Pillow: for files and readers without a kernel.

The far points first, each a disc of the same size in pixels; selected points keep their color and
the rest are faint, as on the page. In the "steps" and "epochs" modes a line joins
each unit's points.
"""

from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, UInt8
from PIL import Image, ImageDraw

from mmphate_widget._points import point_positions
from mmphate_widget._validation import check_real
from mmphate_widget.channels import Channel, channel_values, color_rows, color_table
from mmphate_widget.widget.lasso import Window, visible_mask
from mmphate_widget.widget.painting import paint_discs
from mmphate_widget.widget.projection import View, project

# Drawn at this multiple and scaled down, which smooths the edges.
SUPERSAMPLING = 2
# Diameter in CSS pixels of a point among few and among many, and where "many" begins.
MAX_DIAMETER, MIN_DIAMETER, MANY_POINTS = 7.0, 2.0, 20_000
# How much of its own color a point outside the selection keeps.
UNSELECTED_STRENGTH = 0.22
LIGHT_GROUND, DARK_GROUND = (255, 255, 255, 255), (24, 24, 27, 255)


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
    points = draw_points(
        positions, window=window, view=view, channel=channel, selected=selected, scale=scale
    )
    ground = Image.new("RGBA", points.size, DARK_GROUND if dark else LIGHT_GROUND)
    return Image.alpha_composite(ground, points).convert("RGB")


def draw_points(
    positions: Float32[np.ndarray, "epoch step unit 3"],
    *,
    window: Window,
    view: View,
    channel: Channel,
    selected: Bool[np.ndarray, "epoch step unit"],
    scale: float = 1.0,
) -> Image.Image:
    """The same without a ground: red, green, blue and opacity."""
    check_real(scale, name="scale", minimum=0.1, maximum=8)
    size = (max(1, round(view.width * scale)), max(1, round(view.height * scale)))
    factor = scale * SUPERSAMPLING
    canvas = Image.new("RGBA", (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING))
    visible = visible_mask(positions, window, view)
    ids = np.flatnonzero(visible)
    pixels, depth = project(positions.reshape(-1, 3)[ids], view)
    colors = _colors(channel, selected, ids)
    if window.show in ("steps", "epochs"):
        draw = ImageDraw.Draw(canvas)
        _draw_lines(draw, pixels * factor, ids, colors, window, visible.shape, width=factor)
    # Selected points over the rest, near points over far ones.
    order = np.lexsort((-depth, selected.ravel()[ids]))
    painted = np.array(canvas)
    diameter = _diameter(len(ids)) * factor
    paint_discs(painted, pixels[order] * factor, colors[order], diameter=diameter)
    return Image.fromarray(painted).reduce(SUPERSAMPLING)


def _colors(
    channel: Channel,
    selected: Bool[np.ndarray, "epoch step unit"],
    ids: Int64[np.ndarray, " n"],
) -> UInt8[np.ndarray, "n 4"]:
    rows = color_rows(channel, channel_values(channel, selected.shape, ids))
    opaque = np.full((len(ids), 1), 255, dtype=np.uint8)
    colors = np.hstack([color_table(channel)[rows], opaque])
    if selected.any():
        colors[~selected.ravel()[ids], 3] = round(255 * UNSELECTED_STRENGTH)
    return colors


def _draw_lines(
    draw: ImageDraw.ImageDraw,
    pixels: Float64[np.ndarray, "n 2"],
    ids: Int64[np.ndarray, " n"],
    colors: UInt8[np.ndarray, "n 4"],
    window: Window,
    shape: tuple[int, int, int],
    *,
    width: float,
) -> None:
    """Join the shown points of each unit with the next in steps or epochs, where that is shown."""
    units = point_positions(ids, shape=shape)[:, 2]
    apart = shape[2] if window.show == "steps" else shape[1] * shape[2]
    for unit in np.unique(units):
        rows = np.flatnonzero(units == unit)
        for start, stop in pairwise(rows):
            if ids[stop] - ids[start] != apart:
                continue
            line = (tuple(pixels[start]), tuple(pixels[stop]))
            draw.line(line, fill=tuple(colors[stop]), width=max(1, round(width)))


def _diameter(n_points: int) -> float:
    share = np.sqrt(n_points / MANY_POINTS)
    return float(np.clip(MAX_DIAMETER - (MAX_DIAMETER - MIN_DIAMETER) * share, MIN_DIAMETER, None))
