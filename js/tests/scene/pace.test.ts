// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { coprime, createPace } from "../../src/scene/pace";

const SHAPE = [127, 128, 30] as const;
const POINTS = 127 * 128 * 30;

/** A GPU that is done `milliseconds` after each fence; `deleted` counts fences that were given back. */
function gpu(milliseconds: number, deleted: unknown[] = []) {
  return {
    SYNC_GPU_COMMANDS_COMPLETE: 1,
    SYNC_STATUS: 2,
    SIGNALED: 3,
    fenceSync: () => ({ since: performance.now() }),
    flush: () => {},
    deleteSync: (fence: unknown) => deleted.push(fence),
    isContextLost: () => false,
    getSyncParameter: ({ since }: { since: number }) => (performance.now() - since >= milliseconds ? 3 : 4),
  } as unknown as WebGL2RenderingContext;
}

describe("pace", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => vi.useRealTimers());

  it("draws few points whole, and a part of many at first, so that a picture is there at once", () => {
    const pace = createPace();
    expect(pace.thinning(60_000, SHAPE)).toBe(1);
    expect(pace.thinning(POINTS, SHAPE)).toBe(11);
  });

  it("draws all of them where the GPU is fast", () => {
    const pace = createPace();
    pace.measure(gpu(5), POINTS);
    vi.advanceTimersByTime(100);
    expect(pace.thinning(POINTS, SHAPE)).toBe(1);
  });

  it("draws as many as take a moment where it is slow", () => {
    const pace = createPace();
    pace.measure(gpu(480), POINTS);
    vi.advanceTimersByTime(1000);
    // An eighth would take 60 ms, and 11 is the next that has no factor in common with 30 or 128.
    expect(pace.thinning(POINTS, SHAPE)).toBe(11);
  });

  it("learns it while frame follows frame", () => {
    const pace = createPace();
    const fast = gpu(20);
    for (let frame = 0; frame < 10; frame++) {
      pace.measure(fast, POINTS);
      vi.advanceTimersByTime(16);
    }
    expect(pace.thinning(POINTS, SHAPE)).toBe(1);
  });

  it("finds a fast GPU by a part of the points, too", () => {
    const pace = createPace();
    pace.measure(gpu(2), POINTS / 11);
    vi.advanceTimersByTime(100);
    expect(pace.thinning(POINTS, SHAPE)).toBe(1);
  });

  it("takes the word of all points over that of a part, which was slow because it was the first", () => {
    const pace = createPace();
    pace.measure(gpu(400), POINTS / 11);
    vi.advanceTimersByTime(1000);
    expect(pace.thinning(POINTS, SHAPE)).toBe(11);
    pace.measure(gpu(20), POINTS);
    vi.advanceTimersByTime(100);
    expect(pace.thinning(POINTS, SHAPE)).toBe(1);
    // That holds for a while, whatever a part says.
    pace.measure(gpu(400), POINTS / 11);
    vi.advanceTimersByTime(1000);
    expect(pace.thinning(POINTS, SHAPE)).toBe(1);
  });

  it("leaves neither timer nor fence behind", () => {
    const pace = createPace();
    const deleted: unknown[] = [];
    pace.measure(gpu(50, deleted), POINTS);
    vi.advanceTimersByTime(10);
    pace.dispose();
    expect(vi.getTimerCount()).toBe(0);
    expect(deleted).toHaveLength(1);
  });

  it("learns nothing from a picture of few points, and asks a lost context nothing", () => {
    const pace = createPace();
    pace.measure(gpu(5), 1_000);
    vi.advanceTimersByTime(100);
    expect(pace.thinning(POINTS, SHAPE)).toBe(11);
    pace.measure({ ...gpu(5), isContextLost: () => true } as WebGL2RenderingContext, POINTS);
    vi.advanceTimersByTime(100);
    expect(pace.thinning(POINTS, SHAPE)).toBe(11);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("meets every unit and step", () => {
    for (const [least, other] of [
      [2, 3840],
      [8, 3840],
      [5, 1],
      [12, 97],
    ] as const) {
      const found = coprime(least, other);
      expect(found).toBeGreaterThanOrEqual(least);
      const met = new Set(Array.from({ length: other }, (_, i) => (i * found) % other));
      expect(met.size).toBe(other);
    }
  });
});
