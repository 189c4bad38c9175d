// Looking at units and selecting them, through a session: what is asked, what is kept, what is sent.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bitIds } from "../../src/protocol/bitmask";
import { createSession } from "../../src/state/create-session";
import { PATIENCE as REST_PATIENCE } from "../../src/state/rest";
import { REST } from "../../src/state/unit-traces";
import { createFakeModel, META } from "./fake-model";

/** Point of epoch 2, step 1, unit 1 in 4 × 2 × 3. */
const ID = (2 * 2 + 1) * 3 + 1;
const HOVER = { id: ID, x: 5, y: 5 };

function trace(patch: Record<string, unknown> = {}) {
  const header = { kind: "trace", seq: 5, generation: "g1", epoch: 2, unit: 1, classes: [], ...patch };
  return [header, [Float32Array.of(1, 2, 3, 4).buffer]] as const;
}

function setup(patch: Parameters<typeof createFakeModel>[0] = {}) {
  const model = createFakeModel(patch);
  const session = createSession(model, { ticker: { request: () => 0, cancel: () => undefined } });
  const detach = session.attachView();
  const look = () => {
    session.store.set({ hover: HOVER });
    vi.advanceTimersByTime(REST);
  };
  return { model, session, store: session.store, actions: session.actions, detach, look };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("what is looked at", () => {
  it("is asked of the kernel, and what arrives is kept for its epoch and unit", () => {
    const { model, session, store, look } = setup();
    look();
    expect(model.sent("ask_trace")).toEqual([{ kind: "ask_trace", generation: "g1", epoch: 2, unit: 1 }]);
    expect(session.traces.get({ epoch: 2, unit: 1 })).toBeUndefined();
    model.message(...trace());
    expect(store.get("traceData")).toBe(1);
    expect(session.traces.get({ epoch: 2, unit: 1 })?.mean).toEqual(Float32Array.of(1, 2));
    store.set({ hover: undefined });
    look();
    expect(model.sent("ask_trace").length).toBe(1);
  });

  it("is the unit that was looked up at the epoch shown, where nothing is pointed at", () => {
    const { model, actions, store, look } = setup({ epoch: 2.5 });
    actions.find(0);
    vi.advanceTimersByTime(REST);
    expect(model.sent("ask_trace").at(-1)).toMatchObject({ epoch: 3, unit: 0 });
    model.message(...trace({ epoch: 3, unit: 0 }));
    look();
    expect(model.sent("ask_trace").at(-1)).toMatchObject({ epoch: 2, unit: 1 });
    actions.find(undefined);
    expect(store.get("found")).toBeUndefined();
  });

  it("is not asked for where Python has coordinates alone, or is gone", () => {
    const bare = setup({ _meta: { ...META, has_activity: false } });
    bare.look();
    const gone = setup();
    gone.model.kernelStatus("dead");
    gone.look();
    expect([...bare.model.sent("ask_trace"), ...gone.model.sent("ask_trace")]).toEqual([]);
  });

  it("is not mistaken for that of other coordinates", () => {
    const { model, session, store, actions, look } = setup();
    look();
    model.message(...trace({ generation: "g0" }));
    expect(session.traces.get({ epoch: 2, unit: 1 })).toBeUndefined();
    model.message(...trace());
    actions.find(2);
    model.receive("_meta", { ...META, generation: "g2" });
    expect(session.traces.get({ epoch: 2, unit: 1 })).toBeUndefined();
    expect([store.get("hover"), store.get("found")]).toEqual([undefined, undefined]);
  });

  it("is let go with the rest when no view is left", () => {
    const { model, session, detach, look } = setup();
    look();
    model.message(...trace());
    detach();
    vi.advanceTimersByTime(REST_PATIENCE);
    expect(session.traces.get({ epoch: 2, unit: 1 })).toBeUndefined();
  });

  it("leaves no timer behind", () => {
    const { session, look } = setup();
    look();
    session.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("units that are selected here", () => {
  it("are whole, shown at once and told to the kernel until it answers", () => {
    const { model, store, actions } = setup();
    actions.selectUnits([1], "replace");
    expect([...bitIds(store.get("selection").mask)]).toEqual([1, 4, 7, 10, 13, 16, 19, 22]);
    expect(store.get("selection")).toMatchObject({ units: [1], pending: true, canUndo: true });
    actions.selectUnits([2, 0], "add");
    actions.selectUnits([0], "subtract");
    expect(store.get("selection")).toMatchObject({ units: [1, 2], count: 16 });
    const [first, second] = model.sent("units");
    expect(first).toMatchObject({ combine: "replace", units: [1], after: [] });
    expect(second).toMatchObject({ combine: "add", units: [2, 0], after: [first?.id] });
    vi.advanceTimersByTime(3000);
    expect(model.sent("units").length).toBe(6);
  });
});
