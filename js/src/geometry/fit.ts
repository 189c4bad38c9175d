// Cameras that show points whole: the home view of all, a zoom to some, and the way from a view in
// 3-D, which fits a sphere, to one in 2-D, which fits a box, and back.

import type { Mode, Vec3, View } from "../protocol/messages";
import { add, length, normalize, subtract } from "./vector";

export const FOV = 50;
/** Room around sphere or box. */
const MARGIN = 1.1;
/** Seen from a corner, a little from above. */
const HOME: Vec3 = normalize([1, 0.8, 1.4]);
const HOME_UP: Vec3 = [0, 1, 0];
/** From above the second axis points up. */
const FLAT_UP: Vec3 = [0, 1, 0];
/** A selection of one point is shown as if it had this part of the whole radius. */
const LEAST_RADIUS = 1e-3;
/** Part of the camera's distance below which two places are the same. */
const SAME = 1e-9;

export interface Sphere {
  readonly center: Vec3;
  readonly radius: number;
}

/** The sphere around points, and half the sides of the box around them. */
export interface Bounds extends Sphere {
  readonly extent: Vec3;
}

type Size = Pick<View, "width" | "height">;

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

/** The camera straight above `target`. */
function above(target: Vec3, distance: number): Vec3 {
  return [target[0], target[1], target[2] + distance];
}

function flatDistance([halfWidth, halfHeight]: Vec3, fov: number, width: number, height: number): number {
  const half = Math.max(halfHeight, halfWidth / (width / height));
  const size = Number.isFinite(half) && half > 0 ? half : 1;
  return (MARGIN * size) / Math.tan((fov * Math.PI) / 360);
}

export function fitFlatView(center: Vec3, extent: Vec3, width: number, height: number, fov: number = FOV): View {
  const position = above(center, flatDistance(extent, fov, width, height));
  return { mode: "2d", position, target: center, up: FLAT_UP, fov, width, height };
}

/** The view of all points. */
export function homeView(bounds: Bounds, mode: Mode, { width, height }: Size, fov: number = FOV): View {
  if (mode === "2d") return fitFlatView(bounds.center, bounds.extent, width, height, fov);
  return fitView(bounds, width, height, fov);
}

/** Whether the view is one of all points that nobody has touched. */
export function isHome(view: View, bounds: Bounds): boolean {
  const home = homeView(bounds, view.mode, view, view.fov);
  const slack = SAME * length(subtract(home.position, home.target));
  const near = (from: Vec3, to: Vec3) => length(subtract(from, to)) <= slack;
  return near(view.position, home.position) && near(view.target, home.target);
}

/**
 * The view in the other mode: of all points where it was, else of the same target, at which nothing
 * changes its place. `solid` gives a way back its direction.
 */
export function inMode(view: View, mode: Mode, bounds: Bounds, solid: View | undefined): View {
  if (view.mode === mode) return view;
  if (isHome(view, bounds)) return homeView(bounds, mode, view, view.fov);
  const distance = length(subtract(view.position, view.target));
  if (mode === "2d") return { ...view, mode, position: above(view.target, distance), up: FLAT_UP };
  const direction = solid === undefined ? HOME : normalize(subtract(solid.position, solid.target));
  return { ...view, mode, position: add(view.target, direction, distance), up: solid?.up ?? HOME_UP };
}

/** Keeps the mode of `view`, its direction, its up and its fov. */
export function zoomView(view: View, bounds: Bounds, wholeRadius: number): View {
  const least = LEAST_RADIUS * (wholeRadius > 0 ? wholeRadius : 1);
  const { center: target, radius, extent } = bounds;
  const { fov, width, height } = view;
  if (view.mode === "2d") {
    const box: Vec3 = [Math.max(extent[0], least), Math.max(extent[1], least), 0];
    return { ...view, target, position: above(target, flatDistance(box, fov, width, height)) };
  }
  const direction = normalize(subtract(view.position, view.target));
  const distance = distanceFor(Math.max(radius, least), fov, width, height);
  return { ...view, target, position: add(target, direction, distance) };
}

/** Center of the bounding box, half its sides, the largest distance from it; undefined without finite points. */
export function boundsOf(positions: Float32Array, ids: Int32Array): Bounds | undefined {
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
  const half = (axis: number) => ((high[axis] ?? 0) - (low[axis] ?? 0)) / 2;
  return { center, radius: farthest(positions, ids, center), extent: [half(0), half(1), half(2)] };
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
