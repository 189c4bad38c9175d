// What is drawn now, how large and how strong: the geometry's answer for the store as it is.

import { type Composition, compose } from "../geometry/composition";
import type { Style } from "../geometry/density";
import { lengthOf, oneStep } from "../geometry/interval";
import { pointCount } from "../geometry/points";
import { countBits } from "../protocol/bitmask";
import type { View } from "../protocol/messages";
import { scopeOf } from "./scope";
import type { State, Store } from "./session";

/** What the user set of sizes and strengths. */
export const STYLE: readonly (keyof State)[] = ["pointSize", "opacity", "lineWidth"];
/** Keys that `composeNow` reads. */
export const COMPOSED: readonly (keyof State)[] = [
  ...STYLE,
  ...(["meta", "show", "step", "epochWindow", "stepWindow", "view"] as const),
  ...(["hidden", "hiddenUnits", "selection"] as const),
];

/** Counting is not done again for bits that have been counted. */
const counted = new WeakMap<Uint8Array, number>();

/** `size` of the canvas that it is drawn on. */
export function composeNow(store: Store, size?: Pick<View, "width" | "height">): Composition {
  const { shape, radius } = store.get("meta");
  const style: Style = {
    pointSize: store.get("pointSize"),
    opacity: store.get("opacity"),
    lineWidth: store.get("lineWidth"),
  };
  const view = { ...store.get("view"), ...size };
  return compose({
    shape,
    show: store.get("show"),
    step: oneStep(scopeOf(store), shape[1]),
    within: [lengthOf(store.get("epochWindow"), shape[0]), lengthOf(store.get("stepWindow"), shape[1])],
    view,
    radius,
    share: shareOf(store),
    selected: store.get("selection").count,
    style,
  });
}

/** Part of the points that neither the legend hides nor their unit. */
function shareOf(store: Store): number {
  const { shape } = store.get("meta");
  const bits = store.get("hidden");
  const units = 1 - store.get("hiddenUnits").length / shape[2];
  if (bits === undefined) return units;
  const hidden = counted.get(bits) ?? countBits(bits);
  counted.set(bits, hidden);
  return units * (1 - hidden / pointCount(shape));
}
