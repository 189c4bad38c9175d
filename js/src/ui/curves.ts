// The training curves: every metric a line on its own scale over the recorded epoch numbers, gaps
// where nothing was recorded, bands behind them, a marker at the current epoch. The lines are drawn once per trace;
// while playing only the marker, the dots and the numbers move.

import { nearestEpoch } from "../geometry/visible";
import type { Curve } from "../protocol/messages";
import type { Session } from "../state/session";
import { type CurveBands, createCurveBands } from "./curve-bands";
import { followCurveBrush } from "./curve-brush";
import { createCurveTake } from "./curve-take";
import { createScope, el, type Part, setText, svg } from "./dom";
import { axisFraction, axisNumbers, axisTicks } from "./epoch-axis";
import { createEpochRug } from "./epoch-rug";
import { formatValue } from "./text";

/** Units of the drawing, stretched to the plot's size. */
const WIDTH = 1000;
const HEIGHT = 100;
const TICKS = 6;
const TITLE =
  "Click to seek, drag to show these epochs alone, then Enter to select them, double-click or Escape to show all";
/** Line colors in style.css; further curves reuse them dashed. */
const COLORS = 6;

interface Row {
  readonly curve: Curve;
  readonly scale: (value: number) => number;
  /** Least and largest value, as the key says them. */
  readonly range: string;
  readonly dot: HTMLElement;
  readonly value: HTMLElement;
}

export function createCurves(session: Session): Part {
  const { store } = session;
  const scope = createScope();
  const lines = svg("svg", "curve-lines", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" });
  lines.setAttribute("aria-hidden", "true");
  const dots = el("div", "curve-dots");
  const marker = el("div", "curve-marker");
  const plot = el("div", "curve-plot", { title: TITLE }, lines);
  const shades = el("div", "curve-shades");
  plot.prepend(shades);
  plot.append(...followCurveBrush(scope, session, plot), marker, dots);
  const rug = createEpochRug();
  const axis = el("div", "curve-axis", { "aria-hidden": "true" });
  const key = el("div", "curve-key");
  const head = el("figcaption", "curve-head", {}, key, createCurveTake(scope, session, plot));
  const element = el("figure", "curves", { role: "figure", "aria-label": "Training curves" }, head, plot, axis);
  let rows: readonly Row[] = [];
  let bands: CurveBands | undefined;
  scope.watch(store, ["meta"], () => {
    const { epochs: recorded, curves, bands: sets = [] } = store.get("meta");
    const epochs = axisNumbers(recorded);
    rows = curves.map((curve) => createRow(curve));
    lines.replaceChildren(...rows.map((row, i) => drawLine(row, i, epochs)));
    dots.replaceChildren(...rows.map(({ dot }, i) => colored(dot, i)));
    bands = createCurveBands(sets, epochs, recorded);
    shades.replaceChildren(...bands.rows);
    key.replaceChildren(...rows.map((row, i) => drawKey(row, i)), ...bands.keys);
    key.hidden = rows.length + sets.length === 0;
    element.classList.toggle("mmp-bare", key.hidden);
    rug.update(epochs);
    // Where recorded numbers do not rise, positions stand on the axis.
    const nameOf = (tick: number) => (epochs === recorded ? tick : (recorded[tick] ?? tick));
    const ticks = axisTicks(epochs, TICKS).map((tick) => drawTick(epochs, tick, nameOf(tick)));
    axis.replaceChildren(rug.element, ...ticks);
  });
  scope.watch(store, ["meta", "epoch"], () => {
    const epochs = axisNumbers(store.get("meta").epochs);
    marker.style.left = percent(axisFraction(epochs, store.get("epoch")));
    bands?.place(store.get("epoch"));
    for (const row of rows) placeRow(row, epochs, store.get("epoch"));
  });
  return { element, dispose: scope.dispose };
}

function createRow(curve: Curve): Row {
  const finite = curve.values.filter((value): value is number => value !== null && Number.isFinite(value));
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const scale = (value: number): number => (high > low ? (high - value) / (high - low) : 0.5);
  const range = high > low ? `(${formatValue(low)} \u2026 ${formatValue(high)})` : "";
  return { curve, scale, range, dot: el("i", "curve-dot"), value: el("span", "curve-value") };
}

function colored<E extends HTMLElement | SVGElement>(element: E, position: number): E {
  element.style.setProperty("--mmp-curve", `var(--mmp-curve-${position % COLORS})`);
  element.classList.toggle("mmp-dashed", position >= COLORS);
  return element;
}

/** A line, and thicker dots for values that stand alone between gaps. */
function drawLine({ curve, scale }: Row, position: number, epochs: readonly number[]): SVGElement {
  const { line, dots } = curvePaths(curve.values, scale, epochs);
  const parts = [svg("path", "curve-line", { d: line }), svg("path", "curve-alone", { d: dots })];
  return colored(svg("g", "curve", {}, ...parts), position);
}

/** Paths that lift the pen at every gap; a value between two gaps goes to `dots`. */
export function curvePaths(
  values: Curve["values"],
  scale: (value: number) => number,
  epochs: readonly number[],
): { readonly line: string; readonly dots: string } {
  const runs: string[][] = [[]];
  values.forEach((value, epoch) => {
    if (value === null || !Number.isFinite(value)) {
      runs.push([]);
      return;
    }
    const x = (WIDTH * axisFraction(epochs, epoch)).toFixed(1);
    runs.at(-1)?.push(`${x} ${(HEIGHT * scale(value)).toFixed(2)}`);
  });
  const long = runs.filter((run) => run.length > 1);
  const alone = runs.filter((run) => run.length === 1);
  return {
    line: long.map((run) => `M${run.join("L")}`).join(""),
    dots: alone.map(([at]) => `M${at}h0`).join(""),
  };
}

function drawKey({ curve, range, value }: Row, position: number): HTMLElement {
  const name = el("span", "curve-name", {}, curve.name);
  const scale = el("span", "curve-range", {}, range);
  const title = `${curve.name} ${range}`.trim();
  return colored(el("span", "curve-entry", { title }, el("i", "curve-swatch"), name, value, scale), position);
}

function drawTick(epochs: readonly number[], tick: number, name: number): HTMLElement {
  const first = epochs[0] ?? 0;
  const span = (epochs.at(-1) ?? 0) - first;
  const mark = el("span", "curve-tick", {}, String(name));
  mark.style.left = percent(span > 0 ? (tick - first) / span : 0.5);
  return mark;
}

/** The number is the nearest epoch's; the dot glides along the line between two. */
function placeRow({ curve, scale, dot, value: text }: Row, epochs: readonly number[], epoch: number): void {
  const nearest = nearestEpoch(epoch, epochs.length);
  const value = valueAt(curve, nearest);
  setText(text, value === undefined ? "\u2013" : formatValue(value));
  dot.hidden = value === undefined;
  if (value === undefined) return;
  const [before, after] = [valueAt(curve, Math.floor(epoch)), valueAt(curve, Math.ceil(epoch))];
  const between = before !== undefined && after !== undefined;
  dot.style.left = percent(axisFraction(epochs, between ? epoch : nearest));
  dot.style.top = percent(scale(between ? before + (epoch - Math.floor(epoch)) * (after - before) : value));
}

function valueAt({ values }: Curve, epoch: number): number | undefined {
  const value = values[epoch];
  return value === null || value === undefined || !Number.isFinite(value) ? undefined : value;
}

function percent(fraction: number): string {
  return `${100 * fraction}%`;
}
