import { describe, expect, it } from "vitest";
import { advance, type Course, createClock, type Ticker } from "../../src/state/clock";
import { createStore } from "../../src/state/create-store";
import type { Data, State } from "../../src/state/session";
import { META } from "./fake-model";

function setup(has: (epoch: number) => boolean = () => true) {
  const waiting = new Map<number, (now: number) => void>();
  let next = 1;
  let now = 1000;
  const ticker: Ticker = {
    request(callback) {
      waiting.set(next, callback);
      return next++;
    },
    cancel: (handle) => waiting.delete(handle),
  };
  const course = { speed: 10, loop: true, direction: "forward", epochWindow: null } as const;
  const store = createStore({ meta: META, epoch: 0, playing: false, ...course } as unknown as State);
  const clock = createClock(store, { hasEpoch: has } as Data, () => true, ticker);
  const tick = (milliseconds: number) => {
    now += milliseconds;
    const due = [...waiting.values()];
    waiting.clear();
    for (const callback of due) callback(now);
  };
  return { store, clock, tick, waiting };
}

describe("clock", () => {
  it("advances by speed times elapsed time, once for two views", () => {
    const { store, clock, tick, waiting } = setup();
    clock.attach();
    clock.attach();
    store.set({ playing: true });
    expect(waiting.size).toBe(1);
    tick(16);
    expect(store.get("epoch")).toBe(0);
    tick(100);
    expect(store.get("epoch")).toBeCloseTo(1);
    expect(waiting.size).toBe(1);
  });

  it("rests without a view and goes on when one comes", () => {
    const { store, clock, tick, waiting } = setup();
    store.set({ playing: true });
    expect(waiting.size).toBe(0);
    const detach = clock.attach();
    expect(waiting.size).toBe(1);
    tick(0);
    tick(50);
    detach();
    detach();
    expect(waiting.size).toBe(0);
    expect(store.get("epoch")).toBeCloseTo(0.5);
    expect(store.get("playing")).toBe(true);
    clock.attach();
    tick(5000);
    expect(store.get("epoch")).toBeCloseTo(0.5);
  });

  it("stops at once when paused, and takes a seek while playing", () => {
    const { store, clock, tick, waiting } = setup();
    clock.attach();
    store.set({ playing: true });
    tick(0);
    store.set({ epoch: 2 });
    tick(50);
    expect(store.get("epoch")).toBeCloseTo(2.5);
    store.set({ playing: false });
    expect(waiting.size).toBe(0);
    clock.dispose();
  });

  it("does not jump after a hidden tab", () => {
    const { store, clock, tick } = setup();
    clock.attach();
    store.set({ playing: true, speed: 1 });
    tick(0);
    tick(60_000);
    expect(store.get("epoch")).toBeCloseTo(0.25);
  });
});

describe("the course", () => {
  const play = (patch: Partial<State>, ticks: number) => {
    const { store, clock, tick } = setup();
    clock.attach();
    store.set({ ...patch, playing: true });
    const epochs = [store.get("epoch")];
    tick(0);
    for (let i = 0; i < ticks; i++) {
      tick(100);
      epochs.push(store.get("epoch"));
    }
    return [epochs, store.get("playing")];
  };

  it("goes around inside the window, forward and back", () => {
    expect(play({ epochWindow: [1, 2], epoch: 1 }, 4)).toEqual([[1, 2, 1, 2, 1], true]);
    expect(play({ direction: "back", epoch: 1 }, 4)).toEqual([[1, 0, 3, 2, 1], true]);
    expect(play({ direction: "back", epochWindow: [1, 2], epoch: 1.5 }, 3)).toEqual([[1.5, 1, 2, 1], true]);
  });

  it("stops at the end without a loop, and played again starts over", () => {
    expect(play({ loop: false, epoch: 2 }, 3)).toEqual([[2, 3, 3, 3], false]);
    expect(play({ loop: false, epoch: 3 }, 2)).toEqual([[0, 1, 2], true]);
    expect(play({ loop: false, direction: "back", epochWindow: [1, 3], epoch: 1 }, 4)).toEqual([
      [3, 2, 1, 1, 1],
      false,
    ]);
  });
});

describe("advance", () => {
  const COURSE: Course = { speed: 10, direction: "forward", loop: true, ends: [0, 3] };
  const BACK: Course = { ...COURSE, direction: "back" };

  it("stands at the last epoch before it starts over", () => {
    expect(advance(2.9, 0.1, COURSE, () => true)).toBe(3);
    expect(advance(3, 0.1, COURSE, () => true)).toBe(0);
    expect(advance(0.5, 0.1, BACK, () => true)).toBe(0);
    expect(advance(0, 0.1, BACK, () => true)).toBe(3);
    expect(advance(0, 0.1, { ...COURSE, ends: [0, 0] }, () => true)).toBeUndefined();
  });

  it("waits in front of epochs that are not here yet", () => {
    const has = (epoch: number) => epoch <= 1;
    expect(advance(0.5, 0.1, COURSE, has)).toBe(1);
    expect(advance(1, 0.1, COURSE, has)).toBe(1);
    expect(advance(1, 0.1, COURSE, () => true)).toBe(2);
    expect(advance(3, 0.1, COURSE, () => false)).toBe(3);
    const hasLate = (epoch: number) => epoch >= 2;
    expect(advance(2.5, 0.1, BACK, hasLate)).toBe(2);
    expect(advance(2, 0.1, BACK, hasLate)).toBe(2);
    expect(advance(0, 0.1, BACK, (epoch) => epoch < 3)).toBe(0);
  });

  it("has no next epoch at the end without a loop", () => {
    expect(advance(3, 0.1, { ...COURSE, loop: false }, () => true)).toBeUndefined();
    expect(advance(0, 0.1, { ...BACK, loop: false }, () => true)).toBeUndefined();
  });
});
