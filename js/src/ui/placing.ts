// Where the card stands: beside the pointer, away from the trajectory that is lit where there is room,
// never over the picture's edge.

import { createProjector, projectInto } from "../geometry/projection";
import type { Session } from "../state/session";
import { pointsOf, trajectoryOf } from "../state/trajectory";

/** CSS pixels between the pointer and the card. */
const GAP = 14;
/** CSS pixels that stay free at the picture's edge. */
export const MARGIN = 4;

type Place = readonly [x: number, y: number];

/** The card's left or top: after the pointer, or before it where `lean` says that the way runs after it. */
export function place(pointer: number, size: number, available: number, lean = 0): number {
  const [after, before] = [pointer + GAP, pointer - GAP - size];
  const fits = after + size + MARGIN <= available && !(lean > 0 && before >= MARGIN);
  return Math.max(MARGIN, Math.min(fits ? after : before, available - size - MARGIN));
}

/** How far, on average, the lit trajectory lies to the right of and below a place on the canvas. */
export function leanOf({ store, data }: Session, at: Place, size: Place): Place {
  const way = trajectoryOf(store);
  if (way === undefined) return [0, 0];
  const projector = createProjector({ ...store.get("view"), width: size[0], height: size[1] });
  const positions = data.positions();
  const pixel = new Float64Array(3);
  let [x, y] = [0, 0];
  for (const id of pointsOf(store.get("meta").shape, way)) {
    const [px = Number.NaN, py = Number.NaN, pz = Number.NaN] = positions.subarray(3 * id, 3 * id + 3);
    if (!projectInto(pixel, projector, px, py, pz)) continue;
    x += (pixel[0] as number) - at[0];
    y += (pixel[1] as number) - at[1];
  }
  return [x / way.points, y / way.points];
}
