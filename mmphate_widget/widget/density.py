"""How large and how opaque points and lines are drawn: a hundred can be seen, half a million read.

With ``reach`` the pixels from the middle of all points to the farthest, points lie on an area
``A = 0.35 · π · reach²`` of the canvas, which zooming changes. ``n`` discs of diameter ``d`` lie
``k = n · (π/4) · d² / A`` over one another; where each has the opacity ``1 - (1 - c)^(1/k)`` they
cover the part ``c`` of the ground. js/src/geometry/density.ts holds the same formulas;
tests/golden/density.json ties the two.
"""

import math
from dataclasses import dataclass

from mmphate_widget.widget.projection import View

# Part of the disc around all points in which most of them lie.
FILLED = 0.35
# Discs over one place, on average, that points are large enough for.
COVER = 0.4
# Diameters in CSS pixels: of points of the current epoch, and of others the least.
SMALLEST, LARGEST, SMALLEST_TRAIL = 2.0, 9.0, 1.5
# Diameters of points beside lines: of those through steps, and of those of other epochs.
BESIDE_LINES, TRAIL_BESIDE_LINES, TRAIL_ALONE = 0.7, 0.45, 0.75
# What few selected points are enlarged to, in CSS pixels.
SEEN = 5.0
# How much of the ground points cover together where they lie: the current epoch's and faint ones.
SOLID, VEIL = 0.98, 0.55
# Opaque enough to hide what is behind.
OPAQUE = 0.95
# Limits of a faint point's opacity: less than this a display cannot show, more would be mistaken
# for lit.
FAINTEST, LEAST_FAINT = 0.02, 0.3
# A line's width in CSS pixels among this many units, and its limits.
FULL_WIDTH_UNITS, THINNEST, THICKEST = 60, 1.0, 2.0
# A line's opacity is this among one unit, less by the root of their number.
LINE_OPACITY, WEAKEST_LINE, STRONGEST_LINE = 6.0, 0.2, 0.8
# A layer so thin that any opacity does.
NO_LAYER = 1e-3


@dataclass(frozen=True, slots=True)
class Style:
    """What the user set in place of what is found here; None where nothing.

    ``point_size`` and ``line_width`` in CSS pixels; ``opacity`` of points that are neither selected
    nor, among all epochs, of the current one; ``fade`` from 0 (none) to 1 (at once).
    """

    point_size: float | None = None
    opacity: float | None = None
    line_width: float | None = None
    fade: float = 0.5


@dataclass(frozen=True, slots=True)
class Marks:
    """Diameters and widths in CSS pixels, and opacities.

    Heads are the points of the current epoch, the trail those of all epochs, each at its own; what
    is lit is selected, and larger where it is few among all others.
    """

    head_size: float
    trail_size: float
    lit_head_size: float
    lit_trail_size: float
    head_opacity: float
    faint_opacity: float
    line_width: float
    line_opacity: float


def reach_of(view: View, radius: float) -> float:
    """CSS pixels from the middle of all points to the farthest, at the target's distance."""
    return view.focal * (radius if radius > 0 else 1.0) / view.distance


def find_marks(
    show: str,
    *,
    heads: float,
    trail: float,
    units: int,
    selected: float,
    reach: float,
    style: Style,
) -> Marks:
    """Sizes and opacities where so many ``heads`` and points of a ``trail`` (0: none) are shown.

    ``selected`` of these are.
    """
    area = FILLED * math.pi * reach * reach

    def room(count: float, least: float, most: float) -> float:
        return _clamp(math.sqrt((4 * COVER * area) / (math.pi * max(1, count))), least, most)

    size, opacity, width = style.point_size, style.opacity, style.line_width
    beside = BESIDE_LINES if show == "steps" else 1.0
    part = TRAIL_BESIDE_LINES if show in ("steps", "epochs") else TRAIL_ALONE
    head_size = max(SMALLEST, beside * room(heads, SMALLEST, LARGEST)) if size is None else size
    beside_heads = trail_size = part * head_size
    if size is None:
        trail_size = room(trail, SMALLEST_TRAIL, max(SMALLEST_TRAIL, beside_heads))
    seen = room(selected, 0, SEEN) if size is None and selected > 0 else 0.0
    solid = _veil(SOLID, _layers(heads, head_size, area))
    faint = _layers(trail, trail_size, area) if trail > 0 else _layers(heads, head_size, area)
    if opacity is None:
        head_opacity = 1.0 if solid > OPAQUE else solid
        faint_opacity = _clamp(_veil(VEIL, faint), FAINTEST, LEAST_FAINT)
    else:
        head_opacity = faint_opacity = opacity
    if width is None:
        width = _clamp(THICKEST * math.sqrt(FULL_WIDTH_UNITS / max(1, units)), THINNEST, THICKEST)
    return Marks(
        head_size=head_size,
        trail_size=trail_size,
        lit_head_size=max(head_size, seen),
        lit_trail_size=max(trail_size, beside_heads, seen),
        head_opacity=1.0 if trail > 0 else head_opacity,
        faint_opacity=faint_opacity,
        line_width=width,
        line_opacity=_clamp(LINE_OPACITY / math.sqrt(max(1, units)), WEAKEST_LINE, STRONGEST_LINE),
    )


def _layers(count: float, size: float, area: float) -> float:
    """Discs over one place, on average."""
    return count * (math.pi / 4) * size * size / area


def _veil(part: float, discs: float) -> float:
    """The opacity at which so many discs over one another cover this part of the ground."""
    return float(1 - (1 - part) ** (1 / max(discs, NO_LAYER)))


def _clamp(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))
