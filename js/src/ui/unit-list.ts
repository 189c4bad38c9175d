// All units of the trace, or those selected, as a list to select from: a click selects a unit alone,
// Ctrl+click adds it or takes it away, Shift+click selects from the last one clicked to this. Only the
// rows in sight are in the page, however many units there are (ARIA's listbox with a moving descendant).

import type { Combine } from "../protocol/messages";
import type { Session } from "../state/session";
import { uniqueId } from "../util/uuid";
import { createScope, el, KEEPS_SHORTCUTS_OUT, type Part, setAttribute } from "./dom";

/** CSS pixels of a row; style.css has the same. */
export const ROW = 22;
/** Rows beyond the edges, so that scrolling shows no gaps. */
const BEYOND = 6;
/** Height before there is a layout. */
const UNKNOWN_HEIGHT = 240;
const TITLE = "Click, Ctrl+click, Shift+click; or arrows, Shift+arrows, Space, Enter, Ctrl+A";

export interface UnitList extends Part {
  /** Lists the selected units alone, or all. */
  showSelected(only: boolean): void;
}

interface Keys {
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

export function createUnitList(session: Session): UnitList {
  const { store, actions } = session;
  const scope = createScope();
  const id = `mmp-units-${uniqueId()}`;
  const rows = el("div", "unit-rows", { role: "presentation" });
  const element = el(
    "div",
    "unit-list",
    {
      role: "listbox",
      tabindex: "0",
      "aria-label": "Units",
      "aria-multiselectable": "true",
      title: TITLE,
      ...KEEPS_SHORTCUTS_OUT,
    },
    rows,
  );
  let onlySelected = false;
  /** Rows in sight, by unit. */
  const drawn = new Map<number, HTMLElement>();
  let listed: readonly number[] = [];
  let chosen: ReadonlySet<number> = new Set();
  /** Positions of units: the one that keys act on, and where a range begins. */
  let active = 0;
  let anchor = 0;
  /** Selects the range that arrows have grown to: one step of the history, when Shift is let go. */
  let draft: (() => void) | undefined;

  const place = (unit: number) => listed.indexOf(unit);
  const draw = () => {
    const height = element.clientHeight || UNKNOWN_HEIGHT;
    const first = Math.max(0, Math.floor(element.scrollTop / ROW) - BEYOND);
    const last = Math.min(listed.length, Math.ceil((element.scrollTop + height) / ROW) + BEYOND);
    const inSight = listed.slice(first, last);
    rows.style.height = `${listed.length * ROW}px`;
    // Elements stay as long as their units are in sight: a press may be under way on one.
    for (const [unit, option] of drawn) {
      if (inSight.includes(unit)) continue;
      option.remove();
      drawn.delete(unit);
    }
    inSight.forEach((unit, at) => {
      const option = drawn.get(unit) ?? drawRow(session, unit, `${id}-${unit}`);
      drawn.set(unit, option);
      if (rows.children[at] !== option) rows.insertBefore(option, rows.children[at] ?? null);
      option.style.top = `${(first + at) * ROW}px`;
      option.classList.toggle("mmp-active", unit === active);
      setAttribute(option, "data-at", String(first + at));
      setAttribute(option, "aria-selected", String(chosen.has(unit)));
      setAttribute(option, "aria-setsize", String(listed.length));
      setAttribute(option, "aria-posinset", String(first + at + 1));
    });
    if (inSight.includes(active)) setAttribute(element, "aria-activedescendant", `${id}-${active}`);
    else element.removeAttribute("aria-activedescendant");
  };
  const list = () => {
    const { units } = store.get("selection");
    const all = store.get("meta").shape[2];
    chosen = new Set(units);
    listed = onlySelected ? units : Array.from({ length: all }, (_, unit) => unit);
    if (active >= all) active = 0;
    draw();
  };
  const reveal = () => {
    const top = place(active) * ROW;
    const height = element.clientHeight || UNKNOWN_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + height) element.scrollTop = top + ROW - height;
    draw();
  };

  const toggle = (unit: number) => {
    anchor = unit;
    actions.selectUnits([unit], chosen.has(unit) ? "subtract" : "add");
  };
  const rangeTo = (to: number): readonly number[] => {
    const [from, until] = [Math.max(0, place(anchor)), place(to)];
    return listed.slice(Math.min(from, until), Math.max(from, until) + 1);
  };
  const range = (to: number, combine: Combine) => actions.selectUnits(rangeTo(to), combine);
  const grow = (to: number, combine: Combine) => {
    const units = rangeTo(to);
    draft = () => actions.selectUnits(units, combine);
    chosen = new Set(combine === "add" ? [...store.get("selection").units, ...units] : units);
    draw();
  };
  const commit = () => {
    const select = draft;
    draft = undefined;
    select?.();
  };
  const press = (unit: number, { shiftKey, ctrlKey, metaKey }: Keys) => {
    const command = ctrlKey || metaKey;
    active = unit;
    if (shiftKey) range(unit, command ? "add" : "replace");
    else if (command) toggle(unit);
    else {
      anchor = unit;
      actions.selectUnits([unit], "replace");
    }
    draw();
  };
  const move = (to: number, { shiftKey, ctrlKey, metaKey }: Keys) => {
    const unit = listed[Math.max(0, Math.min(listed.length - 1, to))];
    if (unit === undefined) return;
    active = unit;
    reveal();
    if (shiftKey) grow(unit, ctrlKey || metaKey ? "add" : "replace");
    else if (!(ctrlKey || metaKey)) anchor = unit;
  };
  const handle = (event: KeyboardEvent): boolean => {
    const at = Math.max(0, place(active));
    const page = Math.max(1, Math.floor((element.clientHeight || UNKNOWN_HEIGHT) / ROW) - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: listed.length - 1,
    };
    const to = moves[event.key];
    const unit = listed[at];
    if (to === undefined || !event.shiftKey) commit();
    if (to !== undefined) move(to, event);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) actions.selectUnits(listed, "replace");
    else if (unit === undefined) return false;
    else if (event.key === " " && event.shiftKey) range(unit, "replace");
    else if (event.key === " ") toggle(unit);
    else if (event.key === "Enter") press(unit, { shiftKey: false, ctrlKey: false, metaKey: false });
    else return false;
    return true;
  };

  scope.listen(element, "scroll", draw);
  scope.listen(element, "click", (event) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLElement>("[role='option']") : null;
    const unit = listed[Number(option?.dataset.at ?? Number.NaN)];
    commit();
    if (unit !== undefined) press(unit, event);
  });
  scope.listen(element, "keydown", (event) => {
    if (!handle(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  scope.listen(element, "keyup", ({ key }) => {
    if (key === "Shift") commit();
  });
  scope.listen(element, "blur", commit);
  const observer = new ResizeObserver(draw);
  observer.observe(element);
  scope.add(() => observer.disconnect());
  scope.watch(store, ["meta"], () => {
    drawn.clear();
    rows.replaceChildren();
  });
  scope.watch(store, ["selection", "meta"], list);
  return {
    element,
    showSelected(only) {
      onlySelected = only;
      element.scrollTop = 0;
      list();
    },
    dispose: scope.dispose,
  };
}

function drawRow({ store }: Session, unit: number, id: string): HTMLElement {
  const { units, layers, unit_layers } = store.get("meta");
  const layer = layers[unit_layers[unit] ?? -1];
  const about = [String(unit), ...(layer === undefined ? [] : [layer])].join(" \u00b7 ");
  return el(
    "div",
    "unit-row",
    { role: "option", id },
    el("span", "unit-name", {}, units[unit] ?? String(unit)),
    el("span", "unit-about", {}, about),
  );
}
