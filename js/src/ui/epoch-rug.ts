// A mark for each recorded epoch along an axis: shows where the axis is uneven, and is left out where
// it is not.

import { svg } from "./dom";
import { axisFraction, isUneven } from "./epoch-axis";

/** Units of the drawing, stretched to the axis. */
const WIDTH = 1000;

export interface EpochRug {
  readonly element: SVGSVGElement;
  update(numbers: readonly number[]): void;
}

export function createEpochRug(): EpochRug {
  const attributes = { viewBox: `0 0 ${WIDTH} 1`, preserveAspectRatio: "none", "aria-hidden": "true" };
  const marks = svg("path", "epoch-marks");
  const element = svg("svg", "epoch-rug", attributes, marks);
  return {
    element,
    update(numbers) {
      const places = isUneven(numbers) ? numbers.map((_, epoch) => WIDTH * axisFraction(numbers, epoch)) : [];
      marks.setAttribute("d", places.map((x) => `M${x.toFixed(1)} 0V1`).join(""));
    },
  };
}
