// Where drawing is slow, as without a graphics card, large pictures keep up with the hand: a part of
// the points is drawn while things move, all of them at rest.

import type { Shape } from "../geometry/points";

export interface Pace {
  /** Of so many points, one in how many is drawn now; 1 for all. */
  thinning(points: number, shape: Shape): number;
  /** Finds out how long the points just drawn take. */
  measure(gl: WebGL2RenderingContext, points: number): void;
  dispose(): void;
}

/** So many points are drawn at once by any machine; what fewer take says little about more. */
const FEW = 60_000;
/** Milliseconds that a picture may take while things move. */
const MOVING_MS = 60;
const POLL_MS = 32;
/** For so long what was found is taken to hold: asking costs more than it tells. */
const HOLDS_MS = 10_000;

export function createPace(): Pace {
  // Milliseconds for a point. Slow until known: the first picture is there at once.
  let each = MOVING_MS / FEW;
  let polling: number | undefined;
  let found = Number.NEGATIVE_INFINITY;
  const dispose = () => window.clearTimeout(polling);
  return {
    thinning(points, shape) {
      const most = Math.max(FEW, MOVING_MS / each);
      return points <= most ? 1 : coprime(Math.ceil(points / most), shape[1] * shape[2]);
    },
    measure(gl, points) {
      const start = performance.now();
      if (start - found < HOLDS_MS) return;
      dispose();
      const fence = points < FEW / 2 ? null : gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
      if (fence === null) return;
      gl.flush();
      const poll = () => {
        if (gl.isContextLost()) return;
        if (gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED) {
          found = performance.now();
          each = (found - start) / points;
          gl.deleteSync(fence);
        } else polling = window.setTimeout(poll, POLL_MS);
      };
      polling = window.setTimeout(poll, 0);
    },
    dispose,
  };
}

/** The least number from `least` on without a factor in common: multiples of it meet every unit and step. */
export function coprime(least: number, other: number): number {
  let found = least;
  while (divisor(found, other) > 1) found++;
  return found;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
