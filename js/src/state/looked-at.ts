// What is looked at: the point under the pointer, else the unit that was looked up, at the epoch and
// step shown.

import { oneStep } from "../geometry/interval";
import { pointPosition } from "../geometry/points";
import { nearestEpoch } from "../geometry/visible";
import { scopeOf } from "./scope";
import type { State, Store } from "./session";

export interface LookedAt {
  readonly epoch: number;
  /** Undefined where all steps are shown and none is pointed at. */
  readonly step: number | undefined;
  readonly unit: number;
  /** CSS pixels from the canvas's top left; undefined for a unit that was looked up. */
  readonly pointer: { readonly x: number; readonly y: number } | undefined;
}

/** Keys that `lookedAt` reads. */
export const LOOKED_AT: readonly (keyof State)[] = [
  ...(["hover", "found", "meta", "epoch", "step", "stepWindow", "show"] as const),
];

export function lookedAt(store: Store): LookedAt | undefined {
  const { shape } = store.get("meta");
  const hover = store.get("hover");
  if (hover !== undefined) return { ...pointPosition(shape, hover.id), pointer: hover };
  const unit = store.get("found");
  if (unit === undefined) return undefined;
  const step = oneStep(scopeOf(store), shape[1]) ?? undefined;
  return { epoch: nearestEpoch(store.get("epoch"), shape[0]), step, unit, pointer: undefined };
}
