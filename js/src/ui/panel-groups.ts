// The panel's section of groups: the selection is saved under a name, groups are listed, compared,
// exported and shown in the picture. They live in Python: what is done here waits for its answer.

import type { GroupEntry } from "../protocol/messages";
import type { Session } from "../state/session";
import { setPressed } from "./controls";
import { createScope, el, focusedBeside, type Part, type Scope, setText } from "./dom";
import { createGroupComparison } from "./group-comparison";
import { createGroupExport } from "./group-export";
import { createGroupRow, type GroupRow } from "./group-row";
import { createField, createTextButton, NO_KERNEL } from "./panel-parts";

/** Python's name for the channel of the groups. */
const GROUP_CHANNEL = "group";

export function createPanelGroups(session: Session): Part {
  const { store } = session;
  const scope = createScope();
  const list = el("div", "group-list", { role: "list", "aria-label": "Groups" });
  const empty = el("p", "panel-empty", {}, "No groups yet. Select something, name it and save it.");
  const more = [createGroupComparison(session), createGroupExport(session)];
  for (const part of more) scope.add(part.dispose);
  const below = el("div", "group-more", {}, createColorSwitch(session, scope), ...more.map(({ element }) => element));
  let rows: { readonly key: string; readonly row: GroupRow }[] = [];

  const draw = () => {
    const { entries } = store.get("groups");
    const focused = rows.findIndex(({ row }) => row.element.contains(focusedBeside(list)));
    const next = entries.map((entry) => {
      const key = JSON.stringify(entry);
      return rows.find((known) => known.key === key) ?? { key, row: createGroupRow(session, entry) };
    });
    for (const known of rows) {
      if (next.includes(known)) continue;
      known.row.dispose();
      known.row.element.remove();
    }
    rows = next;
    // What stays is not taken out: a name that is being typed would lose the keyboard.
    rows.forEach(({ row: { element } }, at) => {
      if (list.children[at] !== element) list.insertBefore(element, list.children[at] ?? null);
    });
    list.hidden = entries.length === 0;
    empty.hidden = entries.length > 0;
    below.hidden = entries.length === 0;
    keepFocus(focused);
  };
  /** The row that had the keyboard may have been made anew, or be gone. */
  const keepFocus = (at: number) => {
    if (at < 0 || list.contains(focusedBeside(list))) return;
    const row = rows[Math.min(at, rows.length - 1)]?.row.element;
    (row?.querySelector<HTMLElement>(".mmp-group-pick") ?? form.field).focus();
  };
  const form = createSaveForm(session, scope);
  scope.watch(store, ["groups"], draw);
  scope.add(() => {
    for (const { row } of rows) row.dispose();
  });
  scope.listen(list, "keydown", (event) => {
    // Space presses what is here, colors too, and does not play.
    if (event.key === " " || event.key === "Enter") event.stopPropagation();
  });
  return {
    element: el("div", "panel-section panel-groups", {}, form.element, empty, list, below),
    dispose: scope.dispose,
  };
}

function createSaveForm({ store, actions }: Session, scope: Scope): { element: HTMLElement; field: HTMLInputElement } {
  const attributes = { type: "text", "aria-label": "Name of the group", placeholder: "Name of the group" };
  const field = createField(scope, { ...attributes, title: "Enter saves the selection under this name" }, () =>
    save.element.click(),
  );
  const save = createTextButton(scope, "Save", "Save the selection under this name", () => {
    const name = field.value.trim();
    if (name === "") return field.focus();
    actions.editGroup("save", name, "");
    field.value = "";
    update();
  });
  const known = (): GroupEntry | undefined =>
    store.get("groups").entries.find(({ name }) => name === field.value.trim());
  const update = () => {
    const gone = store.get("kernelGone");
    setText(save.element, known() === undefined ? "Save" : "Replace");
    save.allow(gone ? NO_KERNEL : store.get("selection").count === 0 ? "Select something first" : undefined);
    field.disabled = gone;
  };
  scope.listen(field, "input", update);
  scope.watch(store, ["selection", "groups", "kernelGone"], update);
  return { element: el("div", "panel-row", {}, field, save.element), field };
}

function createColorSwitch({ store, actions }: Session, scope: Scope): HTMLElement {
  let before: string | undefined;
  const button = createTextButton(scope, "Color by group", "Show the groups in the picture, in their colors", () => {
    const now = store.get("colorBy");
    const back = store.get("meta").channels.find(({ name }) => name === before) ?? store.get("meta").channels[0];
    if (now !== GROUP_CHANNEL) {
      before = now;
      actions.setColorBy(GROUP_CHANNEL);
    } else if (back !== undefined) actions.setColorBy(back.name);
  });
  scope.watch(store, ["colorBy", "meta"], () => {
    setPressed(button.element, store.get("colorBy") === GROUP_CHANNEL);
    button.allow(
      store.get("meta").channels.some(({ name }) => name === GROUP_CHANNEL) ? undefined : "Python has not said yet",
    );
  });
  return el("div", "panel-row", {}, button.element);
}
