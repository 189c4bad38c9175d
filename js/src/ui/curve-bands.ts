// Stretches of epochs shaded behind the training curves, a row for each set of them. Each says what it
// is called as far as there is room; the key says what the current epoch lies in.

import { nearestEpoch } from "../geometry/visible";
import type { BandSet } from "../protocol/messages";
import { el, setText } from "./dom";
import { axisFraction } from "./epoch-axis";

export interface CurveBands {
  readonly rows: readonly HTMLElement[];
  readonly keys: readonly HTMLElement[];
  /** Lets the keys follow the epoch. */
  place(epoch: number): void;
}

/** `recorded` are the numbers that epochs are called by, `epochs` those that the axis runs over. */
export function createCurveBands(
  sets: readonly BandSet[],
  epochs: readonly number[],
  recorded: readonly number[],
): CurveBands {
  const values = sets.map(() => el("span", "curve-value"));
  const rows = sets.map((set, i) => {
    const row = el("div", "curve-bands", {}, ...set.bands.map((band) => drawBand(set.name, band, epochs, recorded)));
    row.style.top = `${(100 * i) / sets.length}%`;
    row.style.height = `${100 / sets.length}%`;
    return row;
  });
  const keys = sets.map(({ name }, i) =>
    el(
      "span",
      "curve-entry",
      { title: name },
      el("i", "curve-band-swatch"),
      el("span", "curve-name", {}, name),
      values[i] ?? "",
    ),
  );
  return {
    rows,
    keys,
    place(epoch) {
      const nearest = nearestEpoch(epoch, epochs.length);
      sets.forEach(({ bands }, i) => {
        const value = values[i];
        const band = bands.find(([first, last]) => first <= nearest && nearest <= last);
        if (value !== undefined) setText(value, band?.[2] ?? "\u2013");
      });
    },
  };
}

/** From half way to the epoch before the first to half way to the one after the last. */
function drawBand(
  set: string,
  [first, last, name]: BandSet["bands"][number],
  epochs: readonly number[],
  recorded: readonly number[],
): HTMLElement {
  const at = (position: number) => axisFraction(epochs, Math.min(Math.max(position, 0), epochs.length - 1));
  const [left, right] = epochs.length > 1 ? [at(first - 0.5), at(last + 0.5)] : [0, 1];
  const label = `${set}: ${name}, epochs ${recorded[first]} to ${recorded[last]}`;
  const band = el("div", "curve-band", { role: "img", "aria-label": label, title: label }, name);
  band.style.left = `${100 * left}%`;
  band.style.width = `${100 * (right - left)}%`;
  return band;
}
