// The selection: what the kernel has confirmed, and on top of it the operations made here that it
// has not answered yet. An answer replaces the confirmed part and names the operations it includes;
// the rest is applied again on top of it. The kernel owns the history, so undo and redo only wait.

import type { Shape } from "../geometry/points";
import { pointCount } from "../geometry/points";
import { promoteUnits } from "../geometry/promote";
import { countBits, createMask, difference, intersection, union } from "../protocol/bitmask";
import type { Combine, UnitRule } from "../protocol/messages";
import type { SelectionState } from "./session";

/** The points that are selected, and those that were offered since the last replace. */
export interface Sets {
  readonly selected: Uint8Array;
  readonly domain: Uint8Array;
}

export type Operation =
  | {
      readonly kind: "polygon" | "units" | "where";
      readonly combine: Combine;
      readonly hits: Uint8Array;
      readonly visible: Uint8Array;
    }
  | { readonly kind: "invert" | "clear"; readonly visible: Uint8Array }
  | { readonly kind: "undo" | "redo" }
  /** Found by the kernel alone: nothing is shown until it answers. */
  | { readonly kind: "wait" };

export interface Confirmed {
  readonly mask: Uint8Array;
  readonly domain: Uint8Array;
  readonly units: readonly number[];
  readonly revision: number;
  readonly done: readonly string[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

export interface Selection {
  current(rule: UnitRule): SelectionState;
  /** Applies an operation at once; it stays pending until an answer names its id. */
  push(id: string, operation: Operation): void;
  /** False when the answer is older than what is known. */
  confirm(answer: Confirmed): boolean;
  reset(shape: Shape): void;
  readonly revision: number;
  readonly pending: number;
}

const COMBINE: Readonly<Record<Combine, (selected: Uint8Array, hits: Uint8Array) => Uint8Array>> = {
  replace: (_, hits) => hits,
  add: union,
  subtract: difference,
  intersect: intersection,
};

export function apply(sets: Sets, operation: Operation): Sets {
  switch (operation.kind) {
    case "polygon":
    case "units":
    case "where":
      return {
        selected: COMBINE[operation.combine](sets.selected, operation.hits),
        domain: offered(sets, operation.combine, operation.visible),
      };
    case "invert":
      return { selected: difference(operation.visible, sets.selected), domain: operation.visible };
    case "clear":
      return { selected: new Uint8Array(sets.selected.length), domain: new Uint8Array(sets.domain.length) };
    case "undo":
    case "redo":
    case "wait":
      return sets;
  }
}

/** Only what is added widens the points among which a unit's share is counted. */
function offered(sets: Sets, combine: Combine, visible: Uint8Array): Uint8Array {
  if (combine === "subtract" || combine === "intersect") return sets.domain;
  const anew = combine === "replace" || countBits(sets.selected) === 0;
  return anew ? visible : union(sets.domain, visible);
}

/** Nothing selected, nothing offered: where the kernel's history starts, too. */
function nothing(shape: Shape): Confirmed {
  const [mask, domain] = [createMask(pointCount(shape)), createMask(pointCount(shape))];
  return { mask, domain, units: [], revision: 0, done: [], canUndo: false, canRedo: false };
}

export function createSelection(firstShape: Shape): Selection {
  let shape = firstShape;
  let confirmed = nothing(shape);
  let pending: { readonly id: string; readonly operation: Operation }[] = [];

  return {
    current(rule) {
      const { revision, canRedo } = confirmed;
      const start: Sets = { selected: confirmed.mask, domain: confirmed.domain };
      const { selected, domain } = pending.reduce((sets, { operation }) => apply(sets, operation), start);
      const units = pending.length === 0 ? confirmed.units : promoteUnits(shape, selected, domain, rule);
      const canUndo = confirmed.canUndo || pending.some(({ operation }) => "visible" in operation);
      const mask = selected.slice();
      return { mask, count: countBits(mask), units, revision, canUndo, canRedo, pending: pending.length > 0 };
    },
    push(id, operation) {
      pending.push({ id, operation });
    },
    confirm(answer) {
      const bytes = (pointCount(shape) + 7) >> 3;
      if (answer.mask.length !== bytes || answer.domain.length !== bytes) {
        throw new RangeError(
          `a selection of ${shape.join(" × ")} points has ${bytes} bytes, got ${answer.mask.length}`,
        );
      }
      const done = new Set(answer.done);
      pending = pending.filter(({ id }) => !done.has(id));
      if (answer.revision < confirmed.revision) return false;
      confirmed = answer;
      return true;
    },
    reset(next) {
      shape = next;
      confirmed = nothing(shape);
      pending = [];
    },
    get revision() {
      return confirmed.revision;
    },
    get pending() {
      return pending.length;
    },
  };
}
