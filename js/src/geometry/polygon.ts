// Even-odd rule: a point is inside when a ray to the right crosses an odd number of edges. The
// comparisons are those of widget/lasso.py, so that a point on an edge falls the same way.

export type Polygon = readonly (readonly [number, number])[];

export interface FlatPolygon {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Slack of the box in x, in pixels: there the crossing is computed with rounding, in y it is not. */
const BOX_SLACK = 1e-6;

export function flattenPolygon(polygon: Polygon): FlatPolygon {
  const x = Float64Array.from(polygon, (vertex) => vertex[0]);
  const y = Float64Array.from(polygon, (vertex) => vertex[1]);
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < polygon.length; i++) {
    left = Math.min(left, x[i] ?? NaN);
    right = Math.max(right, x[i] ?? NaN);
    top = Math.min(top, y[i] ?? NaN);
    bottom = Math.max(bottom, y[i] ?? NaN);
  }
  return { x, y, left: left - BOX_SLACK, right: right + BOX_SLACK, top, bottom };
}

export function insidePolygon(flat: FlatPolygon, px: number, py: number): boolean {
  if (py < flat.top || py > flat.bottom || px < flat.left || px > flat.right) return false;
  const { x, y } = flat;
  const n = x.length;
  if (n < 3) return false;
  let inside = false;
  let xj = x[n - 1] as number;
  let yj = y[n - 1] as number;
  for (let i = 0; i < n; i++) {
    const xi = x[i] as number;
    const yi = y[i] as number;
    if (yi > py !== yj > py && px < ((xj - xi) * (py - yi)) / (yj - yi) + xi) inside = !inside;
    xj = xi;
    yj = yi;
  }
  return inside;
}
