// The way of the unit that is looked at, lit over everything else. Drawn from what is on the GPU already:
// to light another one writes a few uniforms.

import type { IUniform } from "three";
import type { Trajectory } from "../state/trajectory";
import { setUniforms, VERTICES_PER_SEGMENT } from "./arrange";
import { createLinesLayer, createPointsLayer, type Layer, LIT } from "./layers";

/** CSS pixels: of the line, of the line with the casing that sets it apart, and beyond a point's size. */
const WIDTH = 2.5;
const CASING_WIDTH = 5;
const POINT_ROOM = 1.5;
/** After what is lit and faint, before the ring. */
const ORDER = { casing: 6, line: 7, points: 8 };

export interface TrajectoryLayers {
  readonly all: readonly Layer[];
  /** `size` of the picture's points, in CSS pixels. */
  arrange(way: Trajectory | undefined, size: number): void;
  dispose(): void;
}

export function createTrajectory(shared: Readonly<Record<string, IUniform>>): TrajectoryLayers {
  // Its epoch may be another than the picture's.
  const own = { ...shared, uEpoch: { value: 0 } };
  const casing = createLinesLayer(own, ORDER.casing);
  const line = createLinesLayer(own, ORDER.line);
  const points = createPointsLayer(own, LIT, ORDER.points);
  const all = [casing, line, points];
  for (const { material } of all) material.depthTest = false;
  setUniforms(casing.uniforms, { uStrong: 1, uWidth: CASING_WIDTH, uCasing: true });
  setUniforms(line.uniforms, { uStrong: 1, uWidth: WIDTH });

  return {
    all,
    arrange(way, size) {
      for (const layer of all) layer.show(0);
      if (way === undefined) return;
      const { unit, step, throughEpochs, epoch } = way;
      own.uEpoch.value = epoch;
      for (const { uniforms } of [casing, line]) {
        setUniforms(uniforms, { uOnly: unit, uStep: step, uThroughEpochs: throughEpochs });
      }
      setUniforms(points.uniforms, { uOnly: unit, uStep: step, uFollow: !throughEpochs, uSize: size + POINT_ROOM });
      for (const layer of [casing, line]) layer.show((way.points - 1) * VERTICES_PER_SEGMENT);
      points.show(way.points);
    },
    dispose() {
      for (const layer of all) layer.dispose();
    },
  };
}
