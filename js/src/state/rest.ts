// A notebook keeps the model of every cell that ran, long after its picture is gone. A session without
// a view lets go of its bulk after a while; the next view has it sent again. One that never had a view
// is perhaps shown by a later cell, so that it waits longer, and until the kernel answers: a busy one
// could not send it in time.

/** Milliseconds without a view: one that only moves, to another tab say, is back sooner. */
export const PATIENCE = 10_000;
/** Milliseconds that the first view is waited for before the kernel is asked; then `PATIENCE` more. */
export const FIRST_PATIENCE = 60_000;

export interface Rest {
  /** Counts a view; the returned function uncounts it. */
  attach(): () => void;
  dispose(): void;
}

export interface Resting {
  letGo(): void;
  comeBack(): void;
  /** Asks the kernel for a sign; false where there is none any more. */
  ask(): boolean;
  /** True when the kernel has given it. */
  answered(): boolean;
}

export function createRest({ letGo, comeBack, ask, answered }: Resting): Rest {
  let views = 0;
  let resting = false;
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const rest = () => {
    resting = true;
    letGo();
  };
  const restIfAnswered = () => {
    if (answered()) rest();
    else awaitFirst();
  };
  const awaitFirst = () => {
    timer = setTimeout(() => {
      if (ask()) timer = setTimeout(restIfAnswered, PATIENCE);
    }, FIRST_PATIENCE);
  };
  const detach = () => {
    views--;
    if (views === 0 && !over) timer = setTimeout(rest, PATIENCE);
  };

  awaitFirst();
  return {
    attach() {
      views++;
      clearTimeout(timer);
      if (resting) comeBack();
      resting = false;
      let attached = true;
      return () => {
        if (attached) detach();
        attached = false;
      };
    },
    dispose() {
      over = true;
      clearTimeout(timer);
    },
  };
}
