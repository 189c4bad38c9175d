"""The current view as a picture, drawn with Pillow: for files and readers without a kernel.

The far points first, each a disc of the same size in pixels; selected points keep their color and
the rest are faint, as on the page. Without a selection, points of other epochs than the current
one are faint. In the "steps" and "epochs" modes a line joins each unit's points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8
from PIL import Image, ImageDraw

from mmphate_widget._validation import check_real
from mmphate_widget.channels import Channel, channel_values, color_rows, color_table
from mmphate_widget.widget.clouds import WITH_TRAIL, Cloud, all_points, current_points
from mmphate_widget.widget.lasso import Window
from mmphate_widget.widget.painting import paint_discs
from mmphate_widget.widget.paths import joined, path_strengths
from mmphate_widget.widget.projection import View, project

# Drawn at this multiple and scaled down, which smooths the edges.
SUPERSAMPLING = 2
# Diameter in CSS pixels of a point among few and among many, and where "many" begins.
MAX_DIAMETER, MIN_DIAMETER, MANY_POINTS = 7.0, 2.0, 20_000
# How much of its own color a point keeps that is not lit.
FAINT = 0.22
# What `scale` may be, in pixels a CSS pixel.
MIN_SCALE, MAX_SCALE = 0.1, 8.0
LIGHT_GROUND, DARK_GROUND = (255, 255, 255, 255), (24, 24, 27, 255)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The points of a cloud as they are painted; pixels are those of the canvas."""

    cloud: Cloud
    pixels: Float64[np.ndarray, "n 2"]
    depth: Float64[np.ndarray, " n"]
    colors: UInt8[np.ndarray, "n 3"]
    lit: Bool[np.ndarray, " n"]


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
    width, height = picture_size(view, scale)
    factor = scale * SUPERSAMPLING
    table, selecting = color_table(channel), bool(selected.any())

    def layer(cloud: Cloud, *, lit: bool) -> Layer:
        pixels, depth = project(cloud.places, view)
        rows = color_rows(channel, channel_values(channel, selected.shape, cloud.ids))
        lights = selected.ravel()[cloud.ids] if selecting else np.full(len(cloud.ids), lit)
        return Layer(cloud, pixels * factor, depth, table[rows], lights)

    layers = [layer(current_points(positions, window, view), lit=True)]
    if window.show in WITH_TRAIL:
        layers.insert(0, layer(all_points(positions, window, view), lit=False))
    painted = np.zeros((height * SUPERSAMPLING, width * SUPERSAMPLING, 4), dtype=np.uint8)
    # What is lit over the rest, and lines between them.
    for each in layers:
        _paint(painted, each, ~each.lit, opacity=FAINT, factor=factor)
    if window.show in ("steps", "epochs"):
        painted = _with_lines(painted, layers[0], window, selected, width=factor)
    for each in layers:
        _paint(painted, each, each.lit, opacity=1.0, factor=factor)
    return Image.fromarray(painted).reduce(SUPERSAMPLING)


def picture_size(view: View, scale: float) -> tuple[int, int]:
    """Width and height in pixels; raises TypeError or ValueError on a bad scale."""
    check_real(scale, name="scale", minimum=MIN_SCALE, maximum=MAX_SCALE)
    return max(1, round(view.width * scale)), max(1, round(view.height * scale))


def _paint(
    canvas: UInt8[np.ndarray, "height width 4"],
    layer: Layer,
    chosen: Bool[np.ndarray, " n"],
    *,
    opacity: float,
    factor: float,
) -> None:
    """Paint the chosen points of a layer, near ones over far ones."""
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return
    rows = rows[np.argsort(-layer.depth[rows], kind="stable")]
    diameter = diameter_of(len(layer.depth)) * factor
    colors = _with_opacity(layer.colors[rows], np.full(len(rows), opacity))
    paint_discs(canvas, layer.pixels[rows], colors, diameter=diameter)


def _with_lines(
    painted: UInt8[np.ndarray, "height width 4"],
    layer: Layer,
    window: Window,
    selected: Bool[np.ndarray, "epoch step unit"],
    *,
    width: float,
) -> UInt8[np.ndarray, "height width 4"]:
    """Join the shown points of each unit with the next in steps or epochs, strong ones on top."""
    starts, stops = joined(layer.cloud.ids, selected.shape, window.show)
    opacity = path_strengths(layer.cloud.ids[stops], selected.shape, window)
    if selected.any():
        opacity = np.where(layer.lit[stops], opacity, FAINT * opacity)
    order = np.argsort(opacity, kind="stable")
    colors = _with_opacity(layer.colors[stops], opacity)[order].tolist()
    ends = np.hstack([layer.pixels[starts], layer.pixels[stops]])[order].tolist()
    canvas = Image.fromarray(painted)
    draw, thickness = ImageDraw.Draw(canvas), max(1, round(width))
    for line, color in zip(ends, colors, strict=True):
        draw.line(line, fill=tuple(color), width=thickness)
    return np.array(canvas)


def _with_opacity(
    colors: UInt8[np.ndarray, "n 3"], opacity: Float64[np.ndarray, " n"]
) -> UInt8[np.ndarray, "n 4"]:
    return np.column_stack([colors, np.round(255 * opacity).astype(np.uint8)])


def diameter_of(n_points: int) -> float:
    """Diameter in CSS pixels of each of so many points."""
    share = np.sqrt(n_points / MANY_POINTS)
    return float(np.clip(MAX_DIAMETER - (MAX_DIAMETER - MIN_DIAMETER) * share, MIN_DIAMETER, None))
