// A polygon becomes a set of points: the visible ones inside it, through the cloud or front-most only.

import { createMask, setBit } from "../protocol/bitmask";
import type { Depth, View } from "../protocol/messages";
import { createFrontmost } from "./frontmost";
import { flattenPolygon, insidePolygon, type Polygon } from "./polygon";
import { forEachVisible, type Scope } from "./visible";

export interface LassoResult {
  /** Points inside the polygon. */
  readonly hits: Uint8Array;
  /** Points that were offered: all that are visible. */
  readonly visible: Uint8Array;
}

export function resolveLasso(
  positions: Float32Array,
  scope: Scope,
  view: View,
  depth: Depth,
  polygon: Polygon,
): LassoResult {
  const points = positions.length / 3;
  const hits = createMask(points);
  const visible = createMask(points);
  const flat = flattenPolygon(polygon);
  const take = (id: number, x: number, y: number) => {
    if (insidePolygon(flat, x, y)) setBit(hits, id);
  };
  const front = depth === "front" ? createFrontmost(view.width, view.height) : undefined;
  const meet = front === undefined ? take : front.offer;
  forEachVisible(positions, scope, view, (id, x, y, z) => {
    setBit(visible, id);
    meet(id, x, y, z);
  });
  front?.forEach(take);
  return { hits, visible };
}
