import { describe, expect, it } from "vitest";
import { fitView } from "../../src/geometry/fit";
import { createProjector, projectInto } from "../../src/geometry/projection";
import { forEachVisible, type Scope } from "../../src/geometry/visible";
import type { View } from "../../src/protocol/messages";
import { createPick } from "../../src/scene/picking";

const SHAPE = [3, 2, 2] as const;
const VIEW = fitView({ center: [0, 0, 0], radius: 2 }, 800, 600);
const NOW = { show: "epoch", epoch: 0, step: null, epochWindow: null, stepWindow: null } as const;
const SCOPE = { shape: SHAPE, ...NOW, hiddenUnits: [], hidden: undefined };

/** Points far apart, moving with the epoch. */
const positions = Float32Array.from({ length: 36 }, (_, k) => Math.sin(2.3 * (k % 12) + 1) + Math.floor(k / 12) * 0.3);

function pick(from: Float32Array, scope: Scope, view: View, x: number, y: number): number | undefined {
  return createPick(from, scope, view)(x, y);
}

function pixel(x: number, y: number, z: number): [number, number] {
  const at = new Float64Array(3);
  projectInto(at, createProjector(VIEW), x, y, z);
  return [at[0] ?? NaN, at[1] ?? NaN];
}

function place(id: number): [number, number, number] {
  return [positions[id * 3] ?? NaN, positions[id * 3 + 1] ?? NaN, positions[id * 3 + 2] ?? NaN];
}

describe("pick", () => {
  it("finds each visible point, point 0 too, at its own pixel and within reach of it", () => {
    for (let id = 0; id < 4; id++) {
      const [x, y] = pixel(...place(id));
      expect(pick(positions, SCOPE, VIEW, x, y)).toBe(id);
      expect(pick(positions, SCOPE, VIEW, x + 5, y - 5)).toBe(id);
    }
    expect(pick(positions, SCOPE, VIEW, -500, -500)).toBeUndefined();
  });

  it("finds what a search through all points finds, also at the edges", () => {
    const shape = [4, 25, 20] as const;
    const many = Float32Array.from({ length: 3 * 2000 }, (_, k) => 4 * Math.sin(12.9898 * k * k + k));
    const scope = { ...SCOPE, shape, show: "all" } as const;
    const found = createPick(many, scope, VIEW);
    let hits = 0;
    for (let i = 0; i < 1500; i++) {
      const [x, y] = [(i * 97) % 801, (i * 61) % 601];
      const near: { id: number; ring: number; depth: number }[] = [];
      forEachVisible(many, scope, VIEW, (id, px, py, depth) => {
        const away = Math.hypot(px - x, py - y);
        if (away <= 8) near.push({ id, ring: Math.floor(away / 3), depth });
      });
      near.sort((a, b) => a.ring - b.ring || a.depth - b.depth);
      expect(found(x, y)).toBe(near[0]?.id);
      hits += near.length > 0 ? 1 : 0;
    }
    expect(hits).toBeGreaterThan(100);
  });

  it("finds the first of points at one place", () => {
    const same = Float32Array.from({ length: 36 }, (_, k) => [0.1, 0.2, 0.3][k % 3] ?? 0);
    const [x, y] = pixel(0.1, 0.2, 0.3);
    expect(pick(same, { ...SCOPE, show: "all" }, VIEW, x, y)).toBe(0);
    expect(pick(same, { ...SCOPE, epoch: 1 }, VIEW, x, y)).toBe(4);
  });

  it("passes over hidden units and other steps", () => {
    const [x, y] = pixel(...place(1));
    expect(pick(positions, { ...SCOPE, hiddenUnits: [1] }, VIEW, x, y)).toBeUndefined();
    expect(pick(positions, { ...SCOPE, hidden: Uint8Array.of(0b10, 0) }, VIEW, x, y)).toBeUndefined();
    expect(pick(positions, { ...SCOPE, hidden: Uint8Array.of(0b11111101, 255) }, VIEW, x, y)).toBe(1);
    expect(pick(positions, { ...SCOPE, step: 1 }, VIEW, x, y)).toBeUndefined();
  });

  it("meets a point between two epochs where it is drawn, and names the nearer epoch", () => {
    const [from, to] = [place(2), place(6)];
    const between = (part: number) =>
      pixel(from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part, from[2] + (to[2] - from[2]) * part);
    expect(pick(positions, { ...SCOPE, epoch: 0.25 }, VIEW, ...between(0.25))).toBe(2);
    expect(pick(positions, { ...SCOPE, epoch: 0.75 }, VIEW, ...between(0.75))).toBe(6);
    const hidden = Uint8Array.of(0b01000000, 0);
    expect(pick(positions, { ...SCOPE, epoch: 0.25, hidden }, VIEW, ...between(0.25))).toBe(2);
    expect(pick(positions, { ...SCOPE, epoch: 0.75, hidden }, VIEW, ...between(0.75))).not.toBe(6);
  });

  it("meets a point that the next epoch lacks where it was", () => {
    const lacking = positions.slice().fill(Number.NaN, 12);
    expect(pick(lacking, { ...SCOPE, epoch: 0.25 }, VIEW, ...pixel(...place(2)))).toBe(2);
  });

  it("prefers a lit point to one in front of it that is not, which it is drawn over", () => {
    const stacked = positions.slice();
    for (let axis = 0; axis < 3; axis++) {
      stacked[axis] = 0;
      stacked[9 + axis] = 0.2 * (VIEW.position[axis] ?? 0);
    }
    expect(createPick(stacked, SCOPE, VIEW, (id) => id === 0)(400, 300)).toBe(0);
    expect(createPick(stacked, SCOPE, VIEW, () => false)(400, 300)).toBe(3);
  });

  it("prefers the front one of two points on one pixel", () => {
    const stacked = positions.slice();
    for (let axis = 0; axis < 3; axis++) {
      stacked[axis] = 0;
      stacked[9 + axis] = 0.2 * (VIEW.position[axis] ?? 0);
    }
    expect(pick(stacked, SCOPE, VIEW, 400, 300)).toBe(3);
  });
});
