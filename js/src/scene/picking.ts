// The point under the pointer, found on the CPU among the points that are visible.

import { forEachVisible, type Scope } from "../geometry/visible";
import { hasBit } from "../protocol/bitmask";
import type { View } from "../protocol/messages";

/** Reach of the pointer in CSS pixels. */
const REACH = 8;
/** Points this much nearer to the pointer, in pixels, win over points in front of them. */
const TIE = 3;

export function pick(positions: Float32Array, scope: Scope, view: View, x: number, y: number): number | undefined {
  let best: number | undefined;
  let [bestRing, bestDepth] = [Infinity, Infinity];
  const [source, offered, offset] = shownPositions(positions, scope);
  const { hidden } = scope;
  // The bits count all points, the mixture those of an epoch.
  forEachVisible(source, { ...offered, hidden: undefined }, view, (id, px, py, depth) => {
    if (hidden !== undefined && hasBit(hidden, id + offset)) return;
    const away = (px - x) * (px - x) + (py - y) * (py - y);
    if (away > REACH * REACH) return;
    const ring = Math.floor(Math.sqrt(away) / TIE);
    if (ring > bestRing || (ring === bestRing && depth >= bestDepth)) return;
    best = id + offset;
    bestRing = ring;
    bestDepth = depth;
  });
  return best;
}

/** Between two epochs the picture shows a mixture, and so must the pointer. */
function shownPositions(positions: Float32Array, scope: Scope): [Float32Array, Scope, number] {
  const { shape, show, epoch } = scope;
  const below = Math.floor(epoch);
  const part = epoch - below;
  if (part === 0 || below + 1 >= shape[0] || show === "all" || show === "epochs") return [positions, scope, 0];
  const perEpoch = shape[1] * shape[2];
  const from = positions.subarray(below * perEpoch * 3, (below + 1) * perEpoch * 3);
  const to = positions.subarray((below + 1) * perEpoch * 3, (below + 2) * perEpoch * 3);
  const mixed = from.map((value, i) => value + ((to[i] as number) - value) * part);
  const nearest = below + (part >= 0.5 ? 1 : 0);
  return [mixed, { ...scope, shape: [1, shape[1], shape[2]], epoch: 0 }, nearest * perEpoch];
}
