// Which layers a view shows, and how large and strong its points and lines are.

import type { Shape } from "../geometry/points";
import type { Show } from "../protocol/messages";

export interface Composition {
  /** Points of the current epoch, between two epochs while it moves. */
  readonly heads: number;
  /** Points each at its own epoch. */
  readonly trail: number;
  readonly segments: number;
  readonly throughEpochs: boolean;
  /** The one step shown, -1 for all. */
  readonly step: number;
  /** CSS pixels. */
  readonly size: number;
  /** Opacity of points that are not lit. */
  readonly faint: number;
  readonly lineStrength: number;
}

const LARGEST = 9;
const SMALLEST = 2;
/** Part of the canvas that lit points would cover side by side. */
const COVERAGE = 0.05;
/** Lines and faint points get weaker as they get more, down to these. */
const WEAKEST_LINE = 0.2;
const WEAKEST_POINT = 0.05;

export function compose(shape: Shape, show: Show, step: number | null, area: number): Composition {
  const [epochs, steps, units] = shape;
  const throughEpochs = show === "epochs";
  const only = throughEpochs ? (step ?? steps - 1) : (step ?? -1);
  const slice = only >= 0 ? units : steps * units;
  const trail = show === "all" || throughEpochs ? epochs * slice : 0;
  const segments = throughEpochs ? (epochs - 1) * units : show === "steps" ? (steps - 1) * units : 0;
  const room = Math.sqrt((area * COVERAGE) / Math.max(1, slice));
  const linePoints = show === "steps" ? 0.7 : 1;
  return {
    heads: slice,
    trail,
    segments,
    throughEpochs,
    step: only,
    size: Math.max(SMALLEST, Math.min(LARGEST, room) * linePoints),
    faint: Math.max(WEAKEST_POINT, Math.min(0.3, 12 / Math.sqrt(Math.max(1, trail === 0 ? slice : trail)))),
    lineStrength: Math.max(WEAKEST_LINE, Math.min(0.8, 6 / Math.sqrt(units))),
  };
}
