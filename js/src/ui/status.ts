// The line at the bottom: the unit that was looked up, what is selected and what is hidden (announced
// politely), a button that shows all again, whether the kernel has confirmed the selection, and what
// the trace holds.

import type { Session } from "../state/session";
import { isHiddenUnit, outsideWindows } from "../state/shown";
import { setEnabled } from "./controls";
import { createScope, el, focusedBeside, type Part, type Scope, setText } from "./dom";
import { countOf, describeHidden, describeSelection } from "./text";

const PENDING_TITLE = "The kernel has not confirmed this selection yet";

/** Keys that leave something out. */
const HIDING = ["filters", "hiddenUnits", "epochWindow", "stepWindow"] as const;
const NOT_IN_PYTHON = " \u00b7 no kernel, Python does not know";

export function createStatus(session: Session): Part {
  const { store } = session;
  const scope = createScope();
  const selected = el("span", "status-text", { role: "status", "aria-live": "polite" });
  const pending = el("span", "pending", { title: PENDING_TITLE, "aria-hidden": "true" });
  const contents = el("span", "status-contents");
  const showAll = createShowAll(scope, session);
  const element = el("div", "status", {}, selected, showAll, pending, contents);
  scope.watch(store, ["selection", ...HIDING, "hidden", "meta", "kernelGone", "found"], () => {
    const { units, count, pending: waiting } = store.get("selection");
    const gone = store.get("kernelGone");
    const hidden = hiddenNow(session);
    const text =
      describeFound(session) + describeSelection(units.length, count) + (hidden === "" ? "" : ` \u00b7 ${hidden}`);
    setText(selected, text + (gone ? NOT_IN_PYTHON : ""));
    pending.hidden = !waiting || gone;
  });
  scope.watch(store, ["meta", "loaded", "kernelGone"], () => setText(contents, describeContents(session)));
  return { element, dispose: scope.dispose };
}

function describeFound({ store }: Session): string {
  const unit = store.get("found");
  if (unit === undefined) return "";
  const name = store.get("meta").units[unit] ?? `unit ${unit}`;
  const state = isHiddenUnit(store, unit) ? "is hidden" : "is lit";
  return `${name} ${state} \u00b7 `;
}

function hiddenNow({ store }: Session): string {
  const { channels } = store.get("meta");
  return describeHidden(channels, store.get("filters"), store.get("hiddenUnits"), outsideWindows(store));
}

/** There only when it has something to do, and until the keyboard has left it. */
function createShowAll(scope: Scope, session: Session): HTMLElement {
  const title = "Show what the legend, windows and w.hidden_units hide";
  const button = el("button", "button text-button", { type: "button", title }, "Show all");
  const update = () => {
    const idle = hiddenNow(session) === "";
    setEnabled(button, !idle);
    button.hidden = idle && focusedBeside(button) !== button;
  };
  scope.listen(button, "click", session.actions.showAll);
  scope.listen(button, "blur", update);
  scope.watch(session.store, HIDING, update);
  return button;
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
