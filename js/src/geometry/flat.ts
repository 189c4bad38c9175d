// What a hand does to a view in 2-D: it moves the picture, and comes nearer to the place it points at,
// which stays where it is. CSS pixels; only the camera moves.

import type { Vec3, View } from "../protocol/messages";
import { createProjector } from "./projection";
import { length, subtract } from "./vector";

/** How near and how far a camera may go, as parts of the distance that shows all. */
const NEAREST = 1e-5;
const FARTHEST = 100;

/** The picture moved to the right and down. */
export function panView(view: View, right: number, down: number): View {
  const { focal } = createProjector(view);
  const [x, y] = [(-right * distanceOf(view)) / focal, (down * distanceOf(view)) / focal];
  const move = (place: Vec3): Vec3 => [place[0] + x, place[1] + y, place[2]];
  return { ...view, position: move(view.position), target: move(view.target) };
}

/** Nearer to what is at (x, y) by a factor; `home` is the distance that shows all. */
export function approach(view: View, factor: number, x: number, y: number, home: number): View {
  const before = distanceOf(view);
  const distance = withinReach(before / factor, home);
  const [target, part] = [view.target, distance / before];
  const nearer = { ...view, position: [target[0], target[1], target[2] + distance] as Vec3 };
  // The place stood so far from the middle, and would move toward or away from it.
  const [right, down] = [x - view.width / 2, y - view.height / 2];
  return panView(nearer, right * (1 - 1 / part), down * (1 - 1 / part));
}

/** A distance that is neither too near nor too far to see anything. */
export function withinReach(distance: number, home: number): number {
  return Math.min(FARTHEST * home, Math.max(NEAREST * home, distance));
}

export function distanceOf({ position, target }: View): number {
  return length(subtract(target, position));
}
