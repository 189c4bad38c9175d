// Messages may be lost without a word (a flooded kernel). While something is still missing and
// nothing arrives, the session says again what it has, each time after a longer silence.

/** Seconds of silence before the first repeat, and the longest between two. */
const FIRST = 3;
const LONGEST = 60;

export interface Healer {
  /** Something arrived or was asked: starts the wait anew; `progress` forgets earlier silence. */
  touch(progress: boolean): void;
  dispose(): void;
}

export function createHealer(incomplete: () => boolean, hello: () => void): Healer {
  let wait = FIRST;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
  };
  const ask = () => {
    timer = undefined;
    if (!incomplete()) return;
    wait = Math.min(LONGEST, wait * 2);
    hello();
    arm();
  };
  const arm = () => {
    stop();
    if (incomplete()) timer = setTimeout(ask, wait * 1000);
  };
  return {
    touch(progress) {
      if (progress) wait = FIRST;
      arm();
    },
    dispose: stop,
  };
}
