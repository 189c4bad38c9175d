// What the selection is made of: its share of each layer and each label beside that of all points, and
// the mean activity of its units through the steps of the epoch beside that of the rest.

import { type Shares, shareOut } from "../geometry/shares";
import { nearestEpoch } from "../geometry/visible";
import { createPalette, cssColor } from "../palette/palette";
import type { ChannelInfo } from "../protocol/messages";
import type { Session } from "../state/session";
import { createThrottle } from "../util/throttle";
import { createScope, el, type Part, setText } from "./dom";
import { createMeansPlot } from "./means-plot";

/** Channels that are counted wherever there are any. */
const COUNTED = ["layer", "label"];
/** More rows are summed up in a line. */
const MOST_ROWS = 10;
/** Categories of the channel colored by, up to which it is counted, too. */
const MOST_CATEGORIES = 24;
/** Milliseconds between two counts: each passes over all points. */
const INTERVAL = 100;

export function createPanelSummary(session: Session): Part {
  const { store, data, panel } = session;
  const scope = createScope();
  const owner = {};
  const shares = el("div", "shares");
  const plot = createMeansPlot();
  const nothing = el("p", "panel-empty", {}, "Nothing is selected.");
  const unpromoted = el("p", "panel-empty");
  const element = el("div", "panel-section panel-summary", {}, nothing, plot.element, unpromoted, shares);
  /** Shares of all points, by channel and revision: they do not change with the selection. */
  const whole = new Map<string, Shares>();

  const drawShares = () => {
    const { shape, channels } = store.get("meta");
    const { mask, count } = store.get("selection");
    const counted = countedChannels(channels, store.get("colorBy"));
    panel.wantChannels(owner, count > 0 && !store.get("kernelGone") ? counted.map(({ name }) => name) : []);
    nothing.hidden = count > 0;
    const tables = (count > 0 ? counted : []).flatMap((info) => {
      const found = data.channel(info.name);
      if (found === undefined || !panel.hasChannel(info.name)) return [drawWaiting(info, store.get("kernelGone"))];
      const key = `${store.get("meta").generation}/${info.name}/${info.revision}`;
      const all = whole.get(key) ?? shareOut(shape, found);
      whole.set(key, all);
      return [drawTable(info, shareOut(shape, found, mask), all)];
    });
    shares.replaceChildren(...tables);
  };
  const throttle = createThrottle(drawShares, INTERVAL);
  scope.add(throttle.cancel);
  scope.watch(store, ["selection", "meta", "colorBy", "channelData", "kernelGone"], throttle.call);

  const drawMeans = () => {
    const { shape, has_activity: known, steps } = store.get("meta");
    const { units } = store.get("selection");
    const asked = { epoch: nearestEpoch(store.get("epoch"), shape[0]), units };
    const gone = store.get("kernelGone");
    panel.means.want(owner, known && !gone && units.length > 0 ? [asked] : []);
    const found = panel.means.get(asked);
    unpromoted.hidden = !known || units.length > 0 || store.get("selection").count === 0;
    setText(unpromoted, `No unit is selected by the rule "${store.get("unitRule")}", so there is no mean activity.`);
    // What will never come is not waited for.
    plot.element.hidden = !known || units.length === 0 || (gone && found === undefined);
    if (plot.element.hidden) return;
    const epoch = store.get("meta").epochs[asked.epoch] ?? asked.epoch;
    plot.draw(found, { steps, step: store.get("step"), epoch, chosen: units.length, rest: shape[2] - units.length });
  };
  scope.watch(store, ["selection", "unitRule", "meta", "epoch", "step", "answers", "kernelGone"], drawMeans);
  scope.add(() => {
    panel.wantChannels(owner, []);
    panel.means.want(owner, []);
  });
  return { element, dispose: scope.dispose };
}

/** Layers and labels, and what the picture is colored by where that has few categories. */
function countedChannels(channels: readonly ChannelInfo[], colorBy: string): ChannelInfo[] {
  const few = ({ kind, categories }: ChannelInfo) => kind === "categorical" && categories.length <= MOST_CATEGORIES;
  const named = (name: string) => channels.filter((info) => info.name === name && info.kind === "categorical");
  const colored = channels.filter((info) => info.name === colorBy && info.name !== "unit" && few(info));
  return [...new Set([...COUNTED.flatMap(named), ...colored])];
}

function drawWaiting({ name }: ChannelInfo, gone: boolean): HTMLElement {
  const why = gone ? "its values are not on this page" : "waiting for Python";
  return el("p", "panel-empty panel-late", {}, `Share of each ${name}: ${why}`);
}

function drawTable(info: ChannelInfo, selected: Shares, all: Shares): HTMLElement {
  const palette = createPalette(info);
  const codes = [...all.counts.keys()].filter((code) => (all.counts[code] ?? 0) > 0);
  const count = (code: number) => selected.counts[code] ?? 0;
  const shown = codes.length <= MOST_ROWS ? codes : [...codes].sort((a, b) => count(b) - count(a)).slice(0, MOST_ROWS);
  const rows = shown.map((code) => {
    const name = info.categories[code] ?? "no value";
    return drawRow(name, cssColor(palette, code), shareOf(selected, code), shareOf(all, code));
  });
  const rest = codes.length - shown.length;
  const head = el(
    "tr",
    "",
    {},
    el("th", "shares-title", { scope: "col", colspan: "2" }, `Share of each ${info.name}`),
    el("th", "shares-number", { scope: "col", title: "Of the selected points" }, "selected"),
    el("th", "shares-number panel-muted", { scope: "col", title: "Of all points" }, "all"),
  );
  const table = el("table", "shares-table", {}, el("thead", "", {}, head), el("tbody", "", {}, ...rows));
  if (rest > 0) table.append(el("caption", "panel-muted", {}, `and ${rest} more`));
  return table;
}

function shareOf({ counts, total }: Shares, code: number): number {
  return total > 0 ? (counts[code] ?? 0) / total : 0;
}

/** A bar for the selected points, with a mark where all points are. */
function drawRow(name: string, color: string, selected: number, all: number): HTMLElement {
  const swatch = el("i", "swatch");
  swatch.style.background = color;
  const fill = el("i", "shares-fill");
  fill.style.width = `${100 * selected}%`;
  fill.style.background = color;
  const mark = el("i", "shares-mark");
  mark.style.left = `${100 * all}%`;
  return el(
    "tr",
    "",
    {},
    el("th", "shares-name", { scope: "row", title: name }, swatch, el("span", "", {}, name)),
    el("td", "shares-cell", { "aria-hidden": "true" }, el("div", "shares-bar", {}, fill, mark)),
    el("td", "shares-number", {}, percent(selected)),
    el("td", "shares-number panel-muted", {}, percent(all)),
  );
}

/** Shares that are there but small are not said to be none. */
export function percent(share: number): string {
  const rounded = Math.round(100 * share);
  if (share > 0 && rounded === 0) return "<1\u202f%";
  if (share < 1 && rounded === 100) return ">99\u202f%";
  return `${rounded}\u202f%`;
}
