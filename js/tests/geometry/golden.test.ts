// Python and TypeScript compute the same: tests/golden/geometry.json is written by the Python side
// and read here. Pixels may differ in the last bits (tan), ids may not.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Bounds, homeView } from "../../src/geometry/fit";
import { resolveLasso } from "../../src/geometry/lasso";
import type { Shape } from "../../src/geometry/points";
import type { Polygon } from "../../src/geometry/polygon";
import { createProjector, projectInto } from "../../src/geometry/projection";
import { promoteUnits } from "../../src/geometry/promote";
import type { Scope } from "../../src/geometry/visible";
import { bitIds } from "../../src/protocol/bitmask";
import type { Depth, Show, UnitRule, View } from "../../src/protocol/messages";

interface Case {
  readonly view: View;
  /** Null where all points are in front. */
  readonly near: number | null;
  readonly pixels: readonly (number | null)[];
  readonly depth: readonly (number | null)[];
  readonly show: Show;
  readonly epoch: number;
  readonly step: number | null;
  readonly hidden_units: readonly number[];
  readonly visible: readonly number[];
  readonly polygon: Polygon;
  readonly through: readonly number[];
  readonly front: readonly number[];
  readonly promoted: Readonly<Record<UnitRule, readonly number[]>>;
}

interface Golden {
  readonly shape: Shape;
  readonly positions: readonly (number | null)[];
  readonly cases: readonly Case[];
  readonly fits: readonly (Bounds & { width: number; height: number; view: View })[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/golden/geometry.json", import.meta.url), "utf8"),
) as Golden;
const positions = Float32Array.from(golden.positions, (value) => value ?? Number.NaN);
const RULES: readonly UnitRule[] = ["any", "majority", "all"];
const DEPTHS: readonly Depth[] = ["through", "front"];

function scopeOf({ show, epoch, step, hidden_units }: Case): Scope {
  const windows = { epochWindow: null, stepWindow: null };
  return { shape: golden.shape, show, epoch, step, ...windows, hiddenUnits: hidden_units, hidden: undefined };
}

describe("golden geometry", () => {
  it("has cases with points inside, outside and behind", () => {
    expect(golden.cases.length).toBeGreaterThan(9);
    expect(golden.cases.some((one) => one.through.length > one.front.length)).toBe(true);
    const above = golden.cases.filter(
      ({ view, depth }) => view.mode === "2d" && depth.some((z) => z !== null && z < 0),
    );
    expect(above.length).toBeGreaterThan(3);
  });

  describe.each(golden.cases.map((one, i) => [i, one] as const))("case %i", (_, one) => {
    it("projects to the same pixels", () => {
      const projector = createProjector(one.view);
      const near = one.near ?? Number.NEGATIVE_INFINITY;
      if (one.near === null) expect(projector.near).toBe(near);
      else expect(projector.near).toBeCloseTo(near, 14);
      const at = new Float64Array(3);
      one.depth.forEach((depth, id) => {
        const point = positions.subarray(id * 3, id * 3 + 3);
        const seen = projectInto(at, projector, point[0] ?? NaN, point[1] ?? NaN, point[2] ?? NaN);
        expect(seen).toBe(depth !== null && depth > near);
        if (!seen) return;
        expect(at[0]).toBeCloseTo(one.pixels[id * 2] ?? NaN, 8);
        expect(at[1]).toBeCloseTo(one.pixels[id * 2 + 1] ?? NaN, 8);
        expect(at[2]).toBeCloseTo(depth ?? NaN, 10);
      });
    });

    it.each(DEPTHS)("takes the same points, %s", (depth) => {
      const { hits, visible } = resolveLasso(positions, scopeOf(one), one.view, depth, one.polygon);
      expect([...bitIds(visible)]).toEqual(one.visible);
      expect([...bitIds(hits)]).toEqual(one[depth]);
    });

    it.each(RULES)("promotes the same units, %s", (rule) => {
      const { hits, visible } = resolveLasso(positions, scopeOf(one), one.view, "through", one.polygon);
      expect(promoteUnits(golden.shape, hits, visible, rule)).toEqual(one.promoted[rule]);
    });
  });

  it.each(golden.fits)("fits radius $radius into $width × $height, $view.mode", ({
    width,
    height,
    view,
    ...bounds
  }) => {
    const made = homeView(bounds, view.mode, { width, height });
    view.position.forEach((value, axis) => {
      expect(made.position[axis]).toBeCloseTo(value, 12);
    });
    expect({ ...made, position: [] }).toEqual({ ...view, position: [] });
  });
});
