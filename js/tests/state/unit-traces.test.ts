import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createUnitTraces, LONGEST_PATIENCE, MOST_KEPT, PATIENCE, REST } from "../../src/state/unit-traces";

const STEPS = 2;

function answer(epoch: number, unit: number, classes: string[] = []) {
  const rows = Float32Array.from({ length: (2 + classes.length) * STEPS }, (_, i) => 10 * unit + i);
  return { kind: "trace", seq: 1, generation: "g", epoch, unit, classes, rows } as const;
}

function setUp() {
  const asked: [epoch: number, unit: number][] = [];
  const traces = createUnitTraces(({ epoch, unit }) => asked.push([epoch, unit]));
  return { asked, traces };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("traces of units", () => {
  it("are asked for when the pointer rests, not of what it passes", () => {
    const { asked, traces } = setUp();
    for (let unit = 0; unit < 20; unit++) {
      traces.look({ epoch: 0, unit });
      vi.advanceTimersByTime(REST - 1);
    }
    vi.advanceTimersByTime(REST);
    expect(asked).toEqual([[0, 19]]);
    traces.put(answer(0, 19), STEPS);
    vi.advanceTimersByTime(600_000);
    expect(asked.length).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("hold mean, deviation and classes by step", () => {
    const { traces } = setUp();
    traces.put(answer(1, 2, ["a", "b"]), STEPS);
    expect(traces.get({ epoch: 1, unit: 2 })).toEqual({
      mean: Float32Array.of(20, 21),
      deviation: Float32Array.of(22, 23),
      classes: [
        { name: "a", mean: Float32Array.of(24, 25) },
        { name: "b", mean: Float32Array.of(26, 27) },
      ],
    });
    expect(traces.get({ epoch: 2, unit: 1 })).toBeUndefined();
    expect(() => traces.put(answer(0, 0), STEPS + 1)).toThrow("a trace has 6 values, got 4");
  });

  it("wait for an answer before the next question, which is about what is looked at then", () => {
    const { asked, traces } = setUp();
    for (const unit of [0, 1, 2]) {
      traces.look({ epoch: 0, unit });
      vi.advanceTimersByTime(2 * REST);
    }
    expect(asked).toEqual([[0, 0]]);
    traces.put(answer(0, 0), STEPS);
    expect(asked).toEqual([
      [0, 0],
      [0, 2],
    ]);
    traces.put(answer(0, 2), STEPS);
    traces.look({ epoch: 0, unit: 0 });
    vi.advanceTimersByTime(600_000);
    expect(asked.length).toBe(2);
  });

  it("are asked for again where no answer comes, ever more seldom, and no more when nothing is looked at", () => {
    const { asked, traces } = setUp();
    traces.look({ epoch: 0, unit: 1 });
    vi.advanceTimersByTime(REST + 3 * PATIENCE);
    expect(asked.length).toBe(3);
    vi.advanceTimersByTime(10 * LONGEST_PATIENCE);
    expect(asked.length).toBeLessThan(20);
    const before = asked.length;
    traces.look(undefined);
    vi.advanceTimersByTime(10 * LONGEST_PATIENCE);
    expect(asked.length).toBe(before);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are kept up to a number, the oldest go first, and all go with their coordinates", () => {
    const { traces } = setUp();
    for (let unit = 0; unit <= MOST_KEPT; unit++) traces.put(answer(0, unit), STEPS);
    expect(traces.get({ epoch: 0, unit: 0 })).toBeUndefined();
    expect(traces.get({ epoch: 0, unit: 1 })).toBeDefined();
    traces.forget();
    expect(traces.get({ epoch: 0, unit: 1 })).toBeUndefined();
  });
});
