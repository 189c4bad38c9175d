// A throttle with an exact trailing edge: the first call acts at once, later ones at most once an
// interval, and the last one always acts.

export interface Throttle {
  call(): void;
  /** Acts now if a call waits. */
  flush(): void;
  /** True while a call waits. */
  readonly waiting: boolean;
  cancel(): void;
}

export function createThrottle(act: () => void, interval: number): Throttle {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting = false;
  const tick = () => {
    timer = undefined;
    if (waiting) run();
  };
  const run = () => {
    waiting = false;
    if (timer !== undefined) clearTimeout(timer);
    timer = setTimeout(tick, interval);
    act();
  };
  return {
    call() {
      waiting = true;
      if (timer === undefined) run();
    },
    flush() {
      if (waiting) run();
    },
    get waiting() {
      return waiting;
    },
    cancel() {
      waiting = false;
      if (timer !== undefined) clearTimeout(timer);
      timer = undefined;
    },
  };
}
