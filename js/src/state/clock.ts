// Playback: while playing, the epoch advances by speed × elapsed time once an animation frame,
// waits in front of epochs that are not here yet, and starts over at the end. One clock a session,
// however many views; without a view it rests.

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

/** The next epoch after `seconds`, in front of the first epoch that is missing. */
export function advance(epoch: number, seconds: number, speed: number, epochs: number, has: Data["hasEpoch"]): number {
  const end = epochs - 1;
  if (epoch >= end) return has(0) ? 0 : epoch;
  const next = Math.min(end, epoch + speed * seconds);
  for (let whole = Math.floor(epoch) + 1; whole <= Math.ceil(next); whole++) {
    if (!has(whole)) return Math.max(epoch, whole - 1);
  }
  return next;
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
    const epochs = store.get("meta").shape[0];
    if (leads()) store.set({ epoch: advance(store.get("epoch"), seconds, store.get("speed"), epochs, data.hasEpoch) });
    update();
  };
  const update = () => {
    const running = store.get("playing") && views > 0;
    if (running && handle === undefined) handle = ticker.request(frame);
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
