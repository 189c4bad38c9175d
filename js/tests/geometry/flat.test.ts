import { describe, expect, it } from "vitest";
import { type Bounds, fitView, homeView, inMode, isHome, zoomView } from "../../src/geometry/fit";
import { approach, distanceOf, panView } from "../../src/geometry/flat";
import { createProjector, projectInto } from "../../src/geometry/projection";
import type { View } from "../../src/protocol/messages";

const BOUNDS: Bounds = { center: [1, 2, 3], radius: 4, extent: [3, 1, 2] };
const SIZE = { width: 640, height: 480 };
const HOME = homeView(BOUNDS, "2d", SIZE);

function pixel(view: View, x: number, y: number, z = 0): readonly [number, number] {
  const at = new Float64Array(3);
  expect(projectInto(at, createProjector(view), x, y, z)).toBe(true);
  return [at[0] ?? NaN, at[1] ?? NaN];
}

describe("a view in 2-D", () => {
  it("shows the first two axes to scale, whatever the third, and hides nothing", () => {
    const [left, middle] = pixel(HOME, 1 - 3, 2);
    const [right] = pixel(HOME, 1 + 3, 2);
    const [, top] = pixel(HOME, 1, 2 + 3);
    expect(middle).toBeCloseTo(240, 9);
    expect(right - left).toBeCloseTo(640 / 1.1, 9);
    expect(middle - top).toBeCloseTo((right - left) / 2, 9);
    expect(pixel(HOME, 1, 2, 1e6)).toEqual(pixel(HOME, 1, 2, -1e6));
  });

  it("moves with the hand", () => {
    const [x, y] = pixel(HOME, 0.5, 2.5);
    const moved = pixel(panView(HOME, 30, -12), 0.5, 2.5);
    expect(moved[0]).toBeCloseTo(x + 30, 9);
    expect(moved[1]).toBeCloseTo(y - 12, 9);
  });

  it("comes nearer to the place pointed at, which stays", () => {
    const place = pixel(HOME, 0.5, 2.5);
    const nearer = approach(HOME, 3, ...place, distanceOf(HOME));
    expect(distanceOf(nearer)).toBeCloseTo(distanceOf(HOME) / 3, 12);
    pixel(nearer, 0.5, 2.5).forEach((value, i) => {
      expect(value).toBeCloseTo(place[i] ?? NaN, 8);
    });
  });

  it("goes neither through the plane nor away for good", () => {
    const home = distanceOf(HOME);
    expect(distanceOf(approach(HOME, 1e12, 0, 0, home))).toBeGreaterThan(0);
    expect(distanceOf(approach(HOME, 1e-12, 0, 0, home))).toBeLessThan(1000 * home);
  });

  it("zooms to the box of a selection", () => {
    const zoomed = zoomView(HOME, { center: [0, 0, 0], radius: 9, extent: [0.2, 0.1, 9] }, 4);
    expect(pixel(zoomed, 0.2, 0)[0]).toBeCloseTo(320 + 320 / 1.1, 9);
    expect(zoomed.mode).toBe("2d");
  });
});

describe("the way between the modes", () => {
  it("leads from the view of all to the view of all", () => {
    const solid = fitView(BOUNDS, 640, 480);
    expect(isHome(solid, BOUNDS)).toBe(true);
    expect(inMode(solid, "2d", BOUNDS, undefined)).toEqual(HOME);
    expect(inMode(HOME, "3d", BOUNDS, undefined)).toEqual(solid);
    expect(inMode(HOME, "2d", BOUNDS, undefined)).toBe(HOME);
  });

  it("keeps scale and target, and finds its direction again", () => {
    const solid: View = { ...fitView(BOUNDS, 640, 480), position: [5, 5, 9], target: [0, 1, 2], up: [0.1, 0.2, 1] };
    const flat = inMode(solid, "2d", BOUNDS, solid);
    expect(flat.target).toEqual(solid.target);
    expect(distanceOf(flat)).toBeCloseTo(distanceOf(solid), 12);
    const back = inMode(flat, "3d", BOUNDS, solid);
    back.position.forEach((value, axis) => {
      expect(value).toBeCloseTo(solid.position[axis] ?? NaN, 12);
    });
    expect(back.up).toEqual(solid.up);
  });
});
