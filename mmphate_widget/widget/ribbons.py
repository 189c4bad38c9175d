"""The lines of a picture: units through steps or through epochs, faint and thin where they are old.

Where lines cross, the newer and the lit one is on top; nothing is painted twice, so that a line is
as strong at its corners as between them.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8
from PIL import Image, ImageDraw

# How thin a line gets with age, as a part of its width.
OLDEST_WIDTH = 0.5
# Lines this wide in pixels have round corners.
ROUND_WIDTH = 3


@dataclass(frozen=True, slots=True)
class Ribbons:
    """Segments by the ids of their ends; ``at`` counts along the line, where the first end is."""

    starts: Int64[np.ndarray, " n"]
    stops: Int64[np.ndarray, " n"]
    at: Int64[np.ndarray, " n"]


def join_points(
    visible: Bool[np.ndarray, "epoch step unit"], show: str, *, epoch: int, step: int
) -> Ribbons:
    """Each unit's points that follow each other: in steps of an epoch, or in epochs at a step."""
    _, n_steps, n_units = visible.shape
    through_steps = show == "steps"
    along = visible[epoch] if through_steps else visible[:, step]
    at, units = np.nonzero(along[:-1] & along[1:])
    starts = (epoch * n_steps + at if through_steps else at * n_steps + step) * n_units + units
    apart = n_units if through_steps else n_steps * n_units
    return Ribbons(starts, starts + apart, at)


def draw_ribbons(
    size: tuple[int, int],
    ends: Float64[np.ndarray, "n 2 2"],
    colors: UInt8[np.ndarray, "n 4"],
    widths: Float64[np.ndarray, " n"],
) -> Image.Image:
    """An image of this size in pixels with segments in the order given, each over those before."""
    image = Image.new("RGBA", size)
    draw = ImageDraw.Draw(image)
    whole = np.maximum(1, np.rint(widths)).astype(int).tolist()
    for (start, stop), color, width in zip(ends.tolist(), colors.tolist(), whole, strict=True):
        fill = tuple(color)
        draw.line((*start, *stop), fill=fill, width=width)
        if width >= ROUND_WIDTH:
            for x, y in (start, stop):
                draw.ellipse(_circle(x, y, width), fill=fill)
    return image


def _circle(x: float, y: float, width: int) -> tuple[float, float, float, float]:
    half = (width - 1) / 2
    return x - half, y - half, x + half, y + half
