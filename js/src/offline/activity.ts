// The activity of one unit at one epoch, from the codes that a picture without a kernel carries.

import type { Shape } from "../geometry/points";
import type { Activity } from "./unpacked";

/** The code of the upper limit, and the one for "no value". */
const [LAST, NONE] = [65534, 65535];

/** Rows over steps: mean, deviation, then the mean of each class; as a message "trace" has them. */
export function rowsOf({ classes, limits, codes }: Activity, shape: Shape, epoch: number, unit: number): Float32Array {
  const [, steps, units] = shape;
  const size = (2 + classes.length) * steps;
  const [low, high] = limits;
  const first = (epoch * units + unit) * size;
  return Float32Array.from(codes.subarray(first, first + size), (code) =>
    code === NONE ? Number.NaN : low + ((high - low) * code) / LAST,
  );
}
