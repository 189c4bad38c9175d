// What the user set of sizes and strengths, as the geometry asks for it.

import type { Style } from "../geometry/density";
import type { State, Store } from "./session";

/** Keys that `styleOf` reads. */
export const STYLE: readonly (keyof State)[] = ["pointSize", "opacity", "lineWidth"];

export function styleOf(store: Store): Style {
  return { pointSize: store.get("pointSize"), opacity: store.get("opacity"), lineWidth: store.get("lineWidth") };
}
