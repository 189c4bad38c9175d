// Which points the legend hides: the twin of widget/filters.py. A filter is stated by channel and
// worked out on its values; tests/golden/filters.json ties the two.

import { createMask, setBit } from "../protocol/bitmask";
import type { ChannelInfo, Filter } from "../protocol/messages";
import { pointCount, type Shape, stridesOf } from "./points";

type End = number | null;

/** A channel with a filter on it. */
export interface Filtered {
  readonly info: ChannelInfo;
  readonly values: Float32Array;
  readonly filter: Filter;
}

/** One bit a point, set where any of the filters hides it; undefined without filters. */
export function hiddenPoints(shape: Shape, filtered: readonly Filtered[]): Uint8Array | undefined {
  if (filtered.length === 0) return undefined;
  const mask = createMask(pointCount(shape));
  for (const one of filtered) hideInto(mask, shape, one);
  return mask;
}

function hideInto(mask: Uint8Array, shape: Shape, { info, values, filter }: Filtered): void {
  const hides = hidingOf(info, filter);
  const hidden = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) hidden[i] = hides(values[i] as number) ? 1 : 0;
  const [perEpoch, perStep, perUnit] = stridesOf(info.axes, shape);
  let id = 0;
  for (let epoch = 0; epoch < shape[0]; epoch++) {
    for (let step = 0; step < shape[1]; step++) {
      const first = epoch * perEpoch + step * perStep;
      for (let unit = 0; unit < shape[2]; unit++, id++) {
        if (hidden[first + unit * perUnit] === 1) setBit(mask, id);
      }
    }
  }
}

/** Whether a filter hides a value; a value that is NaN is in no range. */
function hidingOf(info: ChannelInfo, filter: Filter): (value: number) => boolean {
  if ("hide" in filter) {
    const codes = new Set(filter.hide);
    const none = info.categories.length;
    return (value) => codes.has(Number.isNaN(value) ? none : value);
  }
  // Values are float32, and 0.1 is in a range that ends at 0.1.
  const [low, high] = filter.range.map((end) => (end === null ? null : Math.fround(end))) as [End, End];
  const place =
    info.kind === "cyclic" ? (value: number) => Math.fround(onceAround(value, info.limits)) : (value: number) => value;
  return (value) => {
    const at = place(value);
    return !((low === null ? !Number.isNaN(at) : at >= low) && (high === null || at <= high));
  };
}

function onceAround(value: number, [low, high]: ChannelInfo["limits"]): number {
  if (!(high > low)) return value;
  // What lies between the limits stays as it is, the limits included.
  if (value >= Math.fround(low) && value <= Math.fround(high)) return value;
  const place = (value - low) / (high - low);
  return low + (place - Math.floor(place)) * (high - low);
}
