// Messages may be lost without a word (a flooded kernel). While something is owed, the session says
// again what it has and does again what was not answered, each time after a longer silence.

/** Seconds until the first repeat, and the longest between two. */
const FIRST = 3;
const LONGEST = 60;

export interface Healer {
  /** Something was asked or arrived; `progress` forgets earlier silence. */
  touch(progress: boolean): void;
  dispose(): void;
}

export function createHealer(owed: () => boolean, repeat: () => void): Healer {
  let wait = FIRST;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
  };
  const ask = () => {
    timer = undefined;
    if (!owed()) return;
    wait = Math.min(LONGEST, wait * 2);
    repeat();
    arm();
  };
  const arm = () => {
    if (timer === undefined && owed()) timer = setTimeout(ask, wait * 1000);
  };
  return {
    touch(progress) {
      if (progress && wait !== FIRST) {
        wait = FIRST;
        stop();
      }
      arm();
    },
    dispose: stop,
  };
}
