// A thin box around all points: says where the axes run without asking for attention. The three
// edges that meet in the corner nearest to the camera would lie over the points, and are left out.

import { BufferAttribute, BufferGeometry, type Color, LineBasicMaterial, LineSegments, Vector3 } from "three";
import type { Bounds } from "./gpu-data";

const OPACITY = 0.16;

/** Corners as bits (x, y, z), two for each edge. */
const EDGES = [0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 1, 3, 4, 6, 5, 7, 0, 4, 1, 5, 2, 6, 3, 7];

function cornerOf({ low, high }: Bounds, corner: number): Vector3 {
  const pick = (axis: number) => ((corner >> axis) & 1 ? high[axis] : low[axis]) ?? 0;
  return new Vector3(pick(0), pick(1), pick(2));
}

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
    update(bounds: Bounds | undefined, ink: Color, camera: Vector3) {
      material.color.copy(ink);
      object.visible = bounds !== undefined;
      if (bounds === undefined) return;
      const place = (corner: number) => cornerOf(bounds, corner);
      const distances = Array.from({ length: 8 }, (_, corner) => place(corner).distanceTo(camera));
      const nearest = distances.indexOf(Math.min(...distances));
      for (let i = 0; i < EDGES.length; i += 2) {
        const [from = 0, to = 0] = EDGES.slice(i, i + 2);
        const [a, b] = from === nearest || to === nearest ? [to, to] : [from, to];
        corners.setXYZ(i, ...place(a).toArray());
        corners.setXYZ(i + 1, ...place(b).toArray());
      }
      corners.needsUpdate = true;
    },
    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}
