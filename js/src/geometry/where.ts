// Which visible points have some values of a channel, as Python's `w.select_category` and
// `w.select_range` find them: what a filter on the same values hides or leaves.

import { createMask, difference, intersection } from "../protocol/bitmask";
import type { Where } from "../protocol/messages";
import { type Filtered, hiddenPoints } from "./filters";
import { pointCount, type Shape } from "./points";

export function pointsWhere(
  shape: Shape,
  { info, values }: Pick<Filtered, "info" | "values">,
  where: Where,
  visible: Uint8Array,
): Uint8Array {
  const filter = "codes" in where ? { hide: where.codes } : { range: where.range };
  const hidden = hiddenPoints(shape, [{ info, values, filter }]) ?? createMask(pointCount(shape));
  return "codes" in where ? intersection(visible, hidden) : difference(visible, hidden);
}
