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


# Modes with lines between each unit's points.
WITH_PATHS = ("steps", "epochs")
# Size of points of all epochs beside the current one's: with lines between them, and alone.
TRAIL_SIZE = {"epochs": 0.45, "all": 0.75}

# Two ends (x, y, x, y) in pixels of the canvas, and red, green, blue, opacity.
Line = tuple[list[float], tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The points of a cloud as they are painted; pixels are those of the canvas."""

    cloud: Cloud
    pixels: Float64[np.ndarray, "n 2"]
    depth: Float64[np.ndarray, " n"]
    colors: UInt8[np.ndarray, "n 3"]
    lit: Bool[np.ndarray, " n"]
    diameter: float


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

    def layer(cloud: Cloud, *, lit: bool, size: float) -> Layer:
        pixels, depth = project(cloud.places, view)
        rows = color_rows(channel, channel_values(channel, selected.shape, cloud.ids))
        lights = selected.ravel()[cloud.ids] if selecting else np.full(len(cloud.ids), lit)
        diameter = diameter_of(len(cloud.ids), size=size) * factor
        return Layer(cloud, pixels * factor, depth, table[rows], lights, diameter)

    layers = [layer(current_points(positions, window, view), lit=True, size=1.0)]
    if window.show in WITH_TRAIL:
        past = all_points(positions, window, view)
        layers.insert(0, layer(past, lit=False, size=TRAIL_SIZE[window.show]))
    painted = np.zeros((height * SUPERSAMPLING, width * SUPERSAMPLING, 4), dtype=np.uint8)
    weaker, stronger = _lines(layers[0], window, selected)
    # Nothing is mixed: what is stronger goes over what is weaker, points over lines alike.
    painted = _with_lines(painted, weaker, thickness=factor)
    for each in layers:
        _paint(painted, each, ~each.lit, opacity=FAINT)
    painted = _with_lines(painted, stronger, thickness=factor)
    for each in layers:
        _paint(painted, each, each.lit, opacity=1.0)
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
) -> None:
    """Paint the chosen points of a layer, near ones over far ones."""
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return
    rows = rows[np.argsort(-layer.depth[rows], kind="stable")]
    colors = _with_opacity(layer.colors[rows], np.full(len(rows), opacity))
    paint_discs(canvas, layer.pixels[rows], colors, diameter=layer.diameter)


def _lines(
    layer: Layer, window: Window, selected: Bool[np.ndarray, "epoch step unit"]
) -> tuple[list[Line], list[Line]]:
    """Segments between each unit's points: those weaker than faint points, and the stronger ones.

    The weakest first; none where the window shows no paths.
    """
    if window.show not in WITH_PATHS:
        return [], []
    starts, stops = joined(layer.cloud.ids, selected.shape, window.show)
    opacity = path_strengths(layer.cloud.ids[stops], selected.shape, window)
    if selected.any():
        opacity = np.where(layer.lit[stops], opacity, FAINT * opacity)
    order = np.argsort(opacity, kind="stable")
    colors = _with_opacity(layer.colors[stops], opacity)[order].tolist()
    ends = np.hstack([layer.pixels[starts], layer.pixels[stops]])[order].tolist()
    lines = [(end, tuple(color)) for end, color in zip(ends, colors, strict=True)]
    n_weaker = int(np.count_nonzero(opacity <= FAINT))
    return lines[:n_weaker], lines[n_weaker:]


def _with_lines(
    painted: UInt8[np.ndarray, "height width 4"], lines: list[Line], *, thickness: float
) -> UInt8[np.ndarray, "height width 4"]:
    if not lines:
        return painted
    canvas = Image.fromarray(painted)
    draw, width = ImageDraw.Draw(canvas), max(1, round(thickness))
    for ends, color in lines:
        draw.line(ends, fill=color, width=width)
    return np.array(canvas)


def _with_opacity(
    colors: UInt8[np.ndarray, "n 3"], opacity: Float64[np.ndarray, " n"]
) -> UInt8[np.ndarray, "n 4"]:
    return np.column_stack([colors, np.round(255 * opacity).astype(np.uint8)])


def diameter_of(n_points: int, *, size: float = 1.0) -> float:
    """Diameter in CSS pixels of each of so many points, ``size`` times the usual one."""
    share = np.sqrt(n_points / MANY_POINTS)
    usual = MAX_DIAMETER - (MAX_DIAMETER - MIN_DIAMETER) * share
    return float(max(MIN_DIAMETER, size * usual))
