// Which layers a view shows, and how large and strong its points and lines are.

import { endsOf, oneStep } from "../geometry/interval";
import type { Shown } from "../geometry/visible";

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

export function compose(shown: Shown, area: number): Composition {
  const { shape, show } = shown;
  const [epochs, steps, units] = shape;
  const throughEpochs = show === "epochs";
  const only = oneStep(shown, steps) ?? -1;
  // Shaders leave out what windows do: vertices are counted without them, what is seen with them.
  const slice = only >= 0 ? units : steps * units;
  const trail = show === "all" || throughEpochs ? epochs * slice : 0;
  const segments = throughEpochs ? (epochs - 1) * units : show === "steps" ? (steps - 1) * units : 0;
  const seenSlice = only >= 0 ? units : lengthOf(endsOf(shown.stepWindow, steps)) * units;
  const seen = trail === 0 ? seenSlice : lengthOf(endsOf(shown.epochWindow, epochs)) * seenSlice;
  const room = Math.sqrt((area * COVERAGE) / Math.max(1, seenSlice));
  const linePoints = show === "steps" ? 0.7 : 1;
  return {
    heads: slice,
    trail,
    segments,
    throughEpochs,
    step: only,
    size: Math.max(SMALLEST, Math.min(LARGEST, room) * linePoints),
    faint: Math.max(WEAKEST_POINT, Math.min(0.3, 12 / Math.sqrt(Math.max(1, seen)))),
    lineStrength: Math.max(WEAKEST_LINE, Math.min(0.8, 6 / Math.sqrt(units))),
  };
}

function lengthOf([first, last]: readonly [number, number]): number {
  return last - first + 1;
}
