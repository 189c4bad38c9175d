// A notebook keeps the model of every cell that ran, long after its picture is gone. A session that
// had a view and has had none for a while lets go of its bulk; the next view has it sent again.

/** Milliseconds without a view: one that only moves, to another tab say, is back sooner. */
export const PATIENCE = 10_000;

export interface Rest {
  /** Counts a view; the returned function uncounts it. */
  attach(): () => void;
  dispose(): void;
}

export function createRest(letGo: () => void, comeBack: () => void): Rest {
  let views = 0;
  let resting = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const rest = () => {
    resting = true;
    letGo();
  };
  const detach = () => {
    views--;
    if (views === 0) timer = setTimeout(rest, PATIENCE);
  };

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
    dispose: () => clearTimeout(timer),
  };
}
