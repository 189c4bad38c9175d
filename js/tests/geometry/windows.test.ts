// Python and TypeScript show the same points in windows: tests/golden/windows.json is written by the
// Python side.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { endsOf, intervalOf, isSameInterval, nearestIn } from "../../src/geometry/interval";
import { resolveLasso } from "../../src/geometry/lasso";
import type { Shape } from "../../src/geometry/points";
import type { Polygon } from "../../src/geometry/polygon";
import { bitIds } from "../../src/protocol/bitmask";
import type { Depth, Interval, Show, View } from "../../src/protocol/messages";
import { createPick } from "../../src/scene/picking";

interface Golden {
  readonly shape: Shape;
  readonly view: View;
  readonly polygon: Polygon;
  readonly positions: readonly number[];
  readonly cases: readonly {
    readonly show: Show;
    readonly epoch: number;
    readonly step: number | null;
    readonly epoch_window: Interval | null;
    readonly step_window: Interval | null;
    readonly hidden_units: readonly number[];
    readonly visible: readonly number[];
    readonly through: readonly number[];
    readonly front: readonly number[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/golden/windows.json", import.meta.url), "utf8"),
) as Golden;
const positions = Float32Array.from(golden.positions);
const DEPTHS: readonly Depth[] = ["through", "front"];

function scopeOf({ show, epoch, step, epoch_window, step_window, hidden_units }: Golden["cases"][number]) {
  const windows = { epochWindow: epoch_window, stepWindow: step_window };
  return { shape: golden.shape, show, epoch, step, ...windows, hiddenUnits: hidden_units, hidden: undefined };
}

describe("windows", () => {
  it("have cases that show some, all and none of a lasso's points", () => {
    expect(golden.cases.some(({ through }) => through.length > 5)).toBe(true);
    expect(golden.cases.some(({ visible }) => visible.length === 0)).toBe(true);
    expect(new Set(golden.cases.map(({ visible }) => visible.length)).size).toBeGreaterThan(8);
  });

  it.each(
    golden.cases.map((one) => [one.show, JSON.stringify([one.epoch_window, one.step_window]), one] as const),
  )("on %s, %s leave the same points to a lasso", (_, __, one) => {
    for (const depth of DEPTHS) {
      const { hits, visible } = resolveLasso(positions, scopeOf(one), golden.view, depth, golden.polygon);
      expect([...bitIds(visible)]).toEqual(one.visible);
      expect([...bitIds(hits)]).toEqual(one[depth]);
    }
  });

  it("leave the same points to the pointer", () => {
    const found = new Set<number>();
    const [one] = golden.cases.filter(({ show, through }) => show === "all" && through.length > 5);
    if (one === undefined) throw new Error("no case");
    const pick = createPick(positions, scopeOf(one), golden.view);
    for (let x = 0; x < golden.view.width; x += 4) {
      for (let y = 0; y < golden.view.height; y += 4) found.add(pick(x, y) ?? -1);
    }
    found.delete(-1);
    expect(found.size).toBeGreaterThan(5);
    expect([...found].filter((id) => !one.visible.includes(id))).toEqual([]);
  });
});

describe("intervals", () => {
  it("are null where they leave nothing out, and have their ends in order", () => {
    expect([intervalOf(3, 1, 5), intervalOf(0, 4, 5), intervalOf(0, 0, 1)]).toEqual([[1, 3], null, null]);
    expect([endsOf(null, 5), endsOf([1, 3], 5)]).toEqual([
      [0, 4],
      [1, 3],
    ]);
    expect([0, 2.5, 9].map((position) => nearestIn([1, 3], position))).toEqual([1, 2.5, 3]);
    expect(isSameInterval([1, 2], [1, 2]) && isSameInterval(null, null)).toBe(true);
    expect(isSameInterval([1, 2], null) || isSameInterval([1, 2], [1, 3])).toBe(false);
  });
});
