// Three's camera for a view. What it makes of a point is what geometry/projection.ts makes of it; here
// is added how near and far the depth buffer reaches.

import { type Camera, OrthographicCamera, PerspectiveCamera } from "three";
import type { Sphere } from "../geometry/fit";
import { distanceOf } from "../geometry/flat";
import { NEAR_FRACTION } from "../geometry/projection";
import { length, subtract } from "../geometry/vector";
import type { View } from "../protocol/messages";

export interface Aim {
  readonly camera: Camera;
  /** Least depth of a vertex that is drawn; 0 where there is no perspective. */
  readonly near: number;
  /** The depth at which points have the size that is said. */
  readonly reference: number;
}

export function createAim(): (view: View, bounds: Sphere) => Aim {
  const pinhole = new PerspectiveCamera();
  const flat = new OrthographicCamera();

  const aimPinhole = (view: View, { center, radius }: Sphere): Aim => {
    const distance = distanceOf(view);
    pinhole.fov = view.fov;
    pinhole.aspect = view.width / view.height;
    pinhole.near = NEAR_FRACTION * distance;
    // Far enough for all points from any distance, not so far that depth loses its precision.
    pinhole.far = Math.max(10 * distance, length(subtract(center, view.position)) + 4 * Math.max(radius, 0));
    pinhole.position.set(...view.position);
    pinhole.up.set(...view.up);
    pinhole.lookAt(...view.target);
    pinhole.updateProjectionMatrix();
    pinhole.updateMatrixWorld();
    return { camera: pinhole, near: pinhole.near, reference: distance };
  };
  const aimFlat = (view: View, { center, radius }: Sphere): Aim => {
    const half = distanceOf(view) * Math.tan((view.fov * Math.PI) / 360);
    const reach = radius > 0 ? radius : 1;
    flat.top = half;
    flat.bottom = -half;
    flat.right = (half * view.width) / view.height;
    flat.left = -flat.right;
    // Over all points: from above none is behind the camera.
    flat.position.set(view.target[0], view.target[1], center[2] + 2 * reach);
    flat.near = 0;
    flat.far = 4 * reach;
    flat.updateProjectionMatrix();
    flat.updateMatrixWorld();
    return { camera: flat, near: 0, reference: 1 };
  };
  return (view, bounds) => (view.mode === "2d" ? aimFlat(view, bounds) : aimPinhole(view, bounds));
}
