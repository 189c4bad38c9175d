import { describe, expect, it } from "vitest";
import { createStore } from "../../src/state/create-store";
import type { State } from "../../src/state/session";

function store() {
  return createStore({ epoch: 0, step: null, playing: false } as State);
}

describe("store", () => {
  it("tells a listener of several keys once, after all are set", () => {
    const made = store();
    const seen: unknown[] = [];
    made.on(["epoch", "playing"], () => seen.push([made.get("epoch"), made.get("playing")]));
    made.set({ epoch: 2, playing: true });
    expect(seen).toEqual([[2, true]]);
  });

  it("tells nobody of what stays the same", () => {
    const made = store();
    let calls = 0;
    made.on(["epoch", "step"], () => calls++);
    made.set({ epoch: 0, step: null });
    made.set({ playing: true });
    made.set({ epoch: Number.NaN });
    made.set({ epoch: Number.NaN });
    expect(calls).toBe(1);
  });

  it("stops telling who left, even while telling", () => {
    const made = store();
    const calls: string[] = [];
    made.on(["epoch"], () => {
      calls.push("first");
      leave();
    });
    const leave = made.on(["epoch"], () => calls.push("second"));
    made.set({ epoch: 1 });
    expect(calls).toEqual(["first"]);
    expect(made.listeners).toBe(1);
    made.dispose();
    expect(made.listeners).toBe(0);
  });
});
