// "Find unit": a field that takes a unit's name or number and suggests units while one types. Enter
// lights the unit's trajectory, Enter on what is lit selects the unit; Shift+Enter adds it to the
// selection, Alt+Enter takes it away; Escape, or to empty the field, puts the light out. The arrow
// keys choose among the suggestions, focus stays in the field (ARIA's searchbox with a list).

import type { Session } from "../state/session";
import { combineFor } from "../tools/pointer";
import { uniqueId } from "../util/uuid";
import { createScope, el, focusedBeside, type Part, setAttribute, setText } from "./dom";
import { type Matches, matchUnits } from "./match-units";

/** Suggestions shown at once. */
const MOST = 8;
const TITLE =
  "Find unit by name or number (/). Enter lights its trajectory, Enter again selects it, " +
  "Shift+Enter adds it to the selection, Alt+Enter takes it away, Esc leaves";

export interface Find extends Part {
  focus(): void;
}

/** `leave` takes the keyboard elsewhere. */
export function createFind(session: Session, leave: () => void): Find {
  const { store, actions } = session;
  const scope = createScope();
  const id = `mmp-find-${uniqueId()}`;
  const field = el("input", "find-field", {
    type: "search",
    "aria-label": "Find unit",
    placeholder: "Find unit",
    title: TITLE,
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-controls": id,
  });
  const list = el("div", "find-list", { role: "listbox", id, "aria-label": "Units found" });
  const rest = el("div", "find-rest", { "aria-live": "polite" });
  const popup = el("div", "find-popup", {}, list, rest);
  const element = el("div", "find", {}, field, popup);
  let matches: Matches = { units: [], total: 0 };
  let active = 0;
  popup.hidden = true;

  const mark = (position: number) => {
    active = position;
    for (const [i, option] of [...list.children].entries()) {
      setAttribute(option, "aria-selected", String(i === active));
    }
    const option = list.children[active];
    if (option === undefined) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", option.id);
  };
  const close = () => {
    popup.hidden = true;
    field.removeAttribute("aria-activedescendant");
  };
  const suggest = () => {
    matches = matchUnits(store.get("meta").units, field.value, MOST);
    list.replaceChildren(...matches.units.map((unit, i) => drawOption(session, unit, `${id}-${i}`)));
    list.hidden = matches.total === 0;
    setText(rest, describeRest(matches));
    rest.hidden = rest.textContent === "";
    popup.hidden = field.value.trim() === "";
    if (popup.hidden) close();
    else mark(0);
  };
  const light = (unit: number) => {
    close();
    field.value = store.get("meta").units[unit] ?? String(unit);
    field.select();
    actions.find(unit);
  };
  const take = (unit: number, event: { shiftKey: boolean; altKey: boolean }) => {
    const again = unit === store.get("found");
    const combine = combineFor(event, "replace");
    light(unit);
    if (again || combine !== "replace") actions.selectUnits([unit], combine);
  };
  const out = () => {
    field.value = "";
    close();
    actions.find(undefined);
  };

  /** Keys of the field; false where a key is not one of them. */
  const handle = (event: KeyboardEvent): boolean => {
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        const count = matches.units.length;
        if (popup.hidden) suggest();
        else if (count > 0) mark((active + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
        return true;
      }
      case "Enter": {
        const unit = popup.hidden ? store.get("found") : matches.units[active];
        if (unit !== undefined) take(unit, event);
        return true;
      }
      case "Escape":
        out();
        leave();
        return true;
      default:
        return false;
    }
  };

  scope.listen(field, "input", () => {
    suggest();
    // The cross that a browser puts into the field empties it.
    if (field.value === "") actions.find(undefined);
  });
  scope.listen(field, "keydown", (event) => {
    if (event.isComposing || !handle(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  scope.listen(field, "blur", close);
  scope.listen(list, "pointerdown", (event) => {
    // Focus stays in the field.
    event.preventDefault();
    if (event.button !== 0) return;
    const position = [...list.children].findIndex((option) => option.contains(event.target as Node));
    const unit = matches.units[position];
    if (unit !== undefined) take(unit, event);
  });
  // Other coordinates, or another view of the same, have put the light out.
  scope.watch(store, ["found"], () => {
    if (store.get("found") === undefined && focusedBeside(field) !== field) field.value = "";
  });
  return {
    element,
    focus() {
      field.focus();
      field.select();
    },
    dispose: scope.dispose,
  };
}

function drawOption({ store }: Session, unit: number, id: string): HTMLElement {
  const { units, layers, unit_layers } = store.get("meta");
  const layer = layers[unit_layers[unit] ?? -1];
  const about = [`unit ${unit}`, ...(layer === undefined ? [] : [layer])].join(" \u00b7 ");
  const name = el("span", "find-name", {}, units[unit] ?? String(unit));
  return el("div", "find-option", { role: "option", id }, name, el("span", "find-about", {}, about));
}

function describeRest({ units, total }: Matches): string {
  if (total === 0) return "No such unit";
  return total > units.length ? `and ${total - units.length} more` : "";
}
