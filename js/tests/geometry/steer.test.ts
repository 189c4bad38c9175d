import { describe, expect, it } from "vitest";
import { fitView, homeView } from "../../src/geometry/fit";
import { distanceOf } from "../../src/geometry/flat";
import { createProjector, projectInto } from "../../src/geometry/projection";
import { steerView, zoomBy } from "../../src/geometry/steer";
import type { Vec3, View } from "../../src/protocol/messages";

const BOUNDS = { center: [1, 2, 3] as Vec3, radius: 4, extent: [3, 1, 2] as Vec3 };
const SOLID = fitView(BOUNDS, 640, 480);
const FLAT = homeView(BOUNDS, "2d", SOLID);

function pixel(view: View, [x, y, z]: Vec3): readonly [number, number] {
  const at = new Float64Array(3);
  expect(projectInto(at, createProjector(view), x, y, z)).toBe(true);
  return [at[0] ?? NaN, at[1] ?? NaN];
}

describe("the keyboard's way around", () => {
  it("turns the camera to the right and upward, at the same distance of the same target", () => {
    const right = steerView(SOLID, 1, 0);
    // What is nearer than the target goes the other way.
    const near: Vec3 = [1 + 0.9, 2 + 0.72, 3 + 1.26];
    expect(pixel(right, near)[0]).toBeLessThan(pixel(SOLID, near)[0]);
    const higher = steerView(SOLID, 0, 1);
    expect(higher.position[1]).toBeGreaterThan(SOLID.position[1]);
    for (const view of [right, higher]) {
      expect(distanceOf(view)).toBeCloseTo(distanceOf(SOLID), 9);
      expect(view.target).toEqual(SOLID.target);
    }
    let around = SOLID;
    for (let press = 0; press < 48; press++) around = steerView(around, 1, 0);
    around.position.forEach((value, axis) => {
      expect(value).toBeCloseTo(SOLID.position[axis] ?? NaN, 9);
    });
  });

  it("stops before the pole, and comes back from it", () => {
    let view = SOLID;
    for (let press = 0; press < 60; press++) view = steerView(view, 0, 1);
    expect(createProjector(view).right.every(Number.isFinite)).toBe(true);
    expect(steerView(view, 0, -3).position[1]).toBeLessThan(view.position[1]);
    const above: View = { ...SOLID, position: [1, 11, 3] };
    expect(steerView(above, 1, -1).position.every(Number.isFinite)).toBe(true);
  });

  it("moves along the plane in 2-D", () => {
    const before = pixel(FLAT, [1, 2, 3]);
    const [x, y] = pixel(steerView(FLAT, 1, 1), [1, 2, 3]);
    expect(x).toBeLessThan(before[0]);
    expect(y).toBeGreaterThan(before[1]);
  });

  it.each([SOLID, FLAT])("comes nearer, $mode", (view) => {
    const nearer = zoomBy(view, 2, distanceOf(view));
    expect(distanceOf(nearer)).toBeCloseTo(distanceOf(view) / 2, 9);
    expect(nearer.target).toEqual(view.target);
    expect(distanceOf(zoomBy(view, 1e99, distanceOf(view)))).toBeGreaterThan(0);
  });
});
