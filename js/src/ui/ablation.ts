// Under the panel's sections, where Python has a function for it: a button that asks what the network
// loses without the selected units, and the answer: the effect with its interval in the accent's color
// over a histogram of the effects of random draws, and the same in words.

import type { AblationEffect } from "../protocol/messages";
import type { Session } from "../state/session";
import { createScope, el, type Part, setText, svg } from "./dom";
import { createTextButton, NO_KERNEL } from "./panel-parts";
import { countOf, formatValue } from "./text";

const TITLE = "Ask Python what the network loses without the selected units";
/** Units of the drawing, stretched to the plot's size. */
const SIZE = 1000;
const BINS = 40;
/** Of a p-value or an effect, more digits are noise. */
const DIGITS = 3;

export function createAblation({ store, actions }: Session): Part {
  const scope = createScope();
  const button = createTextButton(scope, "Ablate selection", TITLE, actions.ablate);
  // Announced as the status region is, of which there is one.
  const said = el("div", "panel-muted", { "aria-live": "polite" });
  const plot = el("div", "trace-plot", { role: "img" });
  const ends = el("div", "trace-ends");
  const result = el("div", "", {}, plot, ends);
  const element = el("div", "panel-section ablation", {}, el("div", "panel-row", {}, button.element), result, said);
  let drawn: AblationEffect | null = null;

  scope.watch(store, ["ablation", "selection", "kernelGone"], () => {
    const { offered, running, units, effect } = store.get("ablation");
    const selection = store.get("selection");
    element.hidden = !offered;
    const nothing = selection.units.length === 0 && "Select units first";
    const waiting = selection.pending && "Python has not answered yet";
    const gone = store.get("kernelGone") && NO_KERNEL;
    button.allow(gone || (running && "Python is at it") || nothing || waiting || undefined);
    const isEarlier = units.join() !== selection.units.join();
    setText(said, running ? "Ablating\u2026" : effect === null ? "" : describe(effect, units.length, isEarlier));
    result.hidden = running || effect === null || effect.null.length === 0;
    if (effect === null || effect === drawn) return;
    drawn = effect;
    draw(effect, plot, ends);
  });
  return { element, dispose: scope.dispose };
}

function short(value: number): string {
  return formatValue(Number(value.toPrecision(DIGITS)));
}

/** "accuracy 0.95 → 0.83 without 12 units: −0.12 [−0.15, −0.09], p = 0.005; 200 random draws: −0.02 on average". */
function describe(ablation: AblationEffect, units: number, isEarlier: boolean): string {
  const { metric, effect, baseline, ablated, interval, pvalue, null: draws } = ablation;
  const change = baseline === null || ablated === null ? "" : ` ${short(baseline)} \u2192 ${short(ablated)}`;
  const bounds = interval === null ? "" : ` [${interval.map(short).join(", ")}]`;
  const chance = pvalue === null ? "" : `, p = ${short(pvalue)}`;
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
  const random = draws.length === 0 ? "" : `; ${countOf(draws.length, "random draw")}: ${short(mean)} on average`;
  const earlier = isEarlier ? " (selected before)" : "";
  const what = `${metric || "effect"}${change} without ${countOf(units, "unit")}${earlier}`;
  return `${what}: ${short(effect)}${bounds}${chance}${random}`;
}

function draw({ effect, interval, null: draws }: AblationEffect, plot: HTMLElement, ends: HTMLElement): void {
  const all = [0, effect, ...draws, ...(interval ?? [])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (value: number) => (high > low ? Math.round((SIZE * (value - low)) / (high - low)) : SIZE / 2);
  const counts = new Array<number>(BINS).fill(0);
  for (const value of draws) {
    const bin = Math.min(BINS - 1, Math.floor((x(value) * BINS) / SIZE));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  const y = (count: number) => Math.round(SIZE * (1 - (0.9 * count) / most));
  const bars = counts.map((count, bin) => `M${(bin * SIZE) / BINS} ${SIZE}V${y(count)}h${SIZE / BINS}V${SIZE}`);
  const [from, to] = interval ?? [effect, effect];
  plot.replaceChildren(
    svg(
      "svg",
      "trace-lines",
      { viewBox: `0 0 ${SIZE} ${SIZE}`, preserveAspectRatio: "none" },
      svg("path", "ablation-null", { d: bars.join("") }),
      svg("path", "trace-zero", { d: `M${x(0)} 0V${SIZE}` }),
      svg("path", "trace-band", { d: `M${x(from)} 0H${x(to)}V${SIZE}H${x(from)}Z` }),
      svg("path", "curve-line", { d: `M${x(effect)} 0V${SIZE}` }),
    ),
  );
  const name = `Effects of random draws from ${short(draws[0] ?? 0)} to ${short(draws.at(-1) ?? 0)}, of the selection ${short(effect)}`;
  plot.setAttribute("aria-label", name);
  ends.replaceChildren(el("span", "", {}, short(low)), el("span", "", {}, short(high)));
}
