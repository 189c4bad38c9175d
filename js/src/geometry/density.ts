// How large and how opaque points and lines are drawn, so that a hundred can be seen and half a million
// be read: by how many there are and how large the cloud is on the canvas, which zooming changes. The
// same formulas as widget/density.py; tests/golden/density.json ties the two.

import type { Show, View } from "../protocol/messages";
import { distanceOf } from "./flat";
import { createProjector } from "./projection";

/** What the user set in place of what is found here; null where nothing. */
export interface Style {
  /** CSS pixels. */
  readonly pointSize: number | null;
  /** Of points that are neither selected nor, among all epochs, of the current one. */
  readonly opacity: number | null;
  /** CSS pixels. */
  readonly lineWidth: number | null;
}

/** How many are shown. */
export interface Counts {
  /** Points of the current epoch. */
  readonly heads: number;
  /** Points each at its own epoch, 0 where these are not shown. */
  readonly trail: number;
  readonly units: number;
  /** Selected points among these, about. */
  readonly selected: number;
}

export interface Marks {
  /** Diameters in CSS pixels. */
  readonly headSize: number;
  readonly trailSize: number;
  /** Of selected points, of the current epoch and of others: few must be seen among all others. */
  readonly litHeadSize: number;
  readonly litTrailSize: number;
  /** Opacity of points of the current epoch, while nothing is selected. */
  readonly headOpacity: number;
  /** Opacity of points that are not lit: other epochs, and what is not selected. */
  readonly faintOpacity: number;
  /** CSS pixels. */
  readonly lineWidth: number;
  readonly lineOpacity: number;
}

/** Part of the disc around all points in which most of them lie. */
const FILLED = 0.35;
/** Discs over one place, on average, that points are large enough for. */
const COVER = 0.4;
/** Diameters in CSS pixels: of points of the current epoch, and of others the least. */
const [SMALLEST, LARGEST, SMALLEST_TRAIL] = [2, 9, 1.5];
/** Diameters of points beside lines: of those through steps, and of those of other epochs. */
const [BESIDE_LINES, TRAIL_BESIDE_LINES, TRAIL_ALONE] = [0.7, 0.45, 0.75];
/** What few selected points are enlarged to, in CSS pixels. */
const SEEN = 5;
/** How much of the ground points cover together where they lie: the current epoch's and faint ones. */
const [SOLID, VEIL] = [0.98, 0.55];
/** Opaque enough to hide what is behind. */
const OPAQUE = 0.95;
/** Limits of a faint point's opacity: less than this a display cannot show, more would be mistaken for lit. */
const [FAINTEST, LEAST_FAINT] = [0.02, 0.3];
/** A line's width in CSS pixels among this many units, and its limits. */
const [FULL_WIDTH_UNITS, THINNEST, THICKEST] = [60, 1, 2];
/** A line's opacity is this among one unit, less by the root of their number. */
const [LINE_OPACITY, WEAKEST_LINE, STRONGEST_LINE] = [6, 0.2, 0.8];

/** CSS pixels from the middle of all points to the farthest, seen at the distance of the target. */
export function reachOf(view: View, radius: number): number {
  return (createProjector(view).focal * (radius > 0 ? radius : 1)) / distanceOf(view);
}

export function marksOf(show: Show, counts: Counts, reach: number, style: Style): Marks {
  const { heads, trail, units, selected } = counts;
  const area = FILLED * Math.PI * reach * reach;
  const withLines = show === "steps" || show === "epochs";
  const room = (count: number, least: number, most: number) =>
    clamp(Math.sqrt((4 * COVER * area) / (Math.PI * Math.max(1, count))), least, most);
  const beside = show === "steps" ? BESIDE_LINES : 1;
  const headSize = style.pointSize ?? Math.max(SMALLEST, beside * room(heads, SMALLEST, LARGEST));
  const part = withLines ? TRAIL_BESIDE_LINES : TRAIL_ALONE;
  const besideHeads = part * headSize;
  const isSet = style.pointSize !== null;
  const trailSize = isSet ? besideHeads : room(trail, SMALLEST_TRAIL, Math.max(SMALLEST_TRAIL, besideHeads));
  const seen = isSet || selected === 0 ? 0 : room(selected, 0, SEEN);
  const solid = veil(SOLID, layers(heads, headSize, area));
  const faint = trail > 0 ? layers(trail, trailSize, area) : layers(heads, headSize, area);
  return {
    headSize,
    trailSize,
    litHeadSize: Math.max(headSize, seen),
    litTrailSize: Math.max(trailSize, besideHeads, seen),
    headOpacity: trail > 0 ? 1 : (style.opacity ?? (solid > OPAQUE ? 1 : solid)),
    faintOpacity: style.opacity ?? clamp(veil(VEIL, faint), FAINTEST, LEAST_FAINT),
    lineWidth:
      style.lineWidth ?? clamp(THICKEST * Math.sqrt(FULL_WIDTH_UNITS / Math.max(1, units)), THINNEST, THICKEST),
    lineOpacity: clamp(LINE_OPACITY / Math.sqrt(Math.max(1, units)), WEAKEST_LINE, STRONGEST_LINE),
  };
}

/** Discs over one place, on average. */
function layers(count: number, size: number, area: number): number {
  return (count * (Math.PI / 4) * size * size) / area;
}

/** The opacity at which so many discs over one another cover this part of the ground. */
function veil(part: number, discs: number): number {
  return 1 - (1 - part) ** (1 / Math.max(discs, 1e-3));
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
