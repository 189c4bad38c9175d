// A unit's activity through the steps of one epoch, small: the mean of each class of samples in its
// color, or without classes the mean of all and a band of one standard deviation; a marker at the step
// that is looked at.

import { createPalette, cssColor } from "../palette/palette";
import type { UnitTrace } from "../state/unit-traces";
import { el, setText, svg } from "./dom";
import { axisFraction } from "./epoch-axis";
import { formatValue } from "./text";

/** Units of the drawing, stretched to the plot's size: whole numbers of them are exact enough. */
const SIZE = 1000;

export interface TracePlot {
  readonly element: HTMLElement;
  /** `steps` are the recorded numbers; without a trace the plot is empty and says why. */
  draw(trace: UnitTrace | undefined, steps: readonly number[], step: number | undefined): void;
}

export function createTracePlot(): TracePlot {
  const drawing = svg("svg", "trace-lines", { viewBox: `0 0 ${SIZE} ${SIZE}`, preserveAspectRatio: "none" });
  const marker = el("div", "trace-marker");
  const waiting = el("span", "trace-waiting", {}, "waiting for Python");
  const plot = el("div", "trace-plot", {}, drawing, marker, waiting);
  const limits = { high: el("span", ""), low: el("span", "") };
  const ends = { first: el("span", ""), last: el("span", "") };
  const key = el("div", "trace-key");
  const element = el(
    "div",
    "trace",
    {},
    plot,
    el("div", "trace-limits", {}, limits.high, limits.low),
    el("div", "trace-ends", {}, ends.first, ends.last),
    key,
  );
  let drawn: UnitTrace | null | undefined = null;
  let names: string | undefined;
  let lines: readonly SVGElement[] = [];

  /** Elements are made when classes change; from unit to unit only where the lines run. */
  const drawClasses = (trace: UnitTrace) => {
    const next = JSON.stringify(trace.classes.map(({ name }) => name));
    if (next === names) return;
    names = next;
    const color = classColors(trace);
    lines = trace.classes.map((_, code) => colored(svg("path", "curve-line"), color(code)));
    key.replaceChildren(...drawKey(trace));
  };
  const drawTrace = (trace: UnitTrace | undefined, steps: readonly number[]) => {
    drawn = trace;
    waiting.hidden = trace !== undefined;
    const [low, high] = trace === undefined ? [Number.NaN, Number.NaN] : limitsOf(trace);
    // Until the next trace comes the key stays: the classes are those of all units.
    if (trace !== undefined) drawClasses(trace);
    drawing.replaceChildren(...(trace === undefined ? [] : drawLines(trace, steps, low, high, lines)));
    for (const [side, value] of [
      [limits.low, low],
      [limits.high, high],
    ] as const) {
      setText(side, Number.isFinite(value) ? formatValue(rounded(value, high - low)) : "");
    }
  };

  return {
    element,
    draw(trace, steps, step) {
      if (trace !== drawn) drawTrace(trace, steps);
      marker.hidden = step === undefined;
      if (step !== undefined) marker.style.left = `${100 * axisFraction(steps, step)}%`;
      setText(ends.first, `step ${steps[0] ?? 0}`);
      setText(ends.last, steps.length > 1 ? String(steps.at(-1)) : "");
    },
  };
}

function drawLines(
  trace: UnitTrace,
  steps: readonly number[],
  low: number,
  high: number,
  lines: readonly SVGElement[],
): SVGElement[] {
  const x = (step: number) => Math.round(SIZE * axisFraction(steps, step));
  const y = (value: number) => (high > low ? Math.round((SIZE * (high - value)) / (high - low)) : SIZE / 2);
  const zero = low < 0 && high > 0 ? [svg("path", "trace-zero", { d: `M0 ${y(0)}H${SIZE}` })] : [];
  if (lines.length > 0) {
    lines.forEach((line, code) => {
      line.setAttribute("d", linePath(trace.classes[code]?.mean ?? trace.mean, x, y));
    });
    return [...zero, ...lines];
  }
  const band = svg("path", "trace-band", { d: bandPath(trace, x, y) });
  return [...zero, band, svg("path", "curve-line", { d: linePath(trace.mean, x, y) })];
}

type Scale = (value: number) => number;

/** Lifts the pen where no sample takes part; a step between two gaps is a dot. */
export function linePath(values: Float32Array, x: Scale, y: Scale): string {
  let path = "";
  let down = false;
  values.forEach((value, step) => {
    const there = Number.isFinite(value);
    if (there) path += `${down ? "L" : "M"}${x(step)} ${y(value)}${down ? "" : "h0"}`;
    down = there;
  });
  return path;
}

/** Around the steps that any sample takes part in, there on the upper edge and back on the lower. */
export function bandPath({ mean, deviation }: UnitTrace, x: Scale, y: Scale): string {
  const there = Array.from(mean.keys()).filter((step) => Number.isFinite(mean[step]));
  const edge = (sign: 1 | -1) => (step: number) =>
    `${x(step)} ${y((mean[step] ?? Number.NaN) + sign * (deviation[step] ?? Number.NaN))}`;
  if (there.length === 0) return "";
  return `M${[...there.map(edge(1)), ...there.reverse().map(edge(-1))].join("L")}Z`;
}

/** Of what is drawn. */
function limitsOf({ mean, deviation, classes }: UnitTrace): [low: number, high: number] {
  const edge = (sign: 1 | -1) => mean.map((value, step) => value + sign * (deviation[step] ?? Number.NaN));
  const shown = classes.length > 0 ? classes.map((one) => one.mean) : [edge(-1), edge(1)];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of shown) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** To a hundredth of the range: more digits would say nothing that can be seen. */
function rounded(value: number, range: number): number {
  const unit = 10 ** Math.floor(Math.log10(range / 100));
  return range > 0 ? Math.round(value / unit) * unit : value;
}

function drawKey(trace: UnitTrace): (HTMLElement | string)[] {
  if (trace.classes.length === 0) return ["mean ± SD over samples"];
  const color = classColors(trace);
  return trace.classes.map(({ name }, code) => {
    const entry = el("span", "trace-class", {}, el("i", "trace-swatch"), el("span", "trace-name", {}, name));
    return colored(entry, color(code));
  });
}

/** Those of the channel "label". */
function classColors({ classes }: UnitTrace): (code: number) => string {
  const categories = classes.map(({ name }) => name);
  const limits = [0, categories.length - 1] as const;
  const palette = createPalette({ kind: "categorical", categories, limits, scale: "linear" });
  return (code) => cssColor(palette, code);
}

function colored<E extends HTMLElement | SVGElement>(element: E, color: string): E {
  element.style.setProperty("--mmp-curve", color);
  return element;
}
