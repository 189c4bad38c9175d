import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bitIds } from "../../src/protocol/bitmask";
import { createSession } from "../../src/state/create-session";
import { SYNC_INTERVAL } from "../../src/state/model";
import { createFakeModel, META, VIEW } from "./fake-model";

const POINTS = 24;
/** Around everything that the home view shows. */
const WHOLE = [
  [0, 0],
  [800, 0],
  [800, 600],
  [0, 600],
] as const;

function frames(first: number, count: number, seq = 1, generation = "g1") {
  const values = Float32Array.from({ length: count * 18 }, (_, i) => Math.sin(i + first * 18));
  return [{ kind: "frames", seq, generation, first, count }, [values.buffer]] as const;
}

function setup(patch: Parameters<typeof createFakeModel>[0] = {}) {
  const model = createFakeModel(patch);
  const session = createSession(model, { ticker: { request: () => 0, cancel: () => undefined } });
  return { model, session, store: session.store, actions: session.actions };
}

function answer(patch: Record<string, unknown>, mask: Uint8Array) {
  const header = {
    kind: "selection",
    seq: 7,
    generation: "g1",
    revision: 1,
    done: [],
    units: [],
    can_undo: true,
    can_redo: false,
  };
  return [{ ...header, ...patch }, [mask, new Uint8Array(3).fill(255)]] as const;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("opening", () => {
  it("says hello with nothing at once and reads the traits", () => {
    const { model, store } = setup({ epoch: 2.5, color_by: "time" });
    expect(model.sent("hello")).toEqual([
      {
        kind: "hello",
        page: expect.stringMatching(/^[0-9a-f]{32}$/),
        generation: "g1",
        frames: [],
        channels: {},
        selection: 0,
      },
    ]);
    expect([store.get("epoch"), store.get("colorBy"), store.get("selection").count]).toEqual([2.5, "time", 0]);
    expect(store.get("selection").mask.length).toBe(POINTS / 8);
  });

  it("acknowledges everything with a number, even what it cannot read", () => {
    const { model, store } = setup();
    model.message(...frames(0, 2, 4));
    model.message({ kind: "frames", seq: 5, generation: "g1", first: 3, count: 2 }, [new ArrayBuffer(4)]);
    model.message(...frames(0, 2, 6, "stale"));
    model.message({ kind: "news", seq: 8 });
    expect(model.sent("ack").map(({ seq }) => seq)).toEqual([4, 5, 6, 8]);
    expect(store.get("loaded")).toBe(2);
    expect(store.get("notice")).toMatch(/could not be read/);
  });

  it("says again what it has after silence while something is missing, and rests when all is here", () => {
    const { model, actions } = setup();
    model.message(...frames(1, 1));
    vi.advanceTimersByTime(3000);
    expect(model.sent("hello").at(-1)).toMatchObject({ frames: [[1, 1]] });
    expect(model.sent("hello").length).toBe(2);
    model.message(...frames(0, 1, 2));
    model.message(...frames(2, 2, 3));
    vi.advanceTimersByTime(4000);
    // The values colored by are still missing.
    expect(model.sent("hello").length).toBe(3);
    const channel = { kind: "channel", seq: 4, generation: "g1", name: "unit", revision: 1, offset: 0, total: 3 };
    model.message(channel, [Float32Array.of(0, 1, 2).buffer]);
    vi.advanceTimersByTime(600_000);
    expect(model.sent("hello").length).toBe(3);
    actions.setColorBy("time");
    vi.advanceTimersByTime(3000 + 6000 + 12_000 + 24_000 + 48_000 + 60_000 + 60_000);
    expect(model.sent("hello").length).toBe(10);
  });

  it("asks for everything of a new generation", () => {
    const { model, store } = setup();
    model.message(...frames(0, 4));
    model.receive("_meta", { ...META, generation: "g2" });
    expect(store.get("loaded")).toBe(0);
    expect(model.sent("hello").at(-1)).toMatchObject({ generation: "g2", frames: [] });
  });

  it("leaves no listener and no timer behind", () => {
    const { model, session } = setup();
    expect(model.listeners).toBeGreaterThan(5);
    session.store.set({ epoch: 1 });
    session.dispose();
    expect(model.listeners).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("traits", () => {
  it("send an epoch at most eight times a second, and the last one exactly", () => {
    const { model, actions } = setup();
    for (let i = 0; i <= 30; i++) {
      actions.seek(i / 10);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(SYNC_INTERVAL);
    const saved = model.log.filter((entry) => "saved" in entry);
    expect(saved.length).toBeLessThanOrEqual(4);
    expect(saved.at(-1)).toEqual({ saved: { _page: expect.objectContaining({ seen: 0, epoch: 3 }) } });
  });

  it("send a choice at once", () => {
    const { model, actions } = setup();
    actions.setShow("all");
    actions.setColorBy("time");
    actions.setStep(0);
    expect(model.log.slice(1)).toEqual([
      { saved: { _page: expect.objectContaining({ show: "all", step: null }) } },
      { saved: { color_by: "time" } },
      { saved: { _page: expect.objectContaining({ show: "all", step: 0 }) } },
    ]);
  });

  it("take what Python sets and do not send it back", () => {
    const { model, store } = setup();
    model.receive("hidden_units", [1]);
    model.receive("speed", 30);
    vi.advanceTimersByTime(1000);
    expect([store.get("speed"), store.get("hiddenUnits")]).toEqual([30, [1]]);
    expect(model.log.some((entry) => "saved" in entry)).toBe(false);
  });

  it("go where Python moves, over what waits to be sent and while playing, and say so", () => {
    const { model, store, actions } = setup();
    actions.setPlaying(true);
    store.set({ epoch: 2.1 });
    store.set({ epoch: 2.2 });
    model.receive("_told", { playing: [1, false] });
    expect([store.get("playing"), store.get("epoch")]).toEqual([false, 2.2]);
    model.receive("_told", { playing: [1, false], epoch: [2, 0.25] });
    expect(store.get("epoch")).toBe(0.25);
    expect(model.log.at(-1)).toEqual({
      saved: { _page: expect.objectContaining({ seen: 2, epoch: 0.25, playing: false }) },
    });
    vi.advanceTimersByTime(10 * SYNC_INTERVAL);
    expect(store.get("epoch")).toBe(0.25);
  });

  it("take each of Python's moves once", () => {
    const { model, store, actions } = setup();
    model.receive("_told", { epoch: [1, 2] });
    actions.seek(1);
    model.receive("_told", { epoch: [1, 2], show: [2, "all"] });
    expect([store.get("epoch"), store.get("show")]).toEqual([1, "all"]);
  });

  it("start where the model stands, knowing what Python has moved", () => {
    const { model, store, actions } = setup({ epoch: 1, _told: { epoch: [7, 1] } });
    expect(store.get("epoch")).toBe(1);
    actions.setStep(0);
    expect(model.get("_page")).toMatchObject({ seen: 7, epoch: 1, step: 0 });
  });
});

describe("actions", () => {
  it("step to whole epochs and pause", () => {
    const { store, actions } = setup({ epoch: 1.5, playing: true });
    actions.stepEpoch(1);
    expect([store.get("epoch"), store.get("playing")]).toEqual([2, false]);
    actions.seek(1.5);
    actions.stepEpoch(-1);
    expect(store.get("epoch")).toBe(1);
    actions.stepEpoch(-1);
    actions.stepEpoch(-1);
    expect(store.get("epoch")).toBe(0);
    actions.seek(99);
    expect(store.get("epoch")).toBe(3);
  });

  it("pause and snap before a polygon", () => {
    const { store, actions } = setup({ epoch: 1.5, playing: true });
    actions.beginPolygon();
    expect([store.get("epoch"), store.get("playing")]).toEqual([2, false]);
  });

  it("resolve a polygon here, save the traits it was drawn on, then tell the kernel", () => {
    const { model, store, actions } = setup({ hidden_units: [1] });
    model.message(...frames(0, 4));
    actions.seek(1);
    actions.seek(2);
    actions.selectPolygon(WHOLE, "rectangle", "replace");
    const expected = [12, 14, 15, 17];
    expect([...bitIds(store.get("selection").mask)]).toEqual(expected);
    expect(store.get("selection")).toMatchObject({ pending: true, units: [0, 2] });
    const [saved, sent] = model.log.slice(-2);
    expect(saved).toEqual({ saved: { _page: expect.objectContaining({ epoch: 2 }) } });
    expect(sent).toMatchObject({
      content: {
        kind: "polygon",
        seen: 0,
        complete: true,
        record: { op: "polygon", tool: "rectangle", combine: "replace", epoch: 2, hidden_units: [1], rule: "majority" },
      },
    });
    const [buffer] = sent !== undefined && "buffers" in sent ? sent.buffers : [];
    expect([...bitIds(new Uint8Array(buffer ?? new ArrayBuffer(0)))]).toEqual(expected);
  });

  it("say which polygon could not be resolved wholly, and snap what moved during the drag", () => {
    const { model, store, actions } = setup();
    model.message(...frames(0, 2));
    actions.beginPolygon();
    model.receive("_told", { epoch: [1, 0.6], playing: [2, true] });
    actions.selectPolygon(WHOLE, "lasso", "replace");
    expect(model.sent("polygon")[0]).toMatchObject({ complete: true, record: { epoch: 1 } });
    expect(store.get("playing")).toBe(false);
    actions.setShow("all");
    actions.selectPolygon(WHOLE, "lasso", "replace");
    expect(model.sent("polygon")[1]).toMatchObject({ complete: false });
  });

  it("wait for the kernel's answer and take it", () => {
    const { model, store, actions } = setup();
    model.message(...frames(0, 4));
    actions.selectPolygon(WHOLE, "lasso", "replace");
    const id = model.sent("polygon")[0]?.id;
    model.message(...answer({ done: [id], units: [2], revision: 5 }, Uint8Array.of(4, 0, 0)));
    expect(store.get("selection")).toMatchObject({ count: 1, units: [2], revision: 5, pending: false });
    actions.command("invert");
    expect([...bitIds(store.get("selection").mask)]).toEqual([0, 1, 3, 4, 5]);
    expect(model.sent("command")[0]).toMatchObject({ name: "invert", window: { show: "epoch", epoch: 0 } });
    model.message(...answer({ generation: "old", revision: 9 }, new Uint8Array(3)));
    expect(store.get("selection").count).toBe(5);
  });

  it("ask again for an answer that got lost", () => {
    const { model, actions } = setup();
    model.message(...frames(0, 4));
    actions.command("undo");
    vi.advanceTimersByTime(3000);
    expect(model.sent("hello").length).toBe(2);
  });

  it("zoom to what is selected and visible, and back home", () => {
    const { model, store, actions } = setup();
    model.message(...frames(0, 4));
    model.message(...answer({ units: [1] }, Uint8Array.of(2, 0, 0)));
    actions.zoomToSelection();
    const [x, y, z] = [Math.sin(3), Math.sin(4), Math.sin(5)].map(Math.fround);
    expect(store.get("view").target).toEqual([x, y, z]);
    actions.resetView();
    expect(store.get("view")).toEqual(VIEW);
    actions.command("clear");
    actions.zoomToSelection();
    expect(store.get("view")).toEqual(VIEW);
  });
});
