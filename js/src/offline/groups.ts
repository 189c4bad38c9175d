// The groups of a picture without a kernel, and what a reader takes along of them.

import { countBits } from "../protocol/bitmask";
import type { Keeper } from "../state/keeper";
import type { Sets } from "../state/selection";
import { describeSelected, unitsOf } from "./take-along";
import type { Group, Unpacked } from "./unpacked";

/** `current` is the selection as it stands, `recall` makes another state the selection. */
export function createKeeper(
  { meta, hash, groups: kept }: Unpacked,
  current: () => Group,
  recall: (sets: Sets) => void,
): Keeper {
  const groups = new Map<string, Group>(kept);
  const listeners = new Set<() => void>();
  return {
    groups: () =>
      [...groups].map(([name, { sets, rule }]) => ({
        name,
        units: unitsOf(meta.shape, sets, rule).length,
        points: countBits(sets.selected),
      })),
    select(name) {
      const group = groups.get(name);
      if (group !== undefined) recall(group.sets);
    },
    add(name) {
      groups.set(name, current());
      for (const listener of [...listeners]) listener();
    },
    describe: () => describeSelected({ meta, hash, selection: current(), groups }),
    onGroups(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
