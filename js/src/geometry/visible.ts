// Which points a lasso may take: those shown now and not hidden, finite and in front of the near
// plane. Ids are walked as a few contiguous runs, in ascending order.

import { createMask, hasBit, setBit } from "../protocol/bitmask";
import type { Interval, Show, View } from "../protocol/messages";
import { endsOf, oneStep } from "./interval";
import { pointId, type Shape } from "./points";
import { createProjector, projectInto } from "./projection";

export interface Scope {
  readonly shape: Shape;
  readonly show: Show;
  readonly epoch: number;
  readonly step: number | null;
  readonly epochWindow: Interval | null;
  readonly stepWindow: Interval | null;
  readonly hiddenUnits: readonly number[];
  /** One bit a point that the legend hides (see filters.ts); undefined where it hides none. */
  readonly hidden: Uint8Array | undefined;
}

export interface Run {
  readonly start: number;
  readonly count: number;
}

/** The whole epoch that stands for a fractional one: halves go up, as floor(epoch + 0.5). */
export function nearestEpoch(epoch: number, epochs: number): number {
  return Math.max(0, Math.min(epochs - 1, Math.floor(epoch + 0.5)));
}

export type Shown = Pick<Scope, "shape" | "show" | "epoch" | "step" | "epochWindow" | "stepWindow">;

/** Runs of ids shown, before what is hidden and the near plane are taken out. */
export function shownRuns(shown: Shown): Run[] {
  const { shape, show, epoch } = shown;
  const [epochs, steps, units] = shape;
  const now = nearestEpoch(epoch, epochs);
  const several = show === "all" || show === "epochs";
  const [first, last] = common(endsOf(shown.epochWindow, epochs), several ? null : now);
  const [from, to] = common(endsOf(shown.stepWindow, steps), oneStep(shown, steps));
  if (from > to || first > last) return [];
  if (from === 0 && to === steps - 1) {
    return [{ start: pointId(shape, first, 0, 0), count: (last - first + 1) * steps * units }];
  }
  const runs: Run[] = [];
  for (let e = first; e <= last; e++) runs.push({ start: pointId(shape, e, from, 0), count: (to - from + 1) * units });
  return runs;
}

/** The ends of a window, or both at the one position in it; out of order where it lies outside. */
function common([first, last]: Interval, one: number | null): Interval {
  return one === null ? [first, last] : [Math.max(first, one), Math.min(last, one)];
}

export type Visit = (id: number, x: number, y: number, depth: number) => void;

/** Calls `visit` for each visible point, ascending by id, with its place on the canvas. */
export function forEachVisible(positions: Float32Array, scope: Scope, view: View, visit: Visit): void {
  const units = scope.shape[2];
  const { hidden } = scope;
  const hiddenUnits = new Uint8Array(units);
  for (const unit of scope.hiddenUnits) hiddenUnits[unit] = 1;
  const projector = createProjector(view);
  const at = new Float64Array(3);
  for (const { start, count } of shownRuns(scope)) {
    let unit = start % units;
    for (let id = start; id < start + count; id++) {
      const k = id * 3;
      const skip = hiddenUnits[unit] === 1 || (hidden !== undefined && hasBit(hidden, id));
      unit = unit + 1 === units ? 0 : unit + 1;
      if (skip) continue;
      const [px, py, pz] = [positions[k] as number, positions[k + 1] as number, positions[k + 2] as number];
      if (!projectInto(at, projector, px, py, pz)) continue;
      visit(id, at[0] as number, at[1] as number, at[2] as number);
    }
  }
}

export function visibleMask(positions: Float32Array, scope: Scope, view: View): Uint8Array {
  const mask = createMask(positions.length / 3);
  forEachVisible(positions, scope, view, (id) => setBit(mask, id));
  return mask;
}
