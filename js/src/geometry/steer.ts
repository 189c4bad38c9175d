// What the keyboard does to a view, where a hand would drag and turn a wheel: in 3-D the camera goes
// around its target, in 2-D it moves along the plane; in both it comes nearer or goes away.

import type { Vec3, View } from "../protocol/messages";
import { approach, distanceOf, panView, withinReach } from "./flat";
import { add, cross, length, normalize, subtract } from "./vector";

/** One press: radians around the target, or part of the canvas's shorter side. */
const TURN = Math.PI / 24;
const MOVE = 0.08;
/** Radians between the line of sight and the upward direction, at least: there left and right end. */
const LEAST_POLE = 0.02;

/** The camera moved by so many presses to the right and upward. */
export function steerView(view: View, right: number, upward: number): View {
  if (view.mode === "3d") return turnView(view, right * TURN, upward * TURN);
  const step = MOVE * Math.min(view.width, view.height);
  return panView(view, -right * step, upward * step);
}

/** Nearer to the middle by a factor; `home` is the distance that shows all. */
export function zoomBy(view: View, factor: number, home: number): View {
  if (view.mode === "2d") return approach(view, factor, view.width / 2, view.height / 2, home);
  const distance = withinReach(distanceOf(view) / factor, home);
  const away = normalize(subtract(view.position, view.target));
  return { ...view, position: add(view.target, away, distance) };
}

/** Around the upward direction, and toward it. */
function turnView(view: View, around: number, toward: number): View {
  const up = normalize(view.up);
  const away = normalize(subtract(view.position, view.target));
  const height = dot(away, up);
  const level = subtract(away, scaled(up, height));
  // Straight above there is no level direction: any does.
  const ahead =
    length(level) > 0 ? normalize(level) : normalize(cross(up, Math.abs(up[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]));
  const side = cross(up, ahead);
  const pole = Math.acos(Math.max(-1, Math.min(1, height)));
  const turned = Math.max(LEAST_POLE, Math.min(Math.PI - LEAST_POLE, pole - toward));
  const leveled = add(scaled(ahead, Math.cos(around)), side, Math.sin(around));
  const direction = add(scaled(up, Math.cos(turned)), leveled, Math.sin(turned));
  return { ...view, position: add(view.target, direction, distanceOf(view)) };
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function scaled(a: Vec3, factor: number): Vec3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}
