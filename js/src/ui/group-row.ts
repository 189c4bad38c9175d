// One group in the panel: its color, its name with what it holds, and what can be done with it. The name
// is a button that combines as a lasso does; renaming puts a field in its place; to forget it takes two
// presses, since groups have no undo.

import type { GroupEntry } from "../protocol/messages";
import type { Session } from "../state/session";
import { combineFor } from "../tools/pointer";
import { createButton, setEnabled } from "./controls";
import { createScope, el, KEEPS_SHORTCUTS_OUT, type Part, setText } from "./dom";
import { PANEL_ICONS } from "./panel-icons";
import { createField, NO_KERNEL } from "./panel-parts";
import { countOf } from "./text";

const PICK_TITLE = "Select this group; Shift adds it, Alt takes it away, both keep what is in both";

export interface GroupRow extends Part {
  readonly name: string;
}

export function createGroupRow(session: Session, { name, color, units, points }: GroupEntry): GroupRow {
  const { store, actions } = session;
  const scope = createScope();
  const swatch = el("input", "group-color", {
    type: "color",
    value: color,
    "aria-label": `Color of ${name}`,
    title: "Change the color",
    ...KEEPS_SHORTCUTS_OUT,
  });
  const pick = el(
    "button",
    "group-pick",
    { type: "button", title: PICK_TITLE, ...KEEPS_SHORTCUTS_OUT },
    el("span", "group-name", {}, name),
    el("span", "group-about", {}, `${countOf(units.length, "unit")} \u00b7 ${countOf(points, "point")}`),
  );
  const allowed = () => !store.get("kernelGone");
  const close = () => {
    if (!field.isConnected) return;
    field.replaceWith(pick);
    pick.focus();
  };
  const commit = () => {
    const to = field.value.trim();
    const taken = store.get("groups").entries.some((entry) => entry.name === to && entry.name !== name);
    field.setCustomValidity(taken ? "Another group has this name" : "");
    if (!field.reportValidity() || to === "") return;
    close();
    if (to !== name) actions.editGroup("rename", name, to);
  };
  const field = createField(
    scope,
    { type: "text", value: name, "aria-label": `New name of ${name}`, title: "Enter renames, Escape leaves" },
    commit,
    close,
  );
  const rename = createButton(scope, {
    name: `Rename ${name}`,
    icon: PANEL_ICONS.rename,
    press() {
      field.value = name;
      pick.replaceWith(field);
      field.focus();
      field.select();
    },
  });
  let sure = false;
  const doubt = () => {
    sure = false;
    remove.classList.remove("mmp-sure");
    remove.title = `Forget ${name}`;
    setText(warning, "");
  };
  const warning = el("span", "group-warning", { "aria-live": "polite" });
  const remove = createButton(scope, {
    name: `Forget ${name}`,
    icon: PANEL_ICONS.remove,
    press() {
      if (sure) return actions.editGroup("remove", name, "");
      sure = true;
      remove.classList.add("mmp-sure");
      remove.title = `Press again to forget ${name}`;
      setText(warning, "Press again to forget it");
    },
  });
  scope.listen(remove, "blur", doubt);
  scope.listen(pick, "click", (event) => {
    if (allowed()) actions.editGroup("select", name, combineFor(event, "replace"));
  });
  // Only when the choice is made: a picker tells every color on the way.
  scope.listen(swatch, "change", () => actions.editGroup("recolor", name, swatch.value));
  for (const control of [rename, remove]) {
    for (const [attribute, value] of Object.entries(KEEPS_SHORTCUTS_OUT)) control.setAttribute(attribute, value);
  }
  const titles = new Map([pick, rename, remove].map((control) => [control, control.title]));
  scope.watch(store, ["kernelGone"], () => {
    swatch.disabled = !allowed();
    for (const [control, title] of titles) {
      setEnabled(control, allowed());
      control.title = allowed() ? title : NO_KERNEL;
    }
  });
  const element = el("div", "group-row", { role: "listitem" }, swatch, pick, rename, remove, warning);
  return { name, element, dispose: scope.dispose };
}
