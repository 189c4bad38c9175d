// The way of the unit that is looked at: through the steps of its epoch, or through the epochs at one
// step where the picture shows points so.

import { oneStep } from "../geometry/interval";
import { pointId, type Shape } from "../geometry/points";
import { nearestEpoch } from "../geometry/visible";
import { lookedAt } from "./looked-at";
import { scopeOf } from "./scope";
import type { Store } from "./session";

export interface Trajectory {
  readonly unit: number;
  readonly throughEpochs: boolean;
  /** The one step of a way through epochs, -1 for a way through steps. */
  readonly step: number;
  /** The epoch of a way through steps, perhaps between two. */
  readonly epoch: number;
  /** Points on the way. */
  readonly points: number;
}

export function trajectoryOf(store: Store): Trajectory | undefined {
  const looked = lookedAt(store);
  if (looked === undefined) return undefined;
  const [epochs, steps] = store.get("meta").shape;
  const scope = scopeOf(store);
  const { show } = scope;
  const step = oneStep(scope, steps);
  const throughEpochs = show === "epochs" || (show === "all" && step !== null);
  const own = show === "all" && looked.pointer !== undefined;
  return {
    unit: looked.unit,
    throughEpochs,
    step: throughEpochs ? (step ?? -1) : -1,
    epoch: own ? looked.epoch : Math.max(0, Math.min(epochs - 1, store.get("epoch"))),
    points: throughEpochs ? epochs : steps,
  };
}

/** Ids of the points on a way, at whole epochs. */
export function pointsOf(shape: Shape, { unit, throughEpochs, step, epoch, points }: Trajectory): number[] {
  const now = nearestEpoch(epoch, shape[0]);
  return Array.from({ length: points }, (_, i) =>
    throughEpochs ? pointId(shape, i, step, unit) : pointId(shape, now, i, unit),
  );
}
