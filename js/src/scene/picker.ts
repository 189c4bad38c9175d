// Finds points on a canvas; what is shown is prepared for that when it is first pointed at, and anew
// after it has changed.

import { nearestEpoch } from "../geometry/visible";
import { hasBit } from "../protocol/bitmask";
import { scopeOf } from "../state/scope";
import type { Session, Store } from "../state/session";
import { createPick, type PickPoint } from "./picking";

export function createPicker({ store, data }: Session, canvas: HTMLCanvasElement): PickPoint {
  let prepared: { readonly of: readonly unknown[]; readonly pick: PickPoint } | undefined;
  return (x, y) => {
    const { clientWidth: width, clientHeight: height } = canvas;
    const scope = scopeOf(store);
    const positions = data.positions();
    // Points that each stand at their own epoch do not move with time.
    const moving = scope.show === "all" || scope.show === "epochs" ? undefined : scope.epoch;
    const { shape, show, step, epochWindow, stepWindow, hiddenUnits } = scope;
    const view = store.get("view");
    const shown = [shape, show, moving, step, epochWindow, stepWindow, hiddenUnits, scope.hidden];
    const of = [positions, store.get("loaded"), view, width, height, ...shown];
    if (prepared === undefined || of.some((part, i) => !Object.is(part, prepared?.of[i]))) {
      prepared = { of, pick: createPick(positions, scope, { ...view, width, height }, litBy(store)) };
    }
    return prepared.pick(x, y);
  };
}

/** What is selected is lit; while nothing is, the current epoch among all. */
function litBy(store: Store): (id: number) => boolean {
  return (id) => {
    const { mask, count } = store.get("selection");
    if (count > 0) return hasBit(mask, id);
    const { shape } = store.get("meta");
    const show = store.get("show");
    const several = show === "all" || show === "epochs";
    return !several || Math.floor(id / (shape[1] * shape[2])) === nearestEpoch(store.get("epoch"), shape[0]);
  };
}
