// Python and TypeScript find the same sizes and strengths: tests/golden/density.json is written by the
// Python side and read here.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fadingOf, strengthAt } from "../../src/geometry/age";
import { marksOf, reachOf, type Style } from "../../src/geometry/density";
import type { Show, View } from "../../src/protocol/messages";

interface Golden {
  readonly marks: readonly {
    readonly show: Show;
    readonly heads: number;
    readonly trail: number;
    readonly units: number;
    readonly selected: number;
    readonly reach: number;
    readonly style: { point_size: number | null; opacity: number | null; line_width: number | null };
    readonly marks: Readonly<Record<string, number>>;
  }[];
  readonly reaches: readonly { view: View; radius: number; reach: number }[];
  readonly now: number;
  readonly ages: readonly number[];
  readonly strengths: readonly { fade: number; through: "epochs" | "steps"; strengths: readonly number[] }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/golden/density.json", import.meta.url), "utf8"),
) as Golden;
const AUTOMATIC: Style = { pointSize: null, opacity: null, lineWidth: null };
/** At home in a canvas of 1100 × 480. */
const REACH = 218;

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe("golden density", () => {
  it("finds the same sizes and opacities", () => {
    expect(golden.marks.length).toBeGreaterThan(100);
    for (const { show, reach, style, marks, ...counts } of golden.marks) {
      const own = { pointSize: style.point_size, opacity: style.opacity, lineWidth: style.line_width };
      for (const [name, value] of Object.entries(marksOf(show, counts, reach, own))) {
        expect(value).toBeCloseTo(marks[snake(name)] ?? NaN, 10);
      }
    }
  });

  it("finds the same reach", () => {
    for (const { view, radius, reach } of golden.reaches) expect(reachOf(view, radius)).toBeCloseTo(reach, 9);
  });

  it.each(golden.strengths)("fades alike at $fade through $through", ({ fade, through, strengths }) => {
    golden.ages.forEach((age, i) => {
      expect(strengthAt(age, fadingOf(fade, through), golden.now)).toBeCloseTo(strengths[i] ?? NaN, 12);
    });
  });
});

describe("density", () => {
  const epoch = (heads: number, reach = REACH) =>
    marksOf("epoch", { heads, trail: 0, units: 30, selected: 0 }, reach, AUTOMATIC);
  const all = (trail: number, reach = REACH) =>
    marksOf("all", { heads: trail / 127, trail, units: 30, selected: 0 }, reach, AUTOMATIC);

  it("draws a few points large and opaque, many smaller, and so many that they must be seen through", () => {
    expect(epoch(100)).toMatchObject({ headSize: 9, headOpacity: 1 });
    expect(epoch(3840).headSize).toBeLessThan(4);
    expect(epoch(3840).headOpacity).toBe(1);
    expect(epoch(500_000).headOpacity).toBeLessThan(0.6);
  });

  it("gives all epochs together about the same cover, however many points they have", () => {
    const cover = (points: number) => {
      const { trailSize, faintOpacity } = all(points);
      const discs = (points * trailSize ** 2) / 4 / (0.35 * REACH ** 2);
      return 1 - (1 - faintOpacity) ** discs;
    };
    for (const points of [200_000, 487_680]) expect(cover(points)).toBeCloseTo(0.55, 6);
    expect(all(487_680).headOpacity).toBe(1);
  });

  it("draws few selected points so that they are seen among all others, and many no larger", () => {
    const counts = { heads: 3840, trail: 487_680, units: 30 };
    const few = marksOf("all", { ...counts, selected: 24 }, REACH, AUTOMATIC);
    const many = marksOf("all", { ...counts, selected: 100_000 }, REACH, AUTOMATIC);
    expect([few.litTrailSize, few.litHeadSize]).toEqual([5, 5]);
    expect(many.litTrailSize).toBeLessThan(2.5);
    expect(many.litHeadSize).toBe(many.headSize);
  });

  it("grows with the zoom up to a size that is seen well", () => {
    expect(epoch(3840, 2 * REACH).headSize).toBeCloseTo(2 * epoch(3840).headSize, 9);
    expect(epoch(3840, 100 * REACH).headSize).toBe(9);
    expect(all(487_680, 3 * REACH).faintOpacity).toBeGreaterThan(3 * all(487_680).faintOpacity);
  });

  it("leaves to the user what the user set", () => {
    const own = marksOf("all", { heads: 10, trail: 100, units: 2, selected: 0 }, REACH, {
      ...AUTOMATIC,
      pointSize: 4,
      opacity: 0.7,
    });
    expect(own).toMatchObject({ headSize: 4, trailSize: 3, headOpacity: 1, faintOpacity: 0.7 });
  });

  it("fades nothing at 0 and all but the newest at 1", () => {
    expect([-1, 0, 0.3, 1].map((age) => strengthAt(age, fadingOf(0, "steps"), 0.01))).toEqual([1, 1, 1, 1]);
    expect(strengthAt(0, fadingOf(1, "epochs"), 0.01)).toBe(1);
    expect(strengthAt(0.05, fadingOf(1, "epochs"), 0.01)).toBeLessThan(0.01);
    expect(strengthAt(0.25, fadingOf(0.5, "epochs"), 0.01)).toBeCloseTo(Math.exp(-1), 12);
  });
});
