// From points to units and back: a unit is selected by how many of its offered points are, and stands
// for all its points.

import { createMask, hasBit, setBit } from "../protocol/bitmask";
import type { UnitRule } from "../protocol/messages";
import { pointCount, type Shape } from "./points";

/** For a of b offered points selected. */
const RULES: Readonly<Record<UnitRule, (a: number, b: number) => boolean>> = {
  any: (a) => a > 0,
  majority: (a, b) => 2 * a > b,
  all: (a, b) => b > 0 && a === b,
};

export function promoteUnits(shape: Shape, selected: Uint8Array, domain: Uint8Array, rule: UnitRule): number[] {
  const units = shape[2];
  const taken = new Int32Array(units);
  const offered = new Int32Array(units);
  const total = pointCount(shape);
  for (let id = 0, unit = 0; id < total; id++, unit = unit + 1 === units ? 0 : unit + 1) {
    if (!hasBit(domain, id)) continue;
    offered[unit] = (offered[unit] as number) + 1;
    if (hasBit(selected, id)) taken[unit] = (taken[unit] as number) + 1;
  }
  const rulesFor = RULES[rule];
  const promoted: number[] = [];
  for (let unit = 0; unit < units; unit++) {
    if (rulesFor(taken[unit] as number, offered[unit] as number)) promoted.push(unit);
  }
  return promoted;
}

/** All points of some units. */
export function pointsOfUnits(shape: Shape, units: readonly number[]): Uint8Array {
  const mask = createMask(pointCount(shape));
  for (const unit of units) {
    for (let id = unit; id < pointCount(shape); id += shape[2]) setBit(mask, id);
  }
  return mask;
}
