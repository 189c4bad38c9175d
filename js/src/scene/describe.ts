// The picture in words, for the canvas's accessible name.

import { nearestEpoch } from "../geometry/visible";
import type { Store } from "../state/session";

export function describe(store: Store): string {
  const meta = store.get("meta");
  const [epochs, steps, units] = meta.shape;
  const epoch = meta.epochs[nearestEpoch(store.get("epoch"), epochs)];
  const step = store.get("step");
  const shown = {
    epoch: `epoch ${epoch}, ${units} units at ${step === null ? `${steps} steps` : stepName(meta.steps, step)}`,
    all: `all ${epochs} epochs of ${units} units${step === null ? "" : ` at ${stepName(meta.steps, step)}`}, epoch ${epoch} lit`,
    steps: `paths of ${units} units through ${steps} steps of epoch ${epoch}`,
    epochs: `paths of ${units} units through ${epochs} epochs at ${stepName(meta.steps, step ?? steps - 1)}, epoch ${epoch} lit`,
  }[store.get("show")];
  const above = store.get("view").mode === "2d" ? ", from above" : "";
  const names = Object.keys(store.get("filters"));
  const filtered = names.length > 0 ? `, filtered by ${names.join(" and ")}` : "";
  const { count } = store.get("selection");
  const loading = store.get("loaded") < epochs ? `, ${store.get("loaded")} of ${epochs} epochs loaded` : "";
  return `Embedding: ${shown}${above}, colored by ${store.get("colorBy")}${filtered}${count > 0 ? `, ${count} points selected` : ""}${loading}`;
}

function stepName(steps: readonly number[], step: number): string {
  return `step ${steps[step] ?? step}`;
}
