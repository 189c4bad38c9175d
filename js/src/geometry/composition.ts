// Which layers a view shows, and how large and strong its points and lines are.

import type { Show, View } from "../protocol/messages";
import { type Marks, marksOf, reachOf, type Style } from "./density";
import type { Shape } from "./points";

export interface Composition extends Marks {
  /** Points of the current epoch, between two epochs while it moves. */
  readonly heads: number;
  /** Points each at its own epoch. */
  readonly trail: number;
  readonly segments: number;
  readonly throughEpochs: boolean;
  /** The one step shown, -1 for all. */
  readonly step: number;
}

export interface Shown {
  readonly shape: Shape;
  readonly show: Show;
  readonly step: number | null;
  /** How many epochs and steps the windows hold. */
  readonly within: readonly [number, number];
  readonly view: View;
  /** Distance of the farthest point from the middle of all. */
  readonly radius: number;
  /** Part of the points that is not hidden. */
  readonly share: number;
  /** Selected points, shown or not. */
  readonly selected: number;
  readonly style: Style;
}

export function compose({ shape, show, step, within, view, radius, share, selected, style }: Shown): Composition {
  const [epochs, steps, units] = shape;
  const throughEpochs = show === "epochs";
  const only = throughEpochs ? (step ?? steps - 1) : (step ?? -1);
  const slice = only >= 0 ? units : steps * units;
  const trail = show === "all" || throughEpochs ? epochs * slice : 0;
  const segments = throughEpochs ? (epochs - 1) * units : show === "steps" ? (steps - 1) * units : 0;
  const near = share * units * (only >= 0 ? 1 : within[1]);
  const far = trail > 0 ? near * within[0] : 0;
  const shown = Math.max(near, far) / (epochs * steps * units);
  const counts = { heads: near, trail: far, units, selected: selected * shown };
  const marks = marksOf(show, counts, reachOf(view, radius), style);
  return { heads: slice, trail, segments, throughEpochs, step: only, ...marks };
}
