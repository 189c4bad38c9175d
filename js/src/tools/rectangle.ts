import { type Area, attachArea } from "./area";
import type { Tool } from "./tool";

/** A rectangle thinner than this many pixels is a click. */
const LEAST_SIDE = 2;

export const rectangleArea: Area = {
  tool: "rectangle",
  extend(polygon, [x, y]) {
    const corner = polygon[0];
    if (corner === undefined) return [[x, y]];
    if (Math.abs(x - corner[0]) < LEAST_SIDE || Math.abs(y - corner[1]) < LEAST_SIDE) return [corner];
    return [corner, [x, corner[1]], [x, y], [corner[0], y]];
  },
};

export const rectangle: Tool = {
  name: "rectangle",
  label: "Rectangle",
  icon: '<rect x="4" y="6" width="16" height="12" rx="1" stroke-dasharray="3 2"/>',
  cursor: "crosshair",
  attach: (context) => attachArea(context, rectangleArea),
};
