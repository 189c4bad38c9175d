// Ownership: whoever allocates something registers how to let go of it, in one bag per owner.

export interface Disposer {
  /** Registers a release; run at once when the bag is already closed. */
  add(release: () => void): void;
  /** Adds an event listener that the bag removes. */
  listen(target: EventTarget, type: string, listener: (event: never) => void, options?: AddEventListenerOptions): void;
  /** Runs the releases, last registered first, once. */
  dispose(): void;
  readonly size: number;
}

export function createDisposer(): Disposer {
  const releases: (() => void)[] = [];
  let closed = false;
  const add = (release: () => void) => {
    if (closed) release();
    else releases.push(release);
  };
  return {
    add,
    listen(target, type, listener, options) {
      const handler = listener as EventListener;
      target.addEventListener(type, handler, options);
      add(() => target.removeEventListener(type, handler, options));
    },
    dispose() {
      closed = true;
      for (let release = releases.pop(); release !== undefined; release = releases.pop()) release();
    },
    get size() {
      return releases.length;
    },
  };
}
