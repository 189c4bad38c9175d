// A page that plays the kernel's part answers as Python does: tests/golden/offline.json is written by
// the Python side.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { createOfflineKernel, type OfflineKernel } from "../../src/offline/kernel";
import { type Unpacked, unpackAll } from "../../src/offline/unpacked";
import { bitIds } from "../../src/protocol/bitmask";
import { decode, type Incoming } from "../../src/protocol/decode";
import type { Operated, PageWord } from "../../src/protocol/messages";
import type { OfflineData, OfflineNow } from "../../src/protocol/offline";
import { unpack } from "../../src/protocol/packing";
import { createSession } from "../../src/state/create-session";

interface Golden {
  readonly data: OfflineData;
  readonly now: OfflineNow;
  readonly positions: readonly number[];
  readonly own: readonly (number | null)[];
  readonly selected: readonly number[];
  readonly rows: readonly (number | null)[];
  readonly said: readonly {
    readonly message: Operated;
    readonly answer: { points: number[]; units: number[]; can_undo: boolean; can_redo: boolean };
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/golden/offline.json", import.meta.url), "utf8"),
) as Golden;
const withNull = (values: Iterable<number>) => Array.from(values, (value) => (Number.isNaN(value) ? null : value));

let kept: Unpacked;
beforeAll(async () => {
  kept = await unpackAll(golden.data, golden.now);
});

function listen({ model }: OfflineKernel): { heard: Incoming[]; settle(): Promise<void> } {
  const heard: Incoming[] = [];
  model.on("msg:custom", (content: unknown, buffers: readonly unknown[]) => void heard.push(decode(content, buffers)));
  return { heard, settle: () => new Promise((resolve) => setTimeout(resolve, 0)) };
}

function last<K extends Incoming["kind"]>(heard: readonly Incoming[], kind: K): Extract<Incoming, { kind: K }> {
  const found = heard.findLast((message) => message.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} was heard`);
  return found as Extract<Incoming, { kind: K }>;
}

const WORD: PageWord = { page: "a", word: 0, seen: 0, color_by: "label" };
const HELLO = {
  kind: "hello",
  page: "a",
  generation: "",
  frames: [],
  channels: {},
  selection: 0,
  meta: 1,
  number: 1,
  word: WORD,
} as const;

describe("what it unpacks", () => {
  it("is what Python has packed", () => {
    expect(Array.from(kept.positions)).toEqual(golden.positions);
    expect(withNull(kept.channels.get("own") ?? [])).toEqual(golden.own);
    expect(Array.from(bitIds(kept.selection.selected))).toEqual(golden.selected);
    expect([...kept.groups.keys()]).toEqual(["first <b>"]);
  });

  it("is refused where sizes do not fit", async () => {
    const { positions } = golden.data;
    await expect(unpack({ ...positions, length: 5 })).rejects.toThrow("5 × float32 need 20 bytes, got 360");
    expect(() => createOfflineKernel({ ...kept, positions: new Float32Array(6) })).toThrow(
      "3 × 2 × 5 points do not fit 6 coordinates",
    );
  });
});

describe("what it answers", () => {
  it("is to operations what Python answers, step by step", async () => {
    const kernel = createOfflineKernel(kept);
    const { heard, settle } = listen(kernel);
    for (const { message, answer } of golden.said) {
      kernel.model.send(message);
      await settle();
      const { mask, units, can_undo, can_redo, done } = last(heard, "selection");
      expect({ points: Array.from(bitIds(mask)), units, can_undo, can_redo }).toEqual(answer);
      expect(done).toEqual([message.id]);
    }
  });

  it("is to a hello all that the page lacks, and where things stand", async () => {
    const kernel = createOfflineKernel(kept);
    const { heard, settle } = listen(kernel);
    kernel.model.send(HELLO);
    await settle();
    expect(heard.map(({ kind }) => kind)).toEqual(["frames", "channel", "selection", "told"]);
    expect(Array.from(last(heard, "frames").positions)).toEqual(golden.positions);
    expect(last(heard, "told").heard).toEqual({ a: [0, 1] });
    kernel.model.send({ ...HELLO, frames: [[0, 3]], channels: { label: 0 }, selection: 1, number: 2 });
    await settle();
    expect(heard.slice(4).map(({ kind }) => kind)).toEqual(["told"]);
  });

  it("is the activity of a unit, as the card shows it", async () => {
    const kernel = createOfflineKernel(kept);
    const { heard, settle } = listen(kernel);
    kernel.model.send({ kind: "ask_trace", generation: "", epoch: 1, unit: 4 });
    await settle();
    const { rows, classes } = last(heard, "trace");
    expect(classes).toEqual(["a", "b", "c"]);
    const [got, expected] = [withNull(rows), golden.rows];
    expect(got.map((value) => value === null)).toEqual(expected.map((value) => value === null));
    for (const [i, value] of expected.entries()) expect(got[i] ?? 0).toBeCloseTo(value ?? 0, 3);
  });

  it("follows the page's word: channels to color and filter by, the rule of units", async () => {
    const kernel = createOfflineKernel(kept);
    const { heard, settle } = listen(kernel);
    kernel.model.send(HELLO);
    kernel.model.set("_page", { ...WORD, word: 1, color_by: "speed", filters: { own: { range: [0, null] } } });
    kernel.model.save_changes();
    await settle();
    const names = heard.flatMap((message) => (message.kind === "channel" ? [message.name] : []));
    expect(names).toEqual(["label", "speed", "own"]);
    expect(last(heard, "told").heard).toEqual({ a: [1, 1] });
    kernel.model.send(golden.said[0]?.message);
    kernel.model.set("_page", { ...WORD, word: 2, unit_rule: "all" });
    kernel.model.save_changes();
    await settle();
    expect(last(heard, "selection").units.length).toBeLessThan(golden.said[0]?.answer.units.length ?? 0);
  });
});

describe("groups and what is taken along", () => {
  it("are selected as a step, made of the selection, and written out", async () => {
    const kernel = createOfflineKernel(kept);
    const { heard, settle } = listen(kernel);
    const { keeper } = kernel;
    expect(keeper.groups()).toEqual([{ name: "first <b>", units: 2, points: 12 }]);
    kernel.model.send(golden.said[0]?.message);
    let changes = 0;
    keeper.onGroups(() => changes++);
    keeper.add("mine");
    keeper.select("first <b>");
    await settle();
    expect([changes, last(heard, "selection").units, last(heard, "selection").can_undo]).toEqual([1, [1, 3], true]);
    const taken = JSON.parse(keeper.describe());
    expect(taken).toMatchObject({
      format: "mmphate-selection",
      coordinates: golden.data.hash,
      shape: [3, 2, 5],
      point_id: "(epoch * 2 + step) * 5 + unit",
      units: [1, 3],
      points: golden.selected,
    });
    expect(taken.groups.mine.points).toEqual(golden.said[0]?.answer.points);
  });
});

describe("a session on it", () => {
  it("has all at once, owes nothing and undoes", async () => {
    const kernel = createOfflineKernel(kept);
    const { settle } = listen(kernel);
    const session = createSession(kernel.model, { ticker: { request: () => 0, cancel: () => undefined } });
    const detach = session.attachView();
    const { store, actions, data } = session;
    await settle();
    expect([data.hasAllEpochs(), store.get("loaded"), store.get("kernelGone")]).toEqual([true, 3, false]);
    expect(store.get("selection")).toMatchObject({ units: [1, 3], canUndo: false, pending: false });
    actions.selectUnits([0], "add");
    await settle();
    expect(store.get("selection")).toMatchObject({ units: [0, 1, 3], canUndo: true, pending: false });
    actions.command("undo");
    await settle();
    expect(store.get("selection")).toMatchObject({ units: [1, 3], canUndo: false, canRedo: true, pending: false });
    detach();
    session.dispose();
  });
});
