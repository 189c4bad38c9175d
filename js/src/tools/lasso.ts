import { type Area, attachArea } from "./area";
import type { Tool } from "./tool";

/** Vertices nearer than this many pixels to the last add nothing that can be seen. */
export const LEAST_STEP = 2;

export const lassoArea: Area = {
  tool: "lasso",
  extend(polygon, at) {
    const last = polygon.at(-1);
    if (last !== undefined && Math.hypot(at[0] - last[0], at[1] - last[1]) < LEAST_STEP) return polygon;
    return [...polygon, at];
  },
};

export const lasso: Tool = {
  name: "lasso",
  label: "Lasso",
  icon: '<path d="M12 4c5 0 8 2.5 8 6s-3 6-8 6-8-2.500-8-6 3-6 8-6zM7 15c-2 1-2 4 1 4s3 2 1 3"/>',
  cursor: "crosshair",
  attach: (context) => attachArea(context, lassoArea),
};
