// The one projection, the same formula as widget/projection.py: a point p lands at x = width/2 +
// focal r·(p - position)/z, y = height/2 - focal u·(p - position)/z, with focal = (height/2) /
// tan(fov/2). In 3-D z is its depth f·(p - position), which must be beyond the near plane; in 2-D z
// is the camera's distance to the target, the same for all. CSS pixels from the canvas's top left.

import type { Vec3, View } from "../protocol/messages";
import { cross, length, normalize, subtract } from "./vector";

/** The near plane as a part of the distance to the target: close enough to fly through the cloud. */
export const NEAR_FRACTION = 0.01;

export interface Projector {
  readonly right: Vec3;
  readonly up: Vec3;
  readonly forward: Vec3;
  readonly position: Vec3;
  readonly focal: number;
  /** Depth beyond which points are in front: all of them in 2-D. */
  readonly near: number;
  /** In 2-D the distance from the camera to the target, which stands for each point's depth. */
  readonly away: number | undefined;
  readonly width: number;
  readonly height: number;
}

export function createProjector(view: View): Projector {
  const towards = subtract(view.target, view.position);
  const forward = normalize(towards);
  const right = normalize(cross(forward, view.up));
  const distance = length(towards);
  const flat = view.mode === "2d";
  return {
    right,
    up: cross(right, forward),
    forward,
    position: view.position,
    focal: view.height / 2 / Math.tan((view.fov * Math.PI) / 360),
    near: flat ? Number.NEGATIVE_INFINITY : NEAR_FRACTION * distance,
    away: flat ? distance : undefined,
    width: view.width,
    height: view.height,
  };
}

/** Writes x, y and depth of a point to `out` and tells whether it is finite and in front. */
export function projectInto(out: Float64Array, projector: Projector, px: number, py: number, pz: number): boolean {
  const { right, up, forward, position } = projector;
  const dx = px - position[0];
  const dy = py - position[1];
  const dz = pz - position[2];
  const depth = dx * forward[0] + dy * forward[1] + dz * forward[2];
  // Written so that a NaN anywhere is "not in front".
  if (!(depth > projector.near) || depth === Number.POSITIVE_INFINITY) return false;
  const xc = dx * right[0] + dy * right[1] + dz * right[2];
  const yc = dx * up[0] + dy * up[1] + dz * up[2];
  const away = projector.away ?? depth;
  out[0] = projector.width / 2 + (projector.focal * xc) / away;
  out[1] = projector.height / 2 - (projector.focal * yc) / away;
  out[2] = depth;
  return true;
}
