// A selection as text: what a reader of a picture without a kernel takes back to Python.

import type { Shape } from "../geometry/points";
import { promoteUnits } from "../geometry/promote";
import { bitIds } from "../protocol/bitmask";
import type { Meta, UnitRule } from "../protocol/messages";
import type { Sets } from "../state/selection";
import type { Group } from "./unpacked";

export interface TakenAlong {
  readonly meta: Meta;
  readonly hash: string;
  readonly selection: Group;
  readonly groups: ReadonlyMap<string, Group>;
}

export function describeSelected({ meta, hash, selection, groups }: TakenAlong): string {
  const [, steps, units] = meta.shape;
  return JSON.stringify({
    format: "mmphate-selection",
    version: 1,
    coordinates: hash,
    shape: meta.shape,
    point_id: `(epoch * ${steps} + step) * ${units} + unit`,
    ...contentsOf(meta, selection),
    groups: Object.fromEntries([...groups].map(([name, group]) => [name, contentsOf(meta, group)])),
  });
}

function contentsOf(meta: Meta, { sets, rule }: Group) {
  const units = unitsOf(meta.shape, sets, rule);
  return {
    unit_rule: rule,
    units,
    unit_names: units.map((unit) => meta.units[unit] ?? String(unit)),
    points: Array.from(bitIds(sets.selected)),
  };
}

export function unitsOf(shape: Shape, { selected, domain }: Sets, rule: UnitRule): number[] {
  return promoteUnits(shape, selected, domain, rule);
}
