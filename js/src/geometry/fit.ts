// Cameras that show a sphere whole: the home view of all points, and a zoom to some of them.

import type { Vec3, View } from "../protocol/messages";
import { add, normalize, subtract } from "./vector";

export const FOV = 50;
/** Room around the sphere. */
const MARGIN = 1.1;
/** Seen from a corner, a little from above. */
const HOME: Vec3 = normalize([1, 0.8, 1.4]);
const HOME_UP: Vec3 = [0, 1, 0];
/** A selection of one point is shown as if it had this part of the whole radius. */
const LEAST_RADIUS = 1e-3;

export interface Sphere {
  readonly center: Vec3;
  readonly radius: number;
}

function distanceFor(radius: number, fov: number, width: number, height: number): number {
  const half = (fov * Math.PI) / 360;
  const across = Math.atan(Math.tan(half) * (width / height));
  const size = radius > 0 && Number.isFinite(radius) ? radius : 1;
  return (MARGIN * size) / Math.sin(Math.min(half, across));
}

export function fitView(sphere: Sphere, width: number, height: number, fov: number = FOV): View {
  const position = add(sphere.center, HOME, distanceFor(sphere.radius, fov, width, height));
  return { mode: "3d", position, target: sphere.center, up: HOME_UP, fov, width, height };
}

/** Keeps the direction of `view`, its up and its fov. */
export function zoomView(view: View, sphere: Sphere, wholeRadius: number): View {
  const radius = Math.max(sphere.radius, LEAST_RADIUS * (wholeRadius > 0 ? wholeRadius : 1));
  const direction = normalize(subtract(view.position, view.target));
  const distance = distanceFor(radius, view.fov, view.width, view.height);
  return { ...view, target: sphere.center, position: add(sphere.center, direction, distance) };
}

/** Center of the bounding box and the largest distance from it; undefined without finite points. */
export function boundingSphere(positions: Float32Array, ids: Int32Array): Sphere | undefined {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const id of ids) {
    for (let axis = 0; axis < 3; axis++) {
      const value = positions[id * 3 + axis] ?? NaN;
      if (value < (low[axis] ?? 0)) low[axis] = value;
      if (value > (high[axis] ?? 0)) high[axis] = value;
    }
  }
  const middle = (axis: number) => ((low[axis] ?? 0) + (high[axis] ?? 0)) / 2;
  const center: Vec3 = [middle(0), middle(1), middle(2)];
  if (!center.every(Number.isFinite)) return undefined;
  return { center, radius: farthest(positions, ids, center) };
}

function farthest(positions: Float32Array, ids: Int32Array, center: Vec3): number {
  let most = 0;
  for (const id of ids) {
    const dx = (positions[id * 3] ?? NaN) - center[0];
    const dy = (positions[id * 3 + 1] ?? NaN) - center[1];
    const dz = (positions[id * 3 + 2] ?? NaN) - center[2];
    const distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
    if (distance > most) most = distance;
  }
  return most;
}
