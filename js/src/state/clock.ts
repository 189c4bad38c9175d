// Playback: while playing, the epoch moves by speed × elapsed time once an animation frame, forward
// or back inside its window, waits in front of epochs that are not here yet, and at the end starts
// over or stops. One clock a session, however many views; without a view it rests.

import { endsOf } from "../geometry/interval";
import type { Direction, Interval } from "../protocol/messages";
import type { Data, Store } from "./session";

/** A frame after a pause of the page (a hidden tab) must not jump: at most this many seconds count. */
const LONGEST_FRAME = 0.25;

export interface Clock {
  /** Counts a view; the returned function uncounts it. */
  attach(): () => void;
  dispose(): void;
}

export interface Ticker {
  request(callback: (milliseconds: number) => void): number;
  cancel(handle: number): void;
}

const ANIMATION: Ticker = {
  request: (callback) => requestAnimationFrame(callback),
  cancel: (handle) => cancelAnimationFrame(handle),
};

/** How time runs: `speed` epochs a second, between two ends. */
export interface Course {
  readonly speed: number;
  readonly direction: Direction;
  readonly loop: boolean;
  readonly ends: Interval;
}

/**
 * The epoch after `seconds`, at most in front of the first that is missing on the way; undefined at the
 * end of a course that does not start over.
 */
export function advance(epoch: number, seconds: number, course: Course, has: Data["hasEpoch"]): number | undefined {
  if (isAtEnd(epoch, course)) {
    if (!course.loop || course.ends[0] === course.ends[1]) return undefined;
    return has(startOf(course)) ? startOf(course) : epoch;
  }
  const [first, last] = course.ends;
  if (course.direction === "forward") {
    const next = Math.min(last, epoch + course.speed * seconds);
    for (let whole = Math.floor(epoch) + 1; whole <= Math.ceil(next); whole++) {
      if (!has(whole)) return Math.max(epoch, whole - 1);
    }
    return next;
  }
  const next = Math.max(first, epoch - course.speed * seconds);
  for (let whole = Math.ceil(epoch) - 1; whole >= Math.floor(next); whole--) {
    if (!has(whole)) return Math.min(epoch, whole + 1);
  }
  return next;
}

function isAtEnd(epoch: number, { direction, ends: [first, last] }: Course): boolean {
  return direction === "forward" ? epoch >= last : epoch <= first;
}

function startOf({ direction, ends: [first, last] }: Course): number {
  return direction === "forward" ? first : last;
}

function courseOf(store: Store): Course {
  const ends = endsOf(store.get("epochWindow"), store.get("meta").shape[0]);
  return { speed: store.get("speed"), direction: store.get("direction"), loop: store.get("loop"), ends };
}

/** `leads`: whether this page moves the epoch, or follows another that plays. */
export function createClock(store: Store, data: Data, leads: () => boolean, ticker: Ticker = ANIMATION): Clock {
  let views = 0;
  let handle: number | undefined;
  let before: number | undefined;

  const frame = (now: number) => {
    handle = undefined;
    const seconds = before === undefined ? 0 : Math.min(LONGEST_FRAME, (now - before) / 1000);
    before = now;
    if (leads()) {
      const next = advance(store.get("epoch"), seconds, courseOf(store), data.hasEpoch);
      store.set(next === undefined ? { playing: false } : { epoch: next });
    }
    update();
  };
  /** Played again where it had stopped, time starts over. */
  const rewind = () => {
    const course = courseOf(store);
    const stopped = !course.loop && isAtEnd(store.get("epoch"), course);
    if (stopped && leads() && data.hasEpoch(startOf(course))) store.set({ epoch: startOf(course) });
  };
  const update = () => {
    const running = store.get("playing") && views > 0;
    if (running && handle === undefined) {
      handle = ticker.request(frame);
      if (before === undefined) rewind();
    }
    if (running) return;
    if (handle !== undefined) ticker.cancel(handle);
    handle = undefined;
    before = undefined;
  };
  const unlisten = store.on(["playing"], update);

  return {
    attach() {
      views++;
      update();
      let attached = true;
      return () => {
        if (attached) views--;
        attached = false;
        update();
      };
    },
    dispose() {
      unlisten();
      views = 0;
      update();
    },
  };
}
