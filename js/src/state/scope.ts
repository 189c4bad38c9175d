// The store's answer to what is shown, as the geometry asks for it.

import type { Scope } from "../geometry/visible";
import type { Store } from "./session";

export function scopeOf(store: Store): Scope {
  return {
    shape: store.get("meta").shape,
    show: store.get("show"),
    epoch: store.get("epoch"),
    step: store.get("step"),
    epochWindow: store.get("epochWindow"),
    stepWindow: store.get("stepWindow"),
    hiddenUnits: store.get("hiddenUnits"),
    hidden: store.get("hidden"),
  };
}
