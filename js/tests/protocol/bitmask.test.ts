import { describe, expect, it } from "vitest";
import {
  bitIds,
  countBits,
  createMask,
  difference,
  hasBit,
  intersection,
  setBit,
  union,
} from "../../src/protocol/bitmask";

const POINTS = 203;

function maskOf(ids: readonly number[]): Uint8Array {
  const mask = createMask(POINTS);
  for (const id of ids) setBit(mask, id);
  return mask;
}

/** Every third, and every fifth point: point 0 and the last are among them. */
const THIRDS = Array.from({ length: 68 }, (_, i) => i * 3).filter((id) => id < POINTS);
const FIFTHS = Array.from({ length: 41 }, (_, i) => i * 5).filter((id) => id < POINTS);

describe("bitmask", () => {
  it("puts point i at bit i & 7 of byte i >> 3", () => {
    expect([...maskOf([0, 9, 202])].map((byte, i) => [i, byte]).filter(([, byte]) => byte !== 0)).toEqual([
      [0, 1],
      [1, 2],
      [25, 4],
    ]);
  });

  it("lists what was set", () => {
    expect([...bitIds(maskOf(THIRDS))]).toEqual(THIRDS);
    expect(countBits(maskOf(THIRDS))).toBe(THIRDS.length);
    expect(THIRDS.every((id) => hasBit(maskOf(THIRDS), id))).toBe(true);
    expect(hasBit(maskOf(THIRDS), 1)).toBe(false);
  });

  it("combines as sets do", () => {
    const [a, b] = [maskOf(THIRDS), maskOf(FIFTHS)];
    expect([...bitIds(union(a, b))]).toEqual([...new Set([...THIRDS, ...FIFTHS])].sort((x, y) => x - y));
    expect([...bitIds(intersection(a, b))]).toEqual(THIRDS.filter((id) => FIFTHS.includes(id)));
    expect([...bitIds(difference(a, b))]).toEqual(THIRDS.filter((id) => !FIFTHS.includes(id)));
  });
});
