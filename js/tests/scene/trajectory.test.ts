import type { Mesh } from "three";
import { describe, expect, it } from "vitest";
import { pointId } from "../../src/geometry/points";
import { createTrajectory } from "../../src/scene/trajectory";
import type { State } from "../../src/state/session";
import { pointsOf, trajectoryOf } from "../../src/state/trajectory";
import { createFakeSession, META } from "../ui/fake-session";

/** Epoch 3, step 1, unit 2 of 5 × 3 × 4. */
const HOVER = { id: pointId(META.shape, 3, 1, 2), x: 0, y: 0 };

function wayOf(patch: Partial<State>) {
  const way = trajectoryOf(createFakeSession({ epoch: 1.25, ...patch }).store);
  return way && [way.unit, way.throughEpochs, way.step, way.epoch, way.points];
}

describe("the trajectory that is lit", () => {
  it("runs as the view shows points", () => {
    expect(wayOf({})).toBeUndefined();
    expect(wayOf({ hover: HOVER })).toEqual([2, false, -1, 1.25, 3]);
    expect(wayOf({ hover: HOVER, step: 1 })).toEqual([2, false, -1, 1.25, 3]);
    expect(wayOf({ hover: HOVER, show: "steps" })).toEqual([2, false, -1, 1.25, 3]);
    expect(wayOf({ hover: HOVER, show: "epochs" })).toEqual([2, true, 2, 1.25, 5]);
    expect(wayOf({ hover: HOVER, show: "epochs", step: 0 })).toEqual([2, true, 0, 1.25, 5]);
    expect(wayOf({ hover: HOVER, show: "all" })).toEqual([2, false, -1, 3, 3]);
    expect(wayOf({ hover: HOVER, show: "all", step: 0 })).toEqual([2, true, 0, 3, 5]);
  });

  it("is that of the unit looked up, unit 0 too, unless another is pointed at", () => {
    expect(wayOf({ found: 0 })).toEqual([0, false, -1, 1.25, 3]);
    expect(wayOf({ found: 0, show: "all" })).toEqual([0, false, -1, 1.25, 3]);
    expect(wayOf({ found: 0, hover: HOVER })?.[0]).toBe(2);
  });

  it("has its points at whole epochs", () => {
    const way = { unit: 2, throughEpochs: false, step: -1, epoch: 1.5, points: 3 };
    expect(pointsOf(META.shape, way)).toEqual([0, 1, 2].map((step) => pointId(META.shape, 2, step, 2)));
    const through = { ...way, throughEpochs: true, step: 1, points: 5 };
    expect(pointsOf(META.shape, through)).toEqual([0, 1, 2, 3, 4].map((epoch) => pointId(META.shape, epoch, 1, 2)));
  });

  it("is drawn from numbers alone, over everything, and hidden when there is none", () => {
    const layers = createTrajectory({ uEpoch: { value: 7 } });
    const way = { unit: 2, throughEpochs: false, step: -1, epoch: 3, points: 5 };
    layers.arrange(way, { headSize: 4, lineWidth: 6 });
    expect(layers.all.map(({ uniforms }) => uniforms.uWidth?.value ?? uniforms.uSize?.value)).toEqual([8.5, 6, 5.5]);
    const counts = layers.all.map(({ object }) => (object as Mesh).geometry.drawRange.count);
    expect(counts).toEqual([24, 24, 5]);
    for (const { object, uniforms, material } of layers.all) {
      expect([object.visible, uniforms.uOnly?.value, uniforms.uEpoch?.value]).toEqual([true, 2, 3]);
      expect([material.depthTest, object.renderOrder > 5]).toEqual([false, true]);
    }
    layers.arrange(undefined, { headSize: 4, lineWidth: 6 });
    expect(layers.all.some(({ object }) => object.visible)).toBe(false);
    layers.dispose();
  });
});
