// A thin box around all points: says where the axes run without asking for attention.

import { BufferAttribute, BufferGeometry, type Color, LineBasicMaterial, LineSegments } from "three";
import type { Bounds } from "./gpu-data";

const OPACITY = 0.16;

/** Corners as bits (x, y, z), two for each edge. */
const EDGES = [0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 1, 3, 4, 6, 5, 7, 0, 4, 1, 5, 2, 6, 3, 7];

export function createBox() {
  const geometry = new BufferGeometry();
  const corners = new BufferAttribute(new Float32Array(EDGES.length * 3), 3);
  geometry.setAttribute("position", corners);
  const material = new LineBasicMaterial({ transparent: true, opacity: OPACITY, depthWrite: false });
  const object = new LineSegments(geometry, material);
  object.frustumCulled = false;
  object.visible = false;
  return {
    object,
    update(bounds: Bounds | undefined, ink: Color) {
      material.color.copy(ink);
      object.visible = bounds !== undefined;
      if (bounds === undefined) return;
      EDGES.forEach((corner, i) => {
        const pick = (axis: number) => ((corner >> axis) & 1 ? bounds.high[axis] : bounds.low[axis]) ?? 0;
        corners.setXYZ(i, pick(0), pick(1), pick(2));
      });
      corners.needsUpdate = true;
    },
    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}
