// Epoch and step lie inside their windows, whoever moves either; Python sees to the same.

import { endsOf, nearestIn } from "../geometry/interval";
import type { Store } from "./session";

/** Returns a function that ends it. */
export function keepInside(store: Store): () => void {
  const bring = () => {
    const { shape } = store.get("meta");
    const step = store.get("step");
    store.set({
      epoch: nearestIn(endsOf(store.get("epochWindow"), shape[0]), store.get("epoch")),
      step: step === null ? null : nearestIn(endsOf(store.get("stepWindow"), shape[1]), step),
    });
  };
  return store.on(["epoch", "step", "epochWindow", "stepWindow"], bring);
}
