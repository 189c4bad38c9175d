// What the panel does and asks, through the whole session.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bitIds, createMask, setBit } from "../../src/protocol/bitmask";
import { createSession, GONE } from "../../src/state/create-session";
import { PATIENCE, PAUSE } from "../../src/state/questions";
import { createFakeModel, META } from "./fake-model";

const KINDS = {
  name: "kind",
  kind: "categorical",
  axes: ["step", "unit"],
  categories: ["x", "y"],
  limits: [0, 1],
  scale: "linear",
  revision: 1,
} as const;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The positions of so many epochs are here, of all where not said; the kernel has answered. */
function setUp(patch: Parameters<typeof createFakeModel>[0] = {}, epochs = 4) {
  const model = createFakeModel({
    _meta: { ...META, channels: [...META.channels, KINDS] },
    color_by: "kind",
    ...patch,
  });
  const session = createSession(model, { ticker: { request: () => 0, cancel: () => undefined } });
  session.attachView();
  const values = Float32Array.from({ length: 18 * epochs }, (_, i) => Math.sin(i));
  model.message({ kind: "frames", seq: 1, generation: "g1", first: 0, count: epochs }, [values.buffer]);
  return { model, session, store: session.store, actions: session.actions };
}

function arriveKinds(model: ReturnType<typeof createFakeModel>, seq = 2) {
  const header = { kind: "channel", seq, generation: "g1", name: "kind", revision: 1, offset: 0, total: 6 };
  model.message(header, [Float32Array.of(0, 1, Number.NaN, 1, 1, 0).buffer]);
}

describe("selecting by values", () => {
  it("is shown at once where all is here, and told with what was visible", () => {
    const { model, store, actions } = setUp({ epoch: 1.2 });
    arriveKinds(model);
    actions.selectWhere("kind", { codes: [1] }, "replace");
    // Epoch 1 has the points from 6 on.
    expect([...bitIds(store.get("selection").mask)]).toEqual([7, 9, 10]);
    expect(store.get("selection").pending).toBe(true);
    const [sent] = model.sent("where");
    expect(sent).toMatchObject({ channel: "kind", where: { codes: [1] }, combine: "replace", window: { epoch: 1 } });
    expect(store.get("epoch")).toBe(1);
    actions.selectWhere("kind", { codes: [2] }, "add");
    expect([...bitIds(store.get("selection").mask)]).toEqual([7, 8, 9, 10]);
    expect(model.sent("where")[1]?.after).toEqual([sent?.id]);
  });

  it("waits for the kernel where the values have not come", () => {
    const { model, store, actions } = setUp();
    actions.selectWhere("kind", { codes: [1] }, "replace");
    expect(store.get("selection")).toMatchObject({ count: 0, pending: true });
    const done = model.sent("where").map(({ id }) => id);
    const header = { kind: "selection", seq: 3, generation: "g1", revision: 1, done, units: [1] };
    const mask = createMask(24);
    setBit(mask, 1);
    model.message({ ...header, can_undo: true, can_redo: false }, [mask, mask]);
    expect(store.get("selection")).toMatchObject({ count: 1, units: [1], pending: false });
  });

  it("asks no kernel that is gone for values that have not come", () => {
    const { model, store, actions } = setUp();
    store.set({ kernelGone: true });
    actions.selectWhere("kind", { codes: [1] }, "replace");
    expect(store.get("selection").pending).toBe(false);
    expect(model.sent("where")).toEqual([]);
    arriveKinds(model);
    actions.selectWhere("kind", { codes: [1] }, "replace");
    expect(store.get("selection").count).toBe(3);
  });

  it("takes of what is here where a kernel that is gone left the rest out", () => {
    const { model, store, actions } = setUp({ show: "all" }, 2);
    arriveKinds(model);
    store.set({ kernelGone: true });
    actions.selectWhere("kind", { codes: [1] }, "replace");
    expect([...bitIds(store.get("selection").mask)]).toEqual([1, 3, 4, 7, 9, 10]);
  });

  it("of numbers takes what lies in the range", () => {
    const { model, store, actions } = setUp({ show: "all" });
    const header = { kind: "channel", seq: 2, generation: "g1", name: "time", revision: 1, offset: 0, total: 8 };
    model.message(header, [Float32Array.of(0, 1, 2, 3, 4, Number.NaN, 6, 7).buffer]);
    actions.selectWhere("time", { range: [3, null] }, "replace");
    expect([...bitIds(store.get("selection").mask)]).toEqual([9, 10, 11, 12, 13, 14, 18, 19, 20, 21, 22, 23]);
  });
});

describe("growing and groups", () => {
  it("wait for the kernel, visibly, and are repeated until it answers", () => {
    const { model, store, actions } = setUp();
    arriveKinds(model);
    actions.selectUnits([1], "replace");
    const before = [...store.get("selection").mask];
    actions.grow(3);
    actions.editGroup("save", "early", "");
    expect([...store.get("selection").mask]).toEqual(before);
    expect(store.get("selection").pending).toBe(true);
    const [grow, group] = [model.sent("grow")[0], model.sent("group")[0]];
    expect(grow).toMatchObject({ k: 3, window: { epoch: 0, show: "epoch" } });
    expect(group).toMatchObject({ deed: "save", name: "early", value: "", after: [expect.any(String), grow?.id] });
    vi.advanceTimersByTime(3000);
    expect(model.sent("grow")).toHaveLength(2);
    expect(model.sent("group")[1]).toEqual(group);
  });

  it("are not begun without a kernel", () => {
    const { model, store, actions } = setUp();
    model.kernelStatus("dead");
    expect(store.get("notice")).toBe(GONE);
    actions.grow(3);
    actions.editGroup("save", "early", "");
    expect([...model.sent("grow"), ...model.sent("group")]).toEqual([]);
    expect(store.get("selection").pending).toBe(false);
  });

  it("are listed as the kernel has them last, for these coordinates", () => {
    const { model, store } = setUp();
    const entry = { name: "early", color: "#e69f00", units: [1], points: 8 };
    const list = { kind: "groups", seq: 3, generation: "g1", revision: 4, groups: [entry] };
    model.message(list);
    expect(store.get("groups")).toEqual({ revision: 4, entries: [entry] });
    model.message({ ...list, seq: 4, revision: 3, groups: [] });
    model.message({ ...list, seq: 5, generation: "g0", revision: 9, groups: [] });
    expect(store.get("groups").entries).toEqual([entry]);
    model.receive("_meta", { ...META, generation: "g2", revision: 2 });
    expect(store.get("groups")).toEqual({ revision: 0, entries: [] });
  });
});

describe("what the panel asks", () => {
  it("is answered by question, and checked", () => {
    const { model, session, store } = setUp();
    const owner = {};
    session.panel.means.want(owner, [{ epoch: 1, units: [0, 2] }]);
    session.panel.groups.want(owner, [{ name: "early", revision: 4 }]);
    vi.advanceTimersByTime(PAUSE);
    const [means, group] = [model.sent("ask_means")[0], model.sent("ask_group")[0]];
    expect(means).toMatchObject({ generation: "g1", epoch: 1, units: [0, 2] });
    const rows = Float32Array.of(1, 2, 0.5, 0.5, 3, 4, 0, 0);
    model.message({ kind: "means", seq: 3, question: means?.question }, [rows.buffer]);
    expect(session.panel.means.get({ epoch: 1, units: [0, 2] })).toEqual({
      chosen: { mean: Float32Array.of(1, 2), deviation: Float32Array.of(0.5, 0.5) },
      rest: { mean: Float32Array.of(3, 4), deviation: Float32Array.of(0, 0) },
    });
    expect(store.get("answers")).toBe(1);
    model.message({ kind: "group", seq: 4, question: group?.question }, [Uint8Array.of(1, 2)]);
    expect(store.get("notice")).toMatch(/a group has 3 bytes, got 2/);
    model.message({ kind: "group", seq: 5, question: group?.question }, [Uint8Array.of(1, 2, 0)]);
    expect([...(session.panel.groups.get({ name: "early", revision: 4 }) ?? [])]).toEqual([1, 2, 0]);
    // Another page's question.
    model.message({ kind: "group", seq: 6, question: "other" }, [Uint8Array.of(1, 2, 0)]);
    expect(store.get("answers")).toBe(2);
  });

  it("are channels, until they are here whole", () => {
    const { model, session } = setUp({ color_by: "time" });
    expect(session.panel.hasChannel("kind")).toBe(false);
    session.panel.wantChannels({}, ["kind", "unheard of"]);
    vi.advanceTimersByTime(PAUSE + PATIENCE);
    expect(model.sent("ask_channel").map(({ name }) => name)).toEqual(["kind", "kind"]);
    arriveKinds(model);
    expect(session.panel.hasChannel("kind")).toBe(true);
    vi.advanceTimersByTime(10 * PATIENCE);
    expect(model.sent("ask_channel")).toHaveLength(2);
    session.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("an ablation", () => {
  it("is asked for, and its answer taken unless it is older or of another picture", () => {
    const { model, store, actions } = setUp();
    actions.ablate();
    expect(model.sent("ask_ablation")).toEqual([{ kind: "ask_ablation", generation: "g1" }]);
    const answer = { kind: "ablation", seq: 3, generation: "g1", revision: 2, offered: true, running: true };
    model.message({ ...answer, units: [1], effect: null });
    expect(store.get("ablation")).toMatchObject({ offered: true, running: true, units: [1] });
    model.message({ ...answer, seq: 4, revision: 1, running: false });
    model.message({ ...answer, seq: 5, revision: 9, running: false, generation: "g0" });
    expect(store.get("ablation").running).toBe(true);
  });
});
