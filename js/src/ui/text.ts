// How numbers, counts and what is hidden read, the same in every part of the interface.

import type { ChannelInfo, Filter, Filters } from "../protocol/messages";

const DIGITS = 4;

/** A measured value in four digits; a value that is missing is said to be so. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return "no value";
  const rounded = Number(value.toPrecision(DIGITS));
  return String(rounded).replace("-", "\u2212");
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What the status region announces of a selection. */
export function describeSelection(units: number, points: number): string {
  return `${countOf(units, "unit")}, ${countOf(points, "point")} selected`;
}

/** More names of categories than these are counted. */
const FEW_NAMES = 3;

/** What is left out of the picture; empty when nothing is. */
export function describeHidden(
  channels: readonly ChannelInfo[],
  filters: Filters,
  hiddenUnits: readonly number[],
  windows: readonly string[] = [],
): string {
  const filtered = Object.entries(filters).map(([name, filter]) => {
    const info = channels.find((channel) => channel.name === name);
    return `${name} ${describeFilter(filter, info?.categories ?? [])}`;
  });
  const hidden = [...windows, ...filtered];
  if (hiddenUnits.length > 0) hidden.push(countOf(hiddenUnits.length, "unit"));
  return hidden.length === 0 ? "" : `hidden: ${hidden.join(", ")}`;
}

function describeFilter(filter: Filter, categories: readonly string[]): string {
  if ("range" in filter) {
    const [low, high] = filter.range;
    if (high === null) return low === null ? "" : `below ${formatValue(low)}`;
    return low === null ? `above ${formatValue(high)}` : `outside ${formatValue(low)} to ${formatValue(high)}`;
  }
  const shown = categories.filter((_, code) => !filter.hide.includes(code));
  const hidden = filter.hide.map((code) => categories[code] ?? "no value");
  if (hidden.length <= FEW_NAMES) return hidden.join(" and ");
  if (shown.length > 0 && shown.length <= FEW_NAMES) return `all but ${shown.join(" and ")}`;
  return `${categories.length - shown.length} of ${categories.length}`;
}
