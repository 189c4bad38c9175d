// Mean activity of the selected units and of the rest through the steps of an epoch, each with a band
// of one standard deviation over units; a marker at the step that is shown.

import type { Means, MeansOfParts } from "../state/panel-data";
import { el, setText, svg } from "./dom";
import { axisFraction } from "./epoch-axis";
import { countOf, formatValue } from "./text";
import { bandPath, linePath } from "./trace-plot";

/** Units of the drawing, stretched to the plot's size. */
const SIZE = 1000;
const DIGITS = 3;

export interface MeansSetting {
  /** The recorded numbers. */
  readonly steps: readonly number[];
  readonly step: number | null;
  readonly epoch: number;
  /** How many units are selected, and how many are not. */
  readonly chosen: number;
  readonly rest: number;
}

export interface MeansPlot {
  readonly element: HTMLElement;
  /** While the means are on their way the last ones stay, paler. */
  draw(means: MeansOfParts | undefined, setting: MeansSetting): void;
}

export function createMeansPlot(): MeansPlot {
  const drawing = svg("svg", "trace-lines", { viewBox: `0 0 ${SIZE} ${SIZE}`, preserveAspectRatio: "none" });
  const marker = el("div", "trace-marker");
  const waiting = el("span", "trace-waiting", {}, "waiting for Python");
  const limits = { high: el("span", ""), low: el("span", "") };
  const ends = { first: el("span", ""), last: el("span", "") };
  const key = { chosen: el("span", ""), rest: el("span", "") };
  const title = el("div", "panel-title");
  const plot = el("div", "trace-plot", { role: "img" }, drawing, marker, waiting);
  const element = el(
    "div",
    "means",
    {},
    title,
    el(
      "div",
      "trace",
      {},
      plot,
      el("div", "trace-limits", {}, limits.high, limits.low),
      el("div", "trace-ends", {}, ends.first, ends.last),
      el(
        "div",
        "trace-key",
        {},
        el("span", "trace-class means-chosen", {}, el("i", "trace-swatch"), key.chosen),
        el("span", "trace-class means-rest", {}, el("i", "trace-swatch"), key.rest),
      ),
    ),
  );
  let drawn: MeansOfParts | undefined;

  const drawMeans = (means: MeansOfParts, steps: readonly number[]) => {
    drawn = means;
    const [low, high] = limitsOf([means.chosen, means.rest]);
    const x = (step: number) => Math.round(SIZE * axisFraction(steps, step));
    const y = (value: number) => (high > low ? Math.round((SIZE * (high - value)) / (high - low)) : SIZE / 2);
    const part = (kind: string, { mean, deviation }: Means) => [
      svg("path", `trace-band ${kind}`, { d: bandPath({ mean, deviation, classes: [] }, x, y) }),
      svg("path", `curve-line ${kind}`, { d: linePath(mean, x, y) }),
    ];
    drawing.replaceChildren(...part("means-rest", means.rest), ...part("means-chosen", means.chosen));
    for (const [side, value] of [
      [limits.low, low],
      [limits.high, high],
    ] as const) {
      setText(side, Number.isFinite(value) ? formatValue(Number(value.toPrecision(DIGITS))) : "");
    }
  };

  return {
    element,
    draw(means, { steps, step, epoch, chosen, rest }) {
      if (means !== undefined && means !== drawn) drawMeans(means, steps);
      element.classList.toggle("mmp-stale", means === undefined);
      waiting.hidden = means !== undefined;
      marker.hidden = step === null;
      if (step !== null) marker.style.left = `${100 * axisFraction(steps, step)}%`;
      setText(title, `Mean activity, epoch ${epoch}`);
      plot.setAttribute("aria-label", `Mean activity through the steps of epoch ${epoch}`);
      setText(key.chosen, `${countOf(chosen, "selected unit")} \u00b1 SD`);
      setText(key.rest, rest === 0 ? "no others" : `the other ${rest}`);
      setText(ends.first, `step ${steps[0] ?? 0}`);
      setText(ends.last, steps.length > 1 ? String(steps.at(-1)) : "");
    },
  };
}

function limitsOf(parts: readonly Means[]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { mean, deviation } of parts) {
    mean.forEach((value, step) => {
      const spread = deviation[step] ?? 0;
      if (value - spread < low) low = value - spread;
      if (value + spread > high) high = value + spread;
    });
  }
  return [low, high];
}
