// The point at a place of the canvas, found on the CPU among the points that are visible. They are
// projected once and sorted into cells as wide as the pointer reaches, so that a move of the pointer
// looks into nine cells however many points there are.

import { forEachVisible, type Scope, shownRuns } from "../geometry/visible";
import { hasBit } from "../protocol/bitmask";
import type { View } from "../protocol/messages";

/** Reach of the pointer in CSS pixels. */
const REACH = 8;
/** Points this much nearer to the pointer, in pixels, win over points in front of them. */
const TIE = 3;

/** The id of the point at a place, in CSS pixels from the canvas's top left. */
export type PickPoint = (x: number, y: number) => number | undefined;

/** `isLit`: whether a point is drawn over those that are not, however near these are. */
export function createPick(
  positions: Float32Array,
  scope: Scope,
  view: View,
  isLit: (id: number) => boolean = () => true,
): PickPoint {
  // One cell around the canvas, for points beyond its edge that are within reach.
  const columns = Math.ceil(view.width / REACH) + 2;
  const rows = Math.ceil(view.height / REACH) + 2;
  const { begins, ids, depths, places } = sortIntoCells(positions, scope, view, columns, rows);

  return (x, y) => {
    let best: number | undefined;
    let [bestRing, bestLit, bestDepth] = [Infinity, false, Infinity];
    const offer = (point: number) => {
      const [dx, dy] = [(places[2 * point] as number) - x, (places[2 * point + 1] as number) - y];
      const away = dx * dx + dy * dy;
      if (away > REACH * REACH) return;
      const [ring, depth] = [Math.floor(Math.sqrt(away) / TIE), depths[point] as number];
      if (ring > bestRing) return;
      const lit = isLit(ids[point] as number);
      if (ring === bestRing && (lit === bestLit ? depth >= bestDepth : bestLit)) return;
      best = ids[point];
      bestRing = ring;
      bestLit = lit;
      bestDepth = depth;
    };
    const [column, row] = [cellAt(x), cellAt(y)];
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
      const from = r * columns + Math.max(0, column - 1);
      const to = r * columns + Math.min(columns - 1, column + 1);
      const end = begins[to + 1] as number;
      for (let point = begins[from] as number; point < end; point++) offer(point);
    }
    return best;
  };
}

function cellAt(pixel: number): number {
  return Math.floor(pixel / REACH) + 1;
}

interface Sorted {
  /** Where the points of each cell begin, and where the last one's end. */
  readonly begins: Int32Array;
  readonly ids: Int32Array;
  readonly depths: Float32Array;
  /** x and y of each point. */
  readonly places: Float32Array;
}

/** Points of a cell stand side by side, and so do cells of a row: a search reads memory in one go. */
function sortIntoCells(positions: Float32Array, scope: Scope, view: View, columns: number, rows: number): Sorted {
  const [source, offered, offset] = shownPositions(positions, scope);
  const { hidden } = scope;
  const count = shownRuns(offered).reduce((sum, run) => sum + run.count, 0);
  const [found, cells] = [new Int32Array(count), new Int32Array(count)];
  const [xs, ys, zs] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  const begins = new Int32Array(columns * rows + 1);
  let points = 0;
  // The bits count all points, the mixture those of an epoch.
  forEachVisible(source, { ...offered, hidden: undefined }, view, (id, x, y, depth) => {
    if (hidden !== undefined && hasBit(hidden, id + offset)) return;
    const [column, row] = [cellAt(x), cellAt(y)];
    if (!(column >= 0 && row >= 0 && column < columns && row < rows)) return;
    const cell = row * columns + column;
    begins[cell + 1] = (begins[cell + 1] as number) + 1;
    cells[points] = cell;
    found[points] = id + offset;
    xs[points] = x;
    ys[points] = y;
    zs[points++] = depth;
  });
  for (let cell = 1; cell < begins.length; cell++) {
    begins[cell] = (begins[cell] as number) + (begins[cell - 1] as number);
  }
  const next = begins.slice();
  const [ids, depths, places] = [new Int32Array(points), new Float32Array(points), new Float32Array(2 * points)];
  for (let point = 0; point < points; point++) {
    const cell = cells[point] as number;
    const at = next[cell] as number;
    next[cell] = at + 1;
    ids[at] = found[point] as number;
    depths[at] = zs[point] as number;
    places[2 * at] = xs[point] as number;
    places[2 * at + 1] = ys[point] as number;
  }
  return { begins, ids, depths, places };
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
  // A point that the next epoch lacks stays where it was.
  const mixed = from.map((value, i) => (Number.isNaN(to[i]) ? value : value + ((to[i] as number) - value) * part));
  const nearest = below + (part >= 0.5 ? 1 : 0);
  return [mixed, { ...scope, shape: [1, shape[1], shape[2]], epoch: 0, epochWindow: null }, nearest * perEpoch];
}
