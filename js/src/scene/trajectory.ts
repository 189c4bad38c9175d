// The way of the unit that is looked at, lit over everything else. Drawn from what is on the GPU already:
// to light another one writes a few uniforms.

import type { IUniform } from "three";
import type { Marks } from "../geometry/density";
import type { Trajectory } from "../state/trajectory";
import { setUniforms, VERTICES_PER_SEGMENT } from "./arrange";
import { createLinesLayer, createPointsLayer, type Layer, LIT } from "./layers";

/** CSS pixels: the least width of the line, of the casing that sets it apart, and beyond a point's size. */
const LEAST_WIDTH = 2.5;
const CASING_ROOM = 2.5;
const POINT_ROOM = 1.5;
/** After what is lit and faint, before the ring. */
const ORDER = { casing: 7, line: 8, points: 9 };

export interface TrajectoryLayers {
  readonly all: readonly Layer[];
  /** `marks` of the picture around it. */
  arrange(way: Trajectory | undefined, marks: Pick<Marks, "headSize" | "lineWidth">): void;
  dispose(): void;
}

export function createTrajectory(shared: Readonly<Record<string, IUniform>>): TrajectoryLayers {
  // Its epoch may be another than the picture's.
  const own = { ...shared, uEpoch: { value: 0 } };
  const casing = createLinesLayer(own, LIT, ORDER.casing);
  const line = createLinesLayer(own, LIT, ORDER.line);
  const points = createPointsLayer(own, LIT, ORDER.points);
  const all = [casing, line, points];
  for (const { material } of all) material.depthTest = false;
  setUniforms(casing.uniforms, { uStrong: 1, uCasing: true });
  setUniforms(line.uniforms, { uStrong: 1 });

  return {
    all,
    arrange(way, { headSize, lineWidth }) {
      for (const layer of all) layer.show(0);
      if (way === undefined) return;
      const { unit, step, throughEpochs, epoch } = way;
      own.uEpoch.value = epoch;
      const width = Math.max(LEAST_WIDTH, lineWidth);
      for (const [layer, uWidth] of [
        [casing, width + CASING_ROOM],
        [line, width],
      ] as const) {
        setUniforms(layer.uniforms, { uOnly: unit, uStep: step, uThroughEpochs: throughEpochs, uWidth });
      }
      const uSize = headSize + POINT_ROOM;
      setUniforms(points.uniforms, { uOnly: unit, uStep: step, uFollow: !throughEpochs, uSize });
      for (const layer of [casing, line]) layer.show((way.points - 1) * VERTICES_PER_SEGMENT);
      points.show(way.points);
    },
    dispose() {
      for (const layer of all) layer.dispose();
    },
  };
}
