// What a page asks for, found on the numbers at hand: the operation that Python would make of the same
// message.

import { type Filtered, hiddenPoints } from "../geometry/filters";
import { resolveLasso } from "../geometry/lasso";
import { pointsOfUnits } from "../geometry/promote";
import { type Scope, visibleMask } from "../geometry/visible";
import { pointsWhere } from "../geometry/where";
import type { Operated, WindowRecord } from "../protocol/messages";
import type { Operation } from "../state/selection";
import type { Unpacked } from "./unpacked";

/** What can be found here; the rest is offered nowhere in a picture without a kernel. */
export type Findable = Exclude<Operated, { kind: "grow" | "group" }>;

export function operationOf(kept: Unpacked, message: Findable): Operation {
  const { positions, meta } = kept;
  switch (message.kind) {
    case "polygon": {
      const { record } = message;
      const found = resolveLasso(positions, scopeOf(kept, record), record.view, record.depth, record.polygon);
      return { kind: "polygon", combine: record.combine, ...found };
    }
    case "units": {
      const hits = pointsOfUnits(meta.shape, message.units);
      return { kind: "units", combine: message.combine, hits, visible: hits };
    }
    case "where": {
      const { channel, where, combine, window } = message;
      const visible = visibleMask(positions, scopeOf(kept, window), window.view);
      const found = filteredBy(kept, channel);
      const hits = found === undefined ? visible : pointsWhere(meta.shape, found, where, visible);
      return { kind: "where", combine, hits, visible };
    }
    case "command": {
      const { name, window } = message;
      if (name === "undo" || name === "redo") return { kind: name };
      return { kind: name, visible: visibleMask(positions, scopeOf(kept, window), window.view) };
    }
  }
}

function filteredBy({ meta, channels }: Unpacked, name: string): Omit<Filtered, "filter"> | undefined {
  const info = meta.channels.find((channel) => channel.name === name);
  const values = channels.get(name);
  return info === undefined || values === undefined ? undefined : { info, values };
}

function scopeOf(kept: Unpacked, window: WindowRecord): Scope {
  const { show, epoch, step, filters } = window;
  const filtered = Object.entries(filters).flatMap(([name, filter]): Filtered[] => {
    const found = filteredBy(kept, name);
    return found === undefined ? [] : [{ ...found, filter }];
  });
  return {
    ...{ shape: kept.meta.shape, show, epoch, step },
    epochWindow: window.epoch_window,
    stepWindow: window.step_window,
    hiddenUnits: window.hidden_units,
    hidden: hiddenPoints(kept.meta.shape, filtered),
  };
}
