// Python and TypeScript select the same points by values: tests/golden/where.json is written by the
// Python side, on the channels and positions of filters.json.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Shape } from "../../src/geometry/points";
import { shareOut } from "../../src/geometry/shares";
import { visibleMask } from "../../src/geometry/visible";
import { pointsWhere } from "../../src/geometry/where";
import { bitIds, createMask, setBit } from "../../src/protocol/bitmask";
import type { ChannelInfo, Show, View, Where } from "../../src/protocol/messages";

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../tests/golden/${name}.json`, import.meta.url), "utf8")) as T;
}

const { shape, view, positions, channels } = read<{
  readonly shape: Shape;
  readonly view: View;
  readonly positions: readonly number[];
  readonly channels: readonly { readonly info: ChannelInfo; readonly values: readonly (number | null)[] }[];
}>("filters");

const cases =
  read<
    readonly {
      readonly channel: string;
      readonly where: Where;
      readonly show: Show;
      readonly epoch: number;
      readonly step: number | null;
      readonly hidden_units: readonly number[];
      readonly hits: readonly number[];
    }[]
  >("where");

function channelOf(name: string) {
  const found = channels.find(({ info }) => info.name === name);
  if (found === undefined) throw new Error(name);
  return { info: found.info, values: Float32Array.from(found.values, (value) => value ?? Number.NaN) };
}

describe("points with some values", () => {
  it("are some, all and none", () => {
    expect(new Set(cases.map(({ hits }) => hits.length)).size).toBeGreaterThan(8);
  });

  it.each(
    cases.map((one) => [one.channel, JSON.stringify(one.where), one.show, one] as const),
  )("of %s %s on %s are those of Python", (_, __, ___, one) => {
    const { show, epoch, step } = one;
    const window = { epochWindow: null, stepWindow: null, hiddenUnits: one.hidden_units, hidden: undefined };
    const visible = visibleMask(Float32Array.from(positions), { shape, show, epoch, step, ...window }, view);
    expect([...bitIds(pointsWhere(shape, channelOf(one.channel), one.where, visible))]).toEqual(one.hits);
  });
});

describe("shares", () => {
  it("count the points of a mask, or all, by category", () => {
    const community = channelOf("community");
    // Units have the codes 2, none, 0, 1, 0; there are 12 slices.
    expect(shareOut(shape, community)).toEqual({ counts: [24, 12, 12, 12], total: 60 });
    const mask = createMask(60);
    for (const id of [0, 1, 5, 57, 59]) setBit(mask, id);
    expect(shareOut(shape, community, mask)).toEqual({ counts: [2, 0, 2, 1], total: 5 });
  });
});
