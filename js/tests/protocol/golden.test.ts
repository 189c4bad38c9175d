// The wire in golden bytes: what Python writes is read here, what is written here Python reads
// (tests/widget/test_protocol.py), both from tests/golden/wire.json.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bitIds, createMask, setBit } from "../../src/protocol/bitmask";
import { toBytes } from "../../src/protocol/buffers";
import { decode } from "../../src/protocol/decode";
import { encode } from "../../src/protocol/encode";
import type { ToKernel } from "../../src/protocol/messages";

interface Golden {
  readonly shape: readonly number[];
  readonly positions: readonly number[];
  readonly selected: readonly number[];
  readonly to_browser: Readonly<Record<string, { header: Record<string, unknown>; buffers: readonly string[] }>>;
  readonly from_browser: Readonly<Record<ToKernel["kind"], ToKernel>>;
  readonly polygon_buffer: string;
}

const golden = JSON.parse(readFileSync(new URL("../../../tests/golden/wire.json", import.meta.url), "utf8")) as Golden;

function received(kind: string) {
  const { header, buffers } = golden.to_browser[kind] ?? { header: {}, buffers: [] };
  return { header, message: decode(header, buffers) };
}

describe("from Python", () => {
  it("frames", () => {
    const { header, message } = received("frames");
    expect(message).toMatchObject(header);
    const first = 18 * Number(header.first);
    expect(message).toMatchObject({ positions: Float32Array.from(golden.positions.slice(first)) });
  });

  it("a channel with a value that is missing", () => {
    const { header, message } = received("channel");
    expect(message).toEqual({ ...header, values: Float32Array.of(0.5, Number.NaN, -2) });
  });

  it("a selection", () => {
    const { header, message } = received("selection");
    expect(message).toMatchObject(header);
    if (message.kind !== "selection") throw new Error(message.kind);
    expect([...bitIds(message.mask)]).toEqual(golden.selected);
    expect(bitIds(message.domain)).toHaveLength(18);
  });

  it("a unit's trace, with a step that no sample of a class takes part in", () => {
    const { header, message } = received("trace");
    const deviation = [Math.fround(Math.sqrt(8 / 3)), 0.5];
    expect(message).toEqual({ ...header, rows: Float32Array.of(2, 1.5, ...deviation, 1, 1.5, 4, Number.NaN) });
  });

  it("the points of a group, and means over units where there are none of the rest", () => {
    const group = received("group");
    expect(group.message).toMatchObject(group.header);
    if (group.message.kind !== "group") throw new Error(group.message.kind);
    expect([...bitIds(group.message.mask)]).toEqual(golden.selected);
    const { header, message } = received("means");
    const none = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    expect(message).toEqual({ ...header, rows: Float32Array.of(0.5, 1, 0.25, 0, ...none) });
  });

  it.each(["groups", "ablation", "told", "meta", "error"] as const)("a message without buffers: %s", (kind) => {
    const { header, message } = received(kind);
    expect(message).toEqual(header);
  });
});

describe("to Python", () => {
  it("the headers of all kinds, as they stand", () => {
    const window = {
      view: { mode: "3d", position: [0, 0.5, 4], target: [0, 0, 0], up: [0, 1, 0], fov: 50, width: 640, height: 480 },
      show: "epoch",
      epoch: 1,
      step: null,
      epoch_window: [0, 1],
      step_window: null,
      hidden_units: [2],
      filters: { speed: { range: [0.5, null] } },
    } as const;
    const messages: ToKernel[] = [
      {
        kind: "hello",
        page: "b",
        generation: "g",
        frames: [[0, 2]],
        channels: { speed: 4 },
        selection: 1,
        meta: 1,
        number: 2,
        word: { page: "b", word: 4, seen: 3, epoch: 1.5, joined: { epoch: { at: 7, pages: ["b", "c"] } } },
      },
      { kind: "ack", seq: 12 },
      { kind: "rest", page: "a", going: true },
      { kind: "ask_trace", generation: "g", epoch: 2, unit: 1 },
      { kind: "units", id: "a-4", page: "b", after: [], seen: 3, word: 4, combine: "add", units: [2] },
      {
        kind: "command",
        id: "a-3",
        page: "b",
        after: [],
        seen: 3,
        word: 4,
        name: "undo",
        window,
        joined: { epoch: { at: 7, pages: ["b", "c"] } },
      },
      { kind: "ask_means", generation: "g", question: "q-2", epoch: 2, units: [0, 2] },
      { kind: "ask_group", generation: "g", question: "q-1", name: "early movers" },
      { kind: "ask_channel", generation: "g", name: "label" },
      { kind: "ask_ablation", generation: "g" },
      {
        kind: "where",
        id: "a-5",
        page: "b",
        after: [],
        seen: 3,
        word: 4,
        channel: "speed",
        where: { range: [0.5, null] },
        combine: "add",
        window,
      },
      { kind: "grow", id: "a-6", page: "b", after: [], seen: 3, word: 4, k: 5, window },
      {
        kind: "group",
        id: "a-7",
        page: "b",
        after: [],
        seen: 3,
        word: 4,
        deed: "rename",
        name: "early movers",
        value: "late movers",
      },
    ];
    for (const message of messages) expect(encode(message).content).toEqual(golden.from_browser[message.kind]);
    const asked = ["ask_ablation", "ask_channel", "ask_group", "ask_means", "ask_trace"];
    const kinds = ["ack", ...asked, "command", "group", "grow", "hello", "polygon", "rest", "units", "where"];
    expect(Object.keys(golden.from_browser).sort()).toEqual(kinds);
  });

  it("the bits of a polygon's points", () => {
    const mask = createMask(18);
    for (const id of golden.selected) setBit(mask, id);
    const { buffers } = encode(golden.from_browser.polygon, mask);
    expect(new Uint8Array(buffers[0] ?? new ArrayBuffer(0))).toEqual(toBytes(golden.polygon_buffer));
  });
});
