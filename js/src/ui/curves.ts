// The training curves: every metric a line on its own scale over the recorded epoch numbers, gaps
// where nothing was recorded, a marker at the current epoch. Pressing and dragging seeks. The lines
// are drawn once per trace; while playing only the marker, the dots and the numbers move.

import { nearestEpoch } from "../geometry/visible";
import type { Curve } from "../protocol/messages";
import type { Session } from "../state/session";
import { createScope, el, type Part, type Scope, setText, svg } from "./dom";
import { axisFraction, axisTicks, epochAt } from "./epoch-axis";
import { createPlaybackHold } from "./playback";
import { formatValue } from "./text";

/** Units of the drawing, stretched to the plot's size. */
const WIDTH = 1000;
const HEIGHT = 100;
const TICKS = 6;
/** Line colors in style.css; further curves reuse them dashed. */
const COLORS = 6;

interface Row {
  readonly curve: Curve;
  readonly scale: (value: number) => number;
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
  const plot = el("div", "curve-plot", { title: "Press or drag to seek" }, lines, marker, dots);
  const axis = el("div", "curve-axis", { "aria-hidden": "true" });
  const key = el("figcaption", "curve-key");
  const element = el("figure", "curves", { role: "figure", "aria-label": "Training curves" }, key, plot, axis);
  let rows: readonly Row[] = [];
  scope.watch(store, ["meta"], () => {
    const { epochs, curves } = store.get("meta");
    rows = curves.map((curve) => createRow(curve));
    lines.replaceChildren(...rows.map((row, i) => drawLine(row, i, epochs)));
    dots.replaceChildren(...rows.map(({ dot }, i) => colored(dot, i)));
    key.replaceChildren(...rows.map((row, i) => drawKey(row, i)));
    key.hidden = rows.length === 0;
    element.classList.toggle("mmp-bare", rows.length === 0);
    axis.replaceChildren(...axisTicks(epochs, TICKS).map((tick) => drawTick(epochs, tick)));
  });
  scope.watch(store, ["meta", "epoch"], () => {
    const { epochs } = store.get("meta");
    marker.style.left = percent(axisFraction(epochs, store.get("epoch")));
    for (const row of rows) placeRow(row, epochs, store.get("epoch"));
  });
  seekOnDrag(scope, session, plot);
  return { element, dispose: scope.dispose };
}

function createRow(curve: Curve): Row {
  const finite = curve.values.filter((value): value is number => value !== null && Number.isFinite(value));
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const scale = (value: number): number => (high > low ? (high - value) / (high - low) : 0.5);
  return { curve, scale, dot: el("i", "curve-dot"), value: el("span", "curve-value") };
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

function drawKey({ curve, value }: Row, position: number): HTMLElement {
  const name = el("span", "curve-name", {}, curve.name);
  return colored(el("span", "curve-entry", {}, el("i", "curve-swatch"), name, value), position);
}

function drawTick(epochs: readonly number[], tick: number): HTMLElement {
  const first = epochs[0] ?? 0;
  const span = (epochs.at(-1) ?? 0) - first;
  const mark = el("span", "curve-tick", {}, String(tick));
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

function seekOnDrag(scope: Scope, session: Session, plot: HTMLElement): void {
  const hold = createPlaybackHold(session);
  const seek = (event: PointerEvent): void => {
    const box = plot.getBoundingClientRect();
    const fraction = box.width > 0 ? (event.clientX - box.left) / box.width : 0;
    session.actions.seek(epochAt(session.store.get("meta").epochs, fraction));
  };
  scope.listen(plot, "pointerdown", (event) => {
    if (event.button !== 0) return;
    plot.setPointerCapture(event.pointerId);
    hold.begin();
    seek(event);
  });
  scope.listen(plot, "pointermove", (event) => {
    if (plot.hasPointerCapture(event.pointerId)) seek(event);
  });
  for (const type of ["pointerup", "pointercancel"] as const) scope.listen(plot, type, hold.end);
}
