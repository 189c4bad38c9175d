// The line at the bottom: what is selected (announced politely), whether the kernel has confirmed
// it, and what the trace holds.

import type { Session } from "../state/session";
import { createScope, el, type Part, setText } from "./dom";
import { countOf, describeSelection } from "./text";

const PENDING_TITLE = "The kernel has not confirmed this selection yet";

export function createStatus(session: Session): Part {
  const { store } = session;
  const scope = createScope();
  const selected = el("span", "status-text", { role: "status", "aria-live": "polite" });
  const pending = el("span", "pending", { title: PENDING_TITLE, "aria-hidden": "true" });
  const contents = el("span", "status-contents");
  const element = el("div", "status", {}, selected, pending, contents);
  scope.watch(store, ["selection"], () => {
    const { units, count, pending: waiting } = store.get("selection");
    setText(selected, describeSelection(units.length, count));
    pending.hidden = !waiting;
  });
  scope.watch(store, ["meta", "loaded"], () => setText(contents, describeContents(session)));
  return { element, dispose: scope.dispose };
}

function describeContents({ store }: Session): string {
  const [epochs, steps, units] = store.get("meta").shape;
  const loaded = store.get("loaded");
  if (loaded < epochs) return `Loading ${loaded} of ${countOf(epochs, "epoch")}`;
  return [countOf(units, "unit"), countOf(steps, "step"), countOf(epochs, "epoch")].join(" \u00b7 ");
}
