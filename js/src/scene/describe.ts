// The picture in words, for the canvas's accessible name.

import { oneStep } from "../geometry/interval";
import { nearestEpoch } from "../geometry/visible";
import { scopeOf } from "../state/scope";
import type { Store } from "../state/session";
import { windowName } from "../state/shown";

export function describe(store: Store): string {
  const meta = store.get("meta");
  const [epochs, steps, units] = meta.shape;
  const epoch = meta.epochs[nearestEpoch(store.get("epoch"), epochs)];
  const one = oneStep(scopeOf(store), steps);
  const step = one === null ? undefined : `step ${meta.steps[one] ?? one}`;
  const [someEpochs, someSteps] = [windowName(store, "epoch"), windowName(store, "step")];
  const at = step ?? someSteps;
  const shown = {
    epoch: `epoch ${epoch}, ${units} units at ${at ?? `${steps} steps`}`,
    all: `${someEpochs ?? `all ${epochs} epochs`} of ${units} units${at === undefined ? "" : ` at ${at}`}, epoch ${epoch} lit`,
    steps: `paths of ${units} units through ${someSteps ?? `${steps} steps`} of epoch ${epoch}`,
    epochs: `paths of ${units} units through ${someEpochs ?? `${epochs} epochs`} at ${step}, epoch ${epoch} lit`,
  }[store.get("show")];
  const above = store.get("view").mode === "2d" ? ", from above" : "";
  const names = Object.keys(store.get("filters"));
  const filtered = names.length > 0 ? `, filtered by ${names.join(" and ")}` : "";
  const { count } = store.get("selection");
  const loading = store.get("loaded") < epochs ? `, ${store.get("loaded")} of ${epochs} epochs loaded` : "";
  return `Embedding: ${shown}${above}, colored by ${store.get("colorBy")}${filtered}${count > 0 ? `, ${count} points selected` : ""}${loading}`;
}
