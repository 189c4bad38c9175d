// Finds points on a canvas; what is shown is prepared for that when it is first pointed at, and anew
// after it has changed.

import { scopeOf } from "../state/scope";
import type { Session } from "../state/session";
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
      prepared = { of, pick: createPick(positions, scope, { ...view, width, height }) };
    }
    return prepared.pick(x, y);
  };
}
