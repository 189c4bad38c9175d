// The panel's first section: the units to select from, and how a selection grows to its neighbors.

import type { Session } from "../state/session";
import { setPressed } from "./controls";
import { createScope, el, type Part, setText } from "./dom";
import { createField, createTextButton, NO_KERNEL } from "./panel-parts";
import { countOf } from "./text";
import { createUnitList } from "./unit-list";

/** As in Python's `w.grow()`. */
const NEIGHBORS = 5;
const GROW_TITLE = "Add the nearest neighbors of each selected point, among what is visible at its epoch and step";

export function createPanelUnits(session: Session): Part {
  const { store, actions } = session;
  const scope = createScope();
  const list = createUnitList(session);
  scope.add(list.dispose);
  const count = el("span", "panel-count");
  let only = false;
  const selected = createTextButton(scope, "Selected only", "List the selected units alone", () => {
    only = !only;
    setPressed(selected.element, only);
    list.showSelected(only);
  });
  setPressed(selected.element, only);
  const field = createField(
    scope,
    {
      type: "number",
      min: "1",
      max: "999",
      step: "1",
      value: String(NEIGHBORS),
      "aria-label": "Neighbors",
      title: "How many neighbors each selected point has",
    },
    () => grow.element.click(),
  );
  const grow = createTextButton(scope, "Grow", GROW_TITLE, () => {
    const k = Math.floor(field.valueAsNumber);
    if (k >= 1) actions.grow(k);
    else field.value = String(NEIGHBORS);
  });
  scope.watch(store, ["selection", "meta", "kernelGone"], () => {
    const { units, count: points } = store.get("selection");
    setText(count, `${units.length} of ${countOf(store.get("meta").shape[2], "unit")}`);
    grow.allow(store.get("kernelGone") ? NO_KERNEL : points === 0 ? "Select something first" : undefined);
  });
  const growing = el("span", "panel-row", {}, grow.element, el("span", "panel-muted", {}, "to"), field);
  const neighbors = el("span", "panel-muted", {}, "neighbors");
  growing.append(neighbors);
  const head = el("div", "panel-row", {}, count, selected.element);
  return {
    element: el("div", "panel-section panel-units", {}, head, list.element, growing),
    dispose: scope.dispose,
  };
}
