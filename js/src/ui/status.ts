// The line at the bottom: the unit that was looked up and what is selected (announced politely),
// whether the kernel has confirmed it, and what the trace holds.

import type { Session } from "../state/session";
import { createScope, el, type Part, setText } from "./dom";
import { countOf, describeSelection } from "./text";

const PENDING_TITLE = "The kernel has not confirmed this selection yet";

const NOT_IN_PYTHON = " \u00b7 no kernel, Python does not know";

export function createStatus(session: Session): Part {
  const { store } = session;
  const scope = createScope();
  const selected = el("span", "status-text", { role: "status", "aria-live": "polite" });
  const pending = el("span", "pending", { title: PENDING_TITLE, "aria-hidden": "true" });
  const contents = el("span", "status-contents");
  const element = el("div", "status", {}, selected, pending, contents);
  scope.watch(store, ["selection", "kernelGone", "found", "hiddenUnits", "meta"], () => {
    const { units, count, pending: waiting } = store.get("selection");
    const gone = store.get("kernelGone");
    setText(selected, describeFound(session) + describeSelection(units.length, count) + (gone ? NOT_IN_PYTHON : ""));
    pending.hidden = !waiting || gone;
  });
  scope.watch(store, ["meta", "loaded", "kernelGone"], () => setText(contents, describeContents(session)));
  return { element, dispose: scope.dispose };
}

function describeFound({ store }: Session): string {
  const unit = store.get("found");
  if (unit === undefined) return "";
  const name = store.get("meta").units[unit] ?? `unit ${unit}`;
  const state = store.get("hiddenUnits").includes(unit) ? "is hidden" : "is lit";
  return `${name} ${state} \u00b7 `;
}

function describeContents({ store }: Session): string {
  const [epochs, steps, units] = store.get("meta").shape;
  const loaded = store.get("loaded");
  if (loaded < epochs) {
    const progress = `${loaded} of ${countOf(epochs, "epoch")}`;
    return store.get("kernelGone") ? `${progress} came before the kernel ended` : `Loading ${progress}`;
  }
  return [countOf(units, "unit"), countOf(steps, "step"), countOf(epochs, "epoch")].join(" \u00b7 ");
}
