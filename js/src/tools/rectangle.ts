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
  title: "Rectangle: drag across points to select them",
  icon: '<path d="M4.2 7.8v-2.4h2.4M10.2 5.4h3.6M17.4 5.4h2.4v2.4M19.8 10.8v2.4M19.8 16.2v2.4h-2.4M13.8 18.6h-3.6M6.6 18.6h-2.4v-2.4M4.2 13.2V10.8"/>',
  cursor: "crosshair",
  attach: (context) => attachArea(context, rectangleArea),
};
