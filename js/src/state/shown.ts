// What the windows on epochs and steps show, in words: for the canvas's name and the status line.

import { hasBit } from "../protocol/bitmask";
import type { Interval } from "../protocol/messages";
import type { Store } from "./session";

type Axis = "epoch" | "step";

/** "epochs 2 to 9" by recorded number; undefined without a window. */
export function windowName(store: Store, axis: Axis): string | undefined {
  const interval = store.get(axis === "epoch" ? "epochWindow" : "stepWindow");
  return interval === null ? undefined : nameOf(axis, numbersOf(store, axis), interval);
}

/** What the windows leave out, one entry each. */
export function outsideWindows(store: Store): string[] {
  return (["epoch", "step"] as const).flatMap((axis) => {
    const name = windowName(store, axis);
    return name === undefined ? [] : [name.replace(axis, `all but ${axis}`)];
  });
}

function numbersOf(store: Store, axis: Axis): readonly number[] {
  const { epochs, steps } = store.get("meta");
  return axis === "epoch" ? epochs : steps;
}

function nameOf(axis: Axis, numbers: readonly number[], [first, last]: Interval): string {
  const [from, to] = [numbers[first] ?? first, numbers[last] ?? last];
  return first === last ? `${axis} ${from}` : `${axis}s ${from} to ${to}`;
}

/** Whether all points of a unit are left out, by itself or by the legend. */
export function isHiddenUnit(store: Store, unit: number): boolean {
  if (store.get("hiddenUnits").includes(unit)) return true;
  const hidden = store.get("hidden");
  const [epochs, steps, units] = store.get("meta").shape;
  if (hidden === undefined) return false;
  for (let id = unit; id < epochs * steps * units; id += units) if (!hasBit(hidden, id)) return false;
  return true;
}
