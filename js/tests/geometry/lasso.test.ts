import { describe, expect, it } from "vitest";
import { boundsOf, fitView, zoomView } from "../../src/geometry/fit";
import { createFrontmost } from "../../src/geometry/frontmost";
import { resolveLasso } from "../../src/geometry/lasso";
import { pointId, pointPosition, type Shape } from "../../src/geometry/points";
import { flattenPolygon, insidePolygon, type Polygon } from "../../src/geometry/polygon";
import { createProjector, projectInto } from "../../src/geometry/projection";
import { nearestEpoch, shownRuns } from "../../src/geometry/visible";
import { bitIds, countBits } from "../../src/protocol/bitmask";
import type { View } from "../../src/protocol/messages";

const SHAPE: Shape = [4, 3, 5];
const VIEW: View = fitView({ center: [0, 0, 0], radius: 2 }, 640, 480);

/** Small, repeatable pseudo-random numbers in -1 … 1. */
function noise(n: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: n }, () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  });
}

/** Winding by angles: an oracle that shares nothing with the even-odd loop, for simple polygons. */
function windsAround(polygon: Polygon, x: number, y: number): boolean {
  let angle = 0;
  polygon.forEach(([xi, yi], i) => {
    const [xj, yj] = polygon[(i + 1) % polygon.length] ?? [0, 0];
    const turn = Math.atan2(yj - y, xj - x) - Math.atan2(yi - y, xi - x);
    angle += Math.atan2(Math.sin(turn), Math.cos(turn));
  });
  return Math.abs(angle) > Math.PI;
}

describe("polygon", () => {
  it("agrees with the winding of a concave polygon", () => {
    const star = Array.from({ length: 10 }, (_, i) => {
      const [angle, radius] = [(i * Math.PI) / 5, i % 2 ? 40 : 100];
      return [200 + radius * Math.cos(angle), 150 + radius * Math.sin(angle)] as const;
    });
    const flat = flattenPolygon(star);
    let inside = 0;
    for (let x = 80.3; x < 320; x += 7) {
      for (let y = 40.7; y < 260; y += 7) {
        expect(insidePolygon(flat, x, y)).toBe(windsAround(star, x, y));
        if (insidePolygon(flat, x, y)) inside++;
      }
    }
    expect(inside).toBeGreaterThan(100);
  });

  it("shares borders without gap or overlap: top and left belong to it, bottom and right do not", () => {
    const square = flattenPolygon([
      [2, 2],
      [6, 2],
      [6, 6],
      [2, 6],
    ]);
    for (let x = 0; x < 9; x++) {
      for (let y = 0; y < 9; y++) {
        expect(insidePolygon(square, x, y)).toBe(x >= 2 && x < 6 && y >= 2 && y < 6);
      }
    }
  });

  it("is empty with fewer than three corners", () => {
    expect(
      insidePolygon(
        flattenPolygon([
          [0, 0],
          [10, 10],
        ]),
        5,
        5,
      ),
    ).toBe(false);
    expect(insidePolygon(flattenPolygon([]), 0, 0)).toBe(false);
  });

  it("takes out what is wound around twice", () => {
    const twice: Polygon = [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
    ];
    expect(insidePolygon(flattenPolygon(twice), 5, 5)).toBe(false);
  });
});

const WHOLE_AXES = { epochWindow: null, stepWindow: null };

describe("near plane", () => {
  it("hides what is in front of the camera, but nearer than a hundredth of the distance to the target", () => {
    const projector = createProjector({ ...VIEW, position: [0, 0, 100], target: [0, 0, 0] });
    const at = new Float64Array(3);
    const seen = (z: number) => projectInto(at, projector, 0, 0, z);
    expect([98.9, 99, 99.1, 101].map(seen)).toEqual([true, false, false, false]);
    expect([Number.NaN, Number.NEGATIVE_INFINITY].map(seen)).toEqual([false, false]);
  });
});

describe("points", () => {
  it("maps every position to its own id and back", () => {
    for (let id = 0; id < 60; id++) {
      const { epoch, step, unit } = pointPosition(SHAPE, id);
      expect(pointId(SHAPE, epoch, step, unit)).toBe(id);
    }
    expect(pointPosition(SHAPE, 59)).toEqual({ epoch: 3, step: 2, unit: 4 });
  });
});

describe("shown points", () => {
  const idsOf = (show: "epoch" | "all" | "steps" | "epochs", step: number | null, epoch = 1.5) =>
    shownRuns({ shape: SHAPE, show, epoch, step, ...WHOLE_AXES }).flatMap(({ start, count }) =>
      Array.from({ length: count }, (_, i) => start + i),
    );
  const idsWhere = (keep: (position: ReturnType<typeof pointPosition>) => boolean) =>
    Array.from({ length: 60 }, (_, id) => id).filter((id) => keep(pointPosition(SHAPE, id)));

  it("are of one epoch, all, or one step of all", () => {
    expect(idsOf("epoch", null)).toEqual(idsWhere(({ epoch }) => epoch === 2));
    expect(idsOf("steps", 0)).toEqual(idsWhere(({ epoch, step }) => epoch === 2 && step === 0));
    expect(idsOf("all", null)).toEqual(idsWhere(() => true));
    expect(idsOf("all", 1)).toEqual(idsWhere(({ step }) => step === 1));
    expect(idsOf("epochs", null)).toEqual(idsWhere(({ step }) => step === 2));
    expect(idsOf("epochs", 0)).toEqual(idsWhere(({ step }) => step === 0));
  });

  it("round halves up and stay inside", () => {
    expect([0.5, 1.49, 2.5, 9, -1].map((epoch) => nearestEpoch(epoch, 4))).toEqual([1, 1, 3, 3, 0]);
  });
});

describe("lasso", () => {
  const whole: Polygon = [
    [-1e4, -1e4],
    [1e4, -1e4],
    [1e4, 1e4],
    [-1e4, 1e4],
  ];
  const now = { show: "all", epoch: 0, step: null, ...WHOLE_AXES } as const;
  const scope = { shape: SHAPE, ...now, hiddenUnits: [], hidden: undefined };

  it("takes all that is visible when it goes around everything", () => {
    const { hits, visible } = resolveLasso(noise(180), scope, VIEW, "through", whole);
    expect(hits).toEqual(visible);
    expect(countBits(hits)).toBe(60);
  });

  it("leaves out hidden units, points that are not there and points behind", () => {
    const positions = noise(180);
    positions[7 * 3 + 1] = Number.NaN;
    for (let axis = 0; axis < 3; axis++) positions[8 * 3 + axis] = 3 * (VIEW.position[axis] ?? 0);
    const { hits } = resolveLasso(positions, { ...scope, hiddenUnits: [0, 4] }, VIEW, "through", whole);
    const expected = Array.from({ length: 60 }, (_, id) => id).filter((id) => id % 5 !== 0 && id % 5 !== 4);
    expect([...bitIds(hits)]).toEqual(expected.filter((id) => id !== 7 && id !== 8));
  });

  it("takes the front one of two points on one ray, and of equals the first", () => {
    const positions = new Float32Array(180).fill(Number.NaN);
    const place = (id: number, scale: number) => {
      for (let axis = 0; axis < 3; axis++) positions[id * 3 + axis] = scale * (VIEW.position[axis] ?? 0);
    };
    place(3, 0);
    place(9, 0.25);
    place(12, 0.25);
    // The ray meets the canvas in the middle of a cell.
    const view = { ...VIEW, width: 644, height: 484 };
    const { hits } = resolveLasso(positions, scope, view, "front", whole);
    expect([...bitIds(hits)]).toEqual([9]);
  });

  it("offers the front only what lies on the canvas", () => {
    const front = createFrontmost(8, 8);
    front.offer(0, 8, 4, 1);
    front.offer(1, 7.9, 4, 1);
    front.offer(2, -0.1, 4, 1);
    const taken: number[] = [];
    front.forEach((id) => {
      taken.push(id);
    });
    expect(taken).toEqual([1]);
  });
});

describe("fit", () => {
  it("shows the sphere whole and touches neither side by more than its margin", () => {
    for (const [width, height] of [
      [800, 600],
      [300, 700],
    ] as const) {
      const view = fitView({ center: [1, 2, 3], radius: 4 }, width, height);
      const projector = createProjector(view);
      const at = new Float64Array(3);
      const directions = noise(3000, 7);
      let reach = 0;
      for (let i = 0; i < 1000; i++) {
        const d = [...directions.subarray(i * 3, i * 3 + 3)] as [number, number, number];
        const scale = 4 / Math.hypot(...d);
        expect(projectInto(at, projector, 1 + d[0] * scale, 2 + d[1] * scale, 3 + d[2] * scale)).toBe(true);
        reach = Math.max(reach, Math.abs((at[0] ?? 0) / width - 0.5), Math.abs((at[1] ?? 0) / height - 0.5));
      }
      expect(reach).toBeLessThan(0.5);
      expect(reach).toBeGreaterThan(0.4);
    }
  });

  it("zooms along the line of sight to the selected points' sphere", () => {
    const positions = Float32Array.of(0, 0, 0, 2, 0, 0, 50, 50, 50);
    const sphere = boundsOf(positions, Int32Array.of(0, 1));
    expect(sphere).toEqual({ center: [1, 0, 0], radius: 1, extent: [1, 0, 0] });
    const zoomed = zoomView(VIEW, sphere ?? { center: [0, 0, 0], radius: 1, extent: [1, 1, 1] }, 2);
    const direction = (view: View) => createProjector(view).forward;
    expect(zoomed.target).toEqual([1, 0, 0]);
    direction(zoomed).forEach((value, axis) => {
      expect(value).toBeCloseTo(direction(VIEW)[axis] ?? NaN, 12);
    });
    expect(boundsOf(positions, Int32Array.of())).toBeUndefined();
  });
});
