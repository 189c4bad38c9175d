// What the colors mean, over the picture's top right corner: swatches for categories, a bar with its
// limits for numbers. Colors come from the table that the shader reads.

import { colorIndex, createPalette, cssColor, type Palette } from "../palette/palette";
import type { ChannelInfo } from "../protocol/messages";
import type { Session } from "../state/session";
import { createScope, el, type Part } from "./dom";
import { formatValue } from "./text";

/** More would hide the picture. */
const MAX_SWATCHES = 10;
/** Colors along a bar; between them the browser mixes. */
const STOPS = 24;

export function createLegend({ store }: Session): Part {
  const scope = createScope();
  const element = el("div", "legend", { role: "group", "aria-label": "Legend" });
  let drawn = "";
  scope.watch(store, ["meta", "colorBy"], () => {
    const name = store.get("colorBy");
    const info = store.get("meta").channels.find((channel) => channel.name === name);
    const key = JSON.stringify(info ?? null);
    if (key === drawn) return;
    drawn = key;
    element.hidden = info === undefined;
    element.replaceChildren(...(info === undefined ? [] : drawLegend(info)));
  });
  return { element, dispose: scope.dispose };
}

function drawLegend(info: ChannelInfo): HTMLElement[] {
  const title = el("div", "legend-title", {}, info.name);
  return [title, ...(info.kind === "categorical" ? drawCategories(info) : drawBar(info))];
}

function drawCategories(info: ChannelInfo): HTMLElement[] {
  const palette = createPalette(info);
  const rows = info.categories
    .slice(0, MAX_SWATCHES)
    .map((name, code) => el("div", "legend-row", {}, swatch(palette, code), el("span", "legend-name", {}, name)));
  const more = info.categories.length - rows.length;
  return more > 0 ? [...rows, el("div", "legend-more", {}, `+ ${more} more`)] : rows;
}

function swatch(palette: Palette, row: number): HTMLElement {
  const element = el("i", "swatch");
  element.style.background = cssColor(palette, row);
  return element;
}

function drawBar(info: ChannelInfo): HTMLElement[] {
  const [low, high] = info.limits;
  const bar = el("div", "legend-bar");
  bar.style.background = `linear-gradient(to right, ${gradientStops(info).join(", ")})`;
  const limits = el("div", "legend-limits", {}, el("span", "", {}, formatValue(low)));
  if (info.kind === "diverging") limits.append(el("span", "", {}, formatValue((low + high) / 2)));
  limits.append(el("span", "", {}, formatValue(high)));
  return [bar, limits];
}

function gradientStops(info: ChannelInfo): string[] {
  const palette = createPalette(info);
  const [low, high] = info.limits;
  return Array.from({ length: STOPS + 1 }, (_, i) =>
    cssColor(palette, colorIndex(info, low + ((high - low) * i) / STOPS)),
  );
}
