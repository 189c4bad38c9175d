// Categories by color and name. Each is a checkbox that hides its points and shows them again, with
// buttons beside it that show it alone and select what is visible of it. One stop for Tab; the arrow
// keys move inside.

import { createPalette, cssColor } from "../palette/palette";
import type { ChannelInfo } from "../protocol/messages";
import { entryOf } from "../state/coloring";
import type { Session } from "../state/session";
import { createScope, el, KEEPS_SHORTCUTS_OUT, type Part, type Scope, setAttribute, setText } from "./dom";
import { createTakeButton } from "./legend-take";

/** More would hide the picture, until they are asked for. */
const FEW = 10;
const HINT = "Click to hide or show, Shift+click to show it alone";

interface Row {
  readonly element: HTMLElement;
  readonly box: HTMLButtonElement;
  readonly only: HTMLButtonElement;
  readonly take: HTMLButtonElement;
}

export function createCategories(session: Session, info: ChannelInfo): Part {
  const { store, data } = session;
  const scope = createScope();
  const palette = createPalette(info);
  const names = [...info.categories, "no value"];
  const none = info.categories.length;
  const rows = names.map((name, code) => createRow(scope, session, info, name, code, cssColor(palette, code)));
  const list = el(
    "div",
    "legend-rows",
    { role: "group", "aria-label": "Categories" },
    ...rows.map((row) => row.element),
  );
  const more = el("button", "legend-more", { type: "button", title: "All categories", ...KEEPS_SHORTCUTS_OUT });
  const element = el("div", "legend-categories", {}, list, more);
  const enter = followArrows(scope, list, rows);
  let all = false;

  const unfold = () => {
    // The stop for Tab must not be folded away.
    enter(rows[0]?.box);
    rows.forEach((row, code) => {
      if (code < none) row.element.hidden = !all && code >= FEW;
    });
    list.classList.toggle("mmp-unfolded", all);
    more.hidden = none <= FEW;
    setText(more, all ? "fewer" : `+ ${none - FEW} more`);
    setAttribute(more, "aria-expanded", String(all));
  };
  scope.listen(more, "click", () => {
    all = !all;
    unfold();
  });
  unfold();
  scope.watch(store, ["channelData"], () => {
    const last = rows[none];
    if (last !== undefined) last.element.hidden = !(data.channel(info.name)?.values.some(Number.isNaN) ?? false);
  });
  scope.watch(store, ["filters"], () => {
    const hidden = hiddenCodes(session, info);
    rows.forEach(({ element: row, box }, code) => {
      setAttribute(box, "aria-checked", String(!hidden.has(code)));
      row.classList.toggle("mmp-off", hidden.has(code));
    });
  });
  return { element, dispose: scope.dispose };
}

function createRow(scope: Scope, session: Session, info: ChannelInfo, name: string, code: number, color: string): Row {
  const swatch = el("i", "swatch");
  swatch.style.background = color;
  const label = el("span", "legend-name", {}, name);
  const attributes = { type: "button", ...KEEPS_SHORTCUTS_OUT };
  const box = el("button", "legend-box", { ...attributes, role: "checkbox", title: HINT }, swatch, label);
  const alone = { "aria-label": `Only ${name}`, title: `Show only ${name}` };
  const only = el("button", "legend-only", { ...attributes, ...alone }, "only");
  scope.listen(box, "click", (event) => {
    if (event.shiftKey) isolate(session, info, code);
    else toggle(session, info, code);
  });
  scope.listen(only, "click", () => isolate(session, info, code));
  const take = createTakeButton(session, scope, name, () => ({ name: info.name, where: { codes: [code] } }));
  return { element: el("div", "legend-row", {}, box, only, take), box, only, take };
}

function hiddenCodes({ store }: Session, info: ChannelInfo): Set<number> {
  const filter = entryOf(store.get("filters"), info.name);
  return new Set(filter !== undefined && "hide" in filter ? filter.hide : []);
}

function hide({ actions }: Session, info: ChannelInfo, codes: readonly number[]): void {
  actions.setFilter(info.name, codes.length === 0 ? undefined : { hide: codes });
}

function toggle(session: Session, info: ChannelInfo, code: number): void {
  const hidden = hiddenCodes(session, info);
  if (!hidden.delete(code)) hidden.add(code);
  const codes = [...hidden].sort((a, b) => a - b);
  hide(session, info, codes);
}

/** Hides all others, points without a value among them; again, shows all. */
function isolate(session: Session, info: ChannelInfo, code: number): void {
  const others = Array.from({ length: info.categories.length + 1 }, (_, other) => other).filter((at) => at !== code);
  const hidden = hiddenCodes(session, info);
  const isAlone = hidden.size === others.length && !hidden.has(code);
  hide(session, info, isAlone ? [] : others);
}

const MOVES: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Returns what makes a control the stop for Tab. */
function followArrows(
  scope: Scope,
  list: HTMLElement,
  rows: readonly Row[],
): (control: EventTarget | null | undefined) => void {
  const grid = rows.map(({ box, only, take }) => [box, only, take]);
  const enter = (target: EventTarget | null | undefined) => {
    for (const control of grid.flat()) control.tabIndex = control === target ? 0 : -1;
  };
  scope.listen(list, "focusin", ({ target }) => enter(target));
  scope.listen(list, "keydown", (event) => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const shown = grid.filter((_, at) => rows[at]?.element.hidden === false);
    const row = shown.findIndex((controls) => controls.some((control) => control === event.target));
    const column = Math.max(0, shown[row]?.indexOf(event.target as HTMLButtonElement) ?? 0);
    shown[row + move[0]]?.[column + move[1]]?.focus();
  });
  return enter;
}
