// Observable state: plain values under named keys. A patch is applied whole before anyone is told,
// and a listener of several keys is told once.

import type { State, Store } from "./session";

export interface OwnedStore extends Store {
  /** Forgets all listeners. */
  dispose(): void;
  readonly listeners: number;
}

interface Entry {
  readonly keys: readonly (keyof State)[];
  readonly listener: () => void;
}

export function createStore(initial: State): OwnedStore {
  const state: State = { ...initial };
  const entries = new Set<Entry>();
  return {
    get: (key) => state[key],
    set(patch) {
      const names = Object.keys(patch) as (keyof State)[];
      const changed = new Set(names.filter((key) => !Object.is(state[key], patch[key])));
      if (changed.size === 0) return;
      Object.assign(state, patch);
      for (const entry of [...entries]) {
        if (entries.has(entry) && entry.keys.some((key) => changed.has(key))) entry.listener();
      }
    },
    on(keys, listener) {
      const entry = { keys, listener };
      entries.add(entry);
      return () => {
        entries.delete(entry);
      };
    },
    dispose: () => entries.clear(),
    get listeners() {
      return entries.size;
    },
  };
}
