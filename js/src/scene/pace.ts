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
export const FEW = 60_000;
/** Milliseconds that a picture may take while things move. */
const MOVING_MS = 60;
/** Longest wait between two looks whether the GPU is done; at first it is looked sooner, as a fast one is. */
const POLL_MS = 32;
/** For so long what was found is taken to hold: asking costs more than it tells. */
const HOLDS_MS = 10_000;
/** So many times the points tell more: with few of them it is shaders and uploads that take the time. */
const MORE = 2;

export function createPace(): Pace {
  // Milliseconds for a point. Slow until known: the first picture is there at once.
  let each = MOVING_MS / FEW;
  let found = { at: Number.NEGATIVE_INFINITY, points: 0 };
  let giveUp: (() => void) | undefined;
  const watch = (gl: WebGL2RenderingContext, fence: WebGLSync, points: number) => {
    const start = performance.now();
    let polling = 0;
    const poll = () => {
      if (gl.isContextLost()) return giveUp?.();
      const now = performance.now();
      if (gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED) {
        each = (now - start) / points;
        found = { at: now, points };
        return giveUp?.();
      }
      polling = window.setTimeout(poll, Math.min(POLL_MS, 1 + (now - start) / 2));
    };
    giveUp = () => {
      window.clearTimeout(polling);
      gl.deleteSync(fence);
      giveUp = undefined;
    };
    polling = window.setTimeout(poll, 0);
  };
  return {
    thinning(points, shape) {
      const most = Math.max(FEW, MOVING_MS / each);
      return points <= most ? 1 : coprime(Math.ceil(points / most), shape[1] * shape[2]);
    },
    measure(gl, points) {
      const isOld = performance.now() - found.at >= HOLDS_MS && points * MORE > found.points;
      const tellsMore = isOld || points >= MORE * found.points;
      // One at a time: frames that follow each other closely would never let one be found.
      if (giveUp !== undefined || points < FEW / 2 || !tellsMore) return;
      const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
      if (fence === null) return;
      gl.flush();
      watch(gl, fence, points);
    },
    dispose: () => giveUp?.(),
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
