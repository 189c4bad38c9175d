// How points are shared out among the categories of a channel.

import { hasBit } from "../protocol/bitmask";
import type { ChannelInfo } from "../protocol/messages";
import { type Shape, stridesOf } from "./points";

export interface Shares {
  /** Points by code; the last stands for points without a value. */
  readonly counts: readonly number[];
  readonly total: number;
}

/** Counts the points of `mask`, or without one all points. */
export function shareOut(
  shape: Shape,
  { info, values }: { readonly info: ChannelInfo; readonly values: Float32Array },
  mask?: Uint8Array,
): Shares {
  const none = info.categories.length;
  const counts = new Array<number>(none + 1).fill(0);
  const [perEpoch, perStep, perUnit] = stridesOf(info.axes, shape);
  let total = 0;
  let id = 0;
  for (let epoch = 0; epoch < shape[0]; epoch++) {
    for (let step = 0; step < shape[1]; step++) {
      const first = epoch * perEpoch + step * perStep;
      for (let unit = 0; unit < shape[2]; unit++, id++) {
        if (mask !== undefined && !hasBit(mask, id)) continue;
        const code = values[first + unit * perUnit] as number;
        const at = code >= 0 && code < none ? code : none;
        counts[at] = (counts[at] as number) + 1;
        total++;
      }
    }
  }
  return { counts, total };
}
