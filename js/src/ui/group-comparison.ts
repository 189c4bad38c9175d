// Two groups side by side, or one and the selection: how many units and points each has, how many are
// in both, and their Jaccard index. Points come from the kernel when they are asked for.

import { countBits, intersection } from "../protocol/bitmask";
import type { GroupEntry } from "../protocol/messages";
import type { GroupQuestion } from "../state/panel-data";
import type { Session } from "../state/session";
import { createSelect, type Select } from "./controls";
import { createScope, el, KEEPS_SHORTCUTS_OUT, type Part } from "./dom";
import { formatValue } from "./text";

/** Stands for the selection, which has no name; a group's entry begins with "=". */
const SELECTION = "";

interface Side {
  readonly units: readonly number[];
  readonly points: number;
  /** Undefined until it has come. */
  readonly mask: Uint8Array | undefined;
}

interface Row {
  readonly a: number;
  readonly b: number;
  readonly both: number | undefined;
}

export function createGroupComparison(session: Session): Part {
  const { store, panel } = session;
  const scope = createScope();
  const owner = {};
  const picked: [string, string] = [SELECTION, SELECTION];
  const body = el("tbody", "");
  const table = el(
    "table",
    "compare-table",
    {},
    el(
      "thead",
      "",
      {},
      el(
        "tr",
        "",
        {},
        el("td", ""),
        ...["first", "second", "both", "Jaccard"].map((text) => el("th", "shares-number", { scope: "col" }, text)),
      ),
    ),
    body,
  );
  const selects = ([0, 1] as const).map((at) =>
    createSelect(scope, {
      name: at === 0 ? "First" : "Second",
      title: "Compare this",
      pick(value) {
        picked[at] = value;
        draw();
      },
    }),
  ) as [Select, Select];
  for (const { control } of selects) {
    for (const [name, value] of Object.entries(KEEPS_SHORTCUTS_OUT)) control.setAttribute(name, value);
    scope.listen(control, "keydown", (event) => event.stopPropagation());
  }
  const element = el(
    "div",
    "compare",
    { role: "group", "aria-label": "Compare two groups" },
    el("div", "panel-title", {}, "Compare"),
    el("div", "panel-row", {}, selects[0].element, selects[1].element),
    table,
  );

  const entryOf = (value: string): GroupEntry | undefined =>
    store.get("groups").entries.find(({ name }) => `=${name}` === value);
  const questionOf = ({ name }: GroupEntry): GroupQuestion => ({ name, revision: store.get("groups").revision });
  const sideOf = (value: string): Side => {
    const entry = entryOf(value);
    if (entry === undefined) {
      const { units, count, mask } = store.get("selection");
      return { units, points: count, mask };
    }
    return { units: entry.units, points: entry.points, mask: panel.groups.get(questionOf(entry)) };
  };
  const draw = () => {
    const { entries } = store.get("groups");
    element.hidden = entries.length === 0;
    const options = [[SELECTION, "the selection"], ...entries.map(({ name }) => [`=${name}`, name])] as [
      string,
      string,
    ][];
    // What was picked may be gone; at first a group is compared with the selection.
    for (const at of [0, 1] as const) {
      if (picked[at] !== SELECTION && entryOf(picked[at]) === undefined) picked[at] = SELECTION;
    }
    if (picked[0] === SELECTION && picked[1] === SELECTION) picked[1] = options[1]?.[0] ?? SELECTION;
    selects.forEach((select, at) => {
      select.update(options, picked[at] ?? SELECTION);
    });
    const asked = element.hidden || store.get("kernelGone") ? [] : picked.flatMap((value) => entryOf(value) ?? []);
    panel.groups.want(owner, asked.map(questionOf));
    const [a, b] = [sideOf(picked[0]), sideOf(picked[1])];
    body.replaceChildren(drawRow("units", compareUnits(a, b)), drawRow("points", comparePoints(a, b)));
  };
  scope.watch(store, ["groups", "selection", "answers", "kernelGone"], draw);
  scope.add(() => panel.groups.want(owner, []));
  return { element, dispose: scope.dispose };
}

function compareUnits(a: Side, b: Side): Row {
  const others = new Set(b.units);
  return { a: a.units.length, b: b.units.length, both: a.units.filter((unit) => others.has(unit)).length };
}

function comparePoints(a: Side, b: Side): Row {
  const known = a.mask !== undefined && b.mask !== undefined;
  return { a: a.points, b: b.points, both: known ? countBits(intersection(a.mask, b.mask)) : undefined };
}

/** Those in both among those in either; NaN where there is nothing to compare. */
export function jaccard({ a, b, both = 0 }: Row): number {
  const either = a + b - both;
  return either > 0 ? both / either : Number.NaN;
}

function drawRow(name: string, row: Row): HTMLElement {
  const number = (text: string) => el("td", "shares-number", {}, text);
  const index = row.both === undefined ? "\u2026" : jaccard(row);
  return el(
    "tr",
    "",
    {},
    el("th", "panel-muted", { scope: "row" }, name),
    number(String(row.a)),
    number(String(row.b)),
    number(row.both === undefined ? "\u2026" : String(row.both)),
    number(typeof index === "string" ? index : Number.isNaN(index) ? "\u2013" : formatValue(Number(index.toFixed(2)))),
  );
}
