// Python and TypeScript hide the same points: tests/golden/filters.json is written by the Python side.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hiddenPoints } from "../../src/geometry/filters";
import { resolveLasso } from "../../src/geometry/lasso";
import type { Shape } from "../../src/geometry/points";
import type { Polygon } from "../../src/geometry/polygon";
import { bitIds } from "../../src/protocol/bitmask";
import type { ChannelInfo, Depth, Filters, Show, View } from "../../src/protocol/messages";

interface Golden {
  readonly shape: Shape;
  readonly view: View;
  readonly polygon: Polygon;
  readonly positions: readonly number[];
  readonly channels: readonly { readonly info: ChannelInfo; readonly values: readonly (number | null)[] }[];
  readonly cases: readonly {
    readonly filters: Filters;
    readonly show: Show;
    readonly epoch: number;
    readonly step: number | null;
    readonly hidden_units: readonly number[];
    readonly visible: readonly number[];
    readonly through: readonly number[];
    readonly front: readonly number[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/golden/filters.json", import.meta.url), "utf8"),
) as Golden;
const positions = Float32Array.from(golden.positions);
const DEPTHS: readonly Depth[] = ["through", "front"];

function filtered(filters: Filters) {
  return golden.channels.flatMap(({ info, values }) => {
    const filter = filters[info.name];
    return filter === undefined
      ? []
      : [{ info, filter, values: Float32Array.from(values, (value) => value ?? Number.NaN) }];
  });
}

describe("filters", () => {
  it("have cases that hide some, all and none of a lasso's points", () => {
    expect(golden.cases.some(({ through }) => through.length > 5)).toBe(true);
    expect(golden.cases.some(({ visible }) => visible.length === 0)).toBe(true);
    expect(new Set(golden.cases.map(({ visible }) => visible.length)).size).toBeGreaterThan(8);
  });

  it.each(
    golden.cases.map((one) => [JSON.stringify(one.filters), one.show, one] as const),
  )("%s leave the same points to a lasso on %s", (_, __, one) => {
    const { show, epoch, step } = one;
    const hidden = hiddenPoints(golden.shape, filtered(one.filters));
    const windows = { epochWindow: null, stepWindow: null };
    const scope = { shape: golden.shape, show, epoch, step, ...windows, hiddenUnits: one.hidden_units, hidden };
    for (const depth of DEPTHS) {
      const { hits, visible } = resolveLasso(positions, scope, golden.view, depth, golden.polygon);
      expect([...bitIds(visible)]).toEqual(one.visible);
      expect([...bitIds(hits)]).toEqual(one[depth]);
    }
  });

  it("are no mask where there are none", () => {
    expect(hiddenPoints(golden.shape, [])).toBeUndefined();
  });
});
