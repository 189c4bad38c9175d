import { describe, expect, it } from "vitest";
import { createData } from "../../src/state/data";
import { META } from "./fake-model";

const PER_EPOCH = 2 * 3 * 3;

function frames(first: number, count: number, generation = "g1") {
  const positions = Float32Array.from({ length: count * PER_EPOCH }, (_, i) => first * PER_EPOCH + i);
  return { kind: "frames", seq: 1, generation, first, count, positions } as const;
}

function chunk(name: string, offset: number, values: number[], total: number, revision = 1) {
  const of = Float32Array.from(values);
  return { kind: "channel", seq: 1, generation: "g1", name, revision, offset, total, values: of } as const;
}

describe("positions", () => {
  it("are NaN until their epoch arrives, in any order", () => {
    const data = createData(META);
    expect(data.positions().every(Number.isNaN)).toBe(true);
    expect(data.putFrames(frames(2, 2))).toBe(true);
    expect([0, 1, 2, 3].map(data.hasEpoch)).toEqual([false, false, true, true]);
    expect(data.putFrames(frames(0, 1))).toBe(true);
    expect(data.loaded).toBe(3);
    expect(data.runs()).toEqual([
      [0, 1],
      [2, 2],
    ]);
    expect(data.positions()[2 * PER_EPOCH]).toBe(2 * PER_EPOCH);
    expect(data.positions()[1 * PER_EPOCH]).toBeNaN();
  });

  it("of another generation are dropped, a new generation starts afresh", () => {
    const data = createData(META);
    expect(data.putFrames(frames(0, 1, "old"))).toBe(false);
    expect(data.loaded).toBe(0);
    data.putFrames(frames(0, 4));
    expect(data.accept({ ...META, curves: [] })).toBe(false);
    expect(data.loaded).toBe(4);
    expect(data.accept({ ...META, generation: "g2" })).toBe(true);
    expect(data.loaded).toBe(0);
    expect(data.positions().every(Number.isNaN)).toBe(true);
  });

  it("that do not fit are refused", () => {
    const data = createData(META);
    expect(() => data.putFrames(frames(3, 2))).toThrow(/frames 3 \+ 2 do not fit 4 × 2 × 3 points/);
    expect(() => data.putFrames({ ...frames(0, 1), count: 2 })).toThrow(/do not fit/);
  });
});

describe("channels", () => {
  it("arrive in chunks and are NaN where nothing came yet", () => {
    const data = createData(META);
    data.putChannel(chunk("time", 4, [0.4, 0.5, 0.6, 0.7], 8));
    expect(data.channelValue("time", 0)).toBeNaN();
    expect(data.channelValue("time", 2 * 6)).toBeCloseTo(0.4);
    expect(data.revisions()).toEqual({ time: 1 });
    data.putChannel(chunk("time", 0, [0, 0.1, 0.2, 0.3], 8));
    expect(data.channelValue("time", 3)).toBeCloseTo(0.1);
  });

  it("are read at a point's natural axes", () => {
    const data = createData(META);
    data.putChannel(chunk("unit", 0, [7, 8, 9], 3));
    expect([0, 1, 2, 3, 23].map((id) => data.channelValue("unit", id))).toEqual([7, 8, 9, 7, 9]);
    expect(data.channelValue("nobody", 0)).toBeNaN();
  });

  it("start afresh at a new revision and ignore an old one", () => {
    const data = createData(META);
    data.putChannel(chunk("unit", 0, [1, 2, 3], 3, 2));
    expect(data.putChannel(chunk("unit", 0, [4, 5, 6], 3, 1))).toBe(false);
    expect(data.channelValue("unit", 0)).toBe(1);
    data.putChannel(chunk("unit", 2, [9], 3, 3));
    expect(data.channelValue("unit", 0)).toBeNaN();
    expect(data.channelValue("unit", 2)).toBe(9);
  });

  it("of another size than their axes are not shown", () => {
    const data = createData(META);
    data.putChannel(chunk("unit", 0, [1, 2], 2));
    expect(data.channel("unit")).toBeUndefined();
  });
});
