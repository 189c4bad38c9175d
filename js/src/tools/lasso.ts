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
  title: "Lasso: draw around points to select them",
  icon: '<path d="M7.92 15.96C5.4 14.88 3.6 12.84 3.6 10.44C3.6 6.96 7.32 4.2 12 4.2s8.4 2.76 8.4 6.24s-3.72 6.24-8.4 6.24c-0.72 0-1.32 0-1.92-0.12M7.92 14.28a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 1 1 0-3.6M8.4 17.88c0.36 1.68-0.36 2.76-1.92 3.12"/>',
  cursor: "crosshair",
  attach: (context) => attachArea(context, lassoArea),
};
