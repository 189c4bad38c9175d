import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bitIds } from "../../src/protocol/bitmask";
import type { Told } from "../../src/protocol/messages";
import { NONE_SHOWN } from "../../src/state/actions";
import { createSession, GONE, GONE_EMPTY } from "../../src/state/create-session";
import { FOLLOW_TIME, GIVE_UP, SYNC_INTERVAL } from "../../src/state/model";
import { createFakeModel, type FakeModel, META, VIEW } from "./fake-model";

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
  // Without one it rests after a while (rest.test.ts).
  session.attachView();
  return { model, session, store: session.store, actions: session.actions };
}

function unitValues(seq: number, revision = 1) {
  const header = { kind: "channel", seq, generation: "g1", name: "unit", revision, offset: 0, total: 3 };
  return [header, [Float32Array.of(0, 1, 2).buffer]] as const;
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

function told(moves: Told, patch: Record<string, unknown> = {}) {
  return { kind: "told", seq: 3, told: moves, heard: {}, meta: 1, selection: 0, ...patch };
}

/** The name that the session gave itself. */
function pageOf(model: FakeModel): string {
  return model.sent("hello")[0]?.page ?? "";
}

function operations(model: FakeModel) {
  return model.log.flatMap((entry) => ("content" in entry && "id" in entry.content ? [entry.content] : []));
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
    const having = { kind: "hello", generation: "g1", frames: [], channels: {}, selection: 0, meta: 1, number: 1 };
    const page = expect.stringMatching(/^[0-9a-f]{32}$/);
    const word = expect.objectContaining({ page, word: 0, seen: 0, epoch: 2.5, color_by: "time" });
    expect(model.sent("hello")).toEqual([{ ...having, page, word }]);
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
    model.message(told({}, { seq: 5, heard: { [pageOf(model)]: [0, 3] } }));
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
    expect(model.listeners).toBe(5);
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

  it("send a choice at once, as one word that is numbered", () => {
    const { model, actions } = setup();
    actions.setShow("all");
    actions.setColorBy("time");
    actions.setStep(0);
    expect(model.log.slice(1)).toEqual([
      { saved: { _page: expect.objectContaining({ word: 1, show: "all", step: null }) } },
      { saved: { _page: expect.objectContaining({ word: 2, color_by: "time" }) } },
      { saved: { _page: expect.objectContaining({ word: 3, show: "all", step: 0 }) } },
    ]);
  });

  it("take what Python sets and do not send it back", () => {
    const { model, store } = setup();
    model.message(told({ hidden_units: [1, [1], ""], speed: [2, 30, ""] }));
    vi.advanceTimersByTime(1000);
    expect([store.get("speed"), store.get("hiddenUnits")]).toEqual([30, [1]]);
    expect(model.log.some((entry) => "saved" in entry)).toBe(false);
  });

  it("go where Python moves, over what waits to be sent and while playing", () => {
    const { model, store, actions } = setup();
    actions.setPlaying(true);
    store.set({ epoch: 2.1 });
    store.set({ epoch: 2.2 });
    model.message(told({ playing: [1, false, ""] }));
    expect([store.get("playing"), store.get("epoch")]).toEqual([false, 2.2]);
    model.message(told({ playing: [1, false, ""], epoch: [2, 0.25, ""] }));
    expect(store.get("epoch")).toBe(0.25);
    vi.advanceTimersByTime(10 * SYNC_INTERVAL);
    expect(store.get("epoch")).toBe(0.25);
    expect(model.log.filter((entry) => "saved" in entry).at(-1)).toEqual({
      saved: { _page: expect.objectContaining({ seen: 2, epoch: 0.25, playing: false }) },
    });
  });

  it("take each move of others once, and none of their own", () => {
    const { model, store, actions } = setup();
    const page = pageOf(model);
    model.message(told({ epoch: [1, 2, ""] }));
    actions.seek(1);
    model.message(told({ epoch: [1, 2, ""], show: [2, "all", ""] }));
    expect([store.get("epoch"), store.get("show")]).toEqual([1, "all"]);
    model.message(told({ epoch: [3, 0.5, page] }));
    expect(store.get("epoch")).toBe(1);
    model.message(told({ epoch: [4, 0.5, "another"] }));
    expect(store.get("epoch")).toBe(0.5);
  });

  it("start where the model stands, knowing who has moved", () => {
    const { model, store, actions } = setup({ epoch: 1, _told: { epoch: [7, 1, ""] } });
    expect(store.get("epoch")).toBe(1);
    actions.setStep(0);
    expect(model.get("_page")).toMatchObject({ seen: 7, epoch: 1, step: 0 });
  });

  it("take the traits that ipywidgets reads anew after a broken connection", () => {
    const { model, store } = setup();
    model.receive("_told", { epoch: [1, 3, ""] });
    model.receive("_meta", { ...META, curves: [{ name: "loss", values: [1, 2, 3, 4] }] });
    expect([store.get("epoch"), store.get("meta").curves.length]).toEqual([3, 1]);
  });
});

describe("healing", () => {
  /** Everything arrived, the opening hello is answered. */
  function whole() {
    const made = setup();
    const page = pageOf(made.model);
    made.model.message(...frames(0, 4));
    const channel = { kind: "channel", seq: 2, generation: "g1", name: "unit", revision: 1, offset: 0, total: 3 };
    made.model.message(channel, [Float32Array.of(0, 1, 2).buffer]);
    made.model.message(told({}, { heard: { [page]: [0, 1] } }));
    return { ...made, page };
  }

  it("rests when all is here and answered", () => {
    const { model } = whole();
    vi.advanceTimersByTime(600_000);
    expect(model.sent("hello").length).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("says hello until it is answered, though all is here", () => {
    const { model, page } = setupWithoutAnswer();
    vi.advanceTimersByTime(3000 + 6000 + 12_000);
    expect(model.sent("hello").map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    model.message(told({}, { heard: { [page]: [0, 4] } }));
    vi.advanceTimersByTime(600_000);
    expect(model.sent("hello").length).toBe(4);
  });

  function setupWithoutAnswer() {
    const made = setup();
    made.model.message(...frames(0, 4));
    const channel = { kind: "channel", seq: 2, generation: "g1", name: "unit", revision: 1, offset: 0, total: 3 };
    made.model.message(channel, [Float32Array.of(0, 1, 2).buffer]);
    return { ...made, page: pageOf(made.model) };
  }

  it("repeats where it stands until that was heard", () => {
    const { model, actions, page } = whole();
    actions.seek(2);
    vi.advanceTimersByTime(3000);
    expect(model.sent("hello").at(-1)).toMatchObject({ number: 2, page, word: { page, word: 1, epoch: 2 } });
    model.message(told({ epoch: [1, 2, page] }, { heard: { [page]: [1, 2] } }));
    vi.advanceTimersByTime(600_000);
    expect(model.sent("hello").length).toBe(2);
  });

  it("asks when a number is missing", () => {
    const { model } = whole();
    model.message(told({}, { seq: 9 }));
    vi.advanceTimersByTime(3000);
    expect(model.sent("hello").length).toBe(2);
  });

  it("asks for a selection and a description that it hears of and does not get", () => {
    for (const news of [{ selection: 1 }, { meta: 2 }]) {
      const { model, page } = whole();
      model.message(told({}, { ...news, seq: 4, heard: { [page]: [0, 1] } }));
      vi.advanceTimersByTime(3000);
      expect(model.sent("hello").length).toBe(2);
    }
  });

  it("takes a newer description, not an older one", () => {
    const { model, store } = whole();
    model.message({ kind: "meta", seq: 4, meta: { ...META, revision: 3, layers: ["new"] } });
    model.message({ kind: "meta", seq: 5, meta: { ...META, revision: 2, layers: ["old"] } });
    expect(store.get("meta").layers).toEqual(["new"]);
  });

  it("sends operations again, in their order, until they are answered", () => {
    const { model, actions } = whole();
    actions.selectPolygon(WHOLE, "lasso", "replace");
    actions.command("invert");
    const [lasso] = model.sent("polygon");
    const [invert] = model.sent("command");
    expect([lasso?.after, invert?.after]).toEqual([[], [lasso?.id]]);
    vi.advanceTimersByTime(3000);
    expect(operations(model)).toEqual([lasso, invert, lasso, invert]);
    model.message(...answer({ done: [lasso?.id] }, new Uint8Array(3)));
    vi.advanceTimersByTime(3000);
    expect(operations(model).slice(4)).toEqual([invert]);
    model.message(...answer({ done: [lasso?.id, invert?.id], revision: 2 }, new Uint8Array(3)));
    vi.advanceTimersByTime(60_000);
    expect(operations(model).length).toBe(5);
  });

  it("of two pages that play lets the lesser name move the epoch", () => {
    const run = (by: string) => {
      const frame: { act: ((now: number) => void) | undefined } = { act: undefined };
      const model = createFakeModel();
      const request = (act: (now: number) => void) => {
        frame.act = act;
        return 1;
      };
      const session = createSession(model, { ticker: { request, cancel: () => undefined } });
      session.attachView();
      model.message(...frames(0, 4));
      session.actions.setPlaying(true);
      model.message(told({ epoch: [1, 1, by] }));
      frame.act?.(0);
      frame.act?.(100);
      const followed = session.store.get("epoch");
      vi.advanceTimersByTime(FOLLOW_TIME);
      frame.act?.(1100);
      return [followed, session.store.get("epoch") > 1];
    };
    expect(run("0")).toEqual([1, true]);
    expect(run("z")[0]).toBeGreaterThan(1);
  });
});

describe("without a kernel", () => {
  it("says so, stays usable and says nothing more", () => {
    const { model, store, actions } = setup();
    model.message(...frames(0, 4));
    model.breakComm();
    model.kernelStatus("restarting");
    actions.seek(2);
    expect([store.get("kernelGone"), store.get("notice")]).toEqual([true, GONE]);
    const said = model.log.length;
    actions.selectPolygon(WHOLE, "lasso", "replace");
    actions.command("undo");
    vi.advanceTimersByTime(600_000);
    expect([store.get("epoch"), store.get("selection").count]).toEqual([2, 6]);
    expect(model.log.length).toBe(said);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(["restarting", "autorestarting", "dead"])("notices that it is %s", (status) => {
    const { model, store, session } = setup();
    model.kernelStatus("busy");
    expect(store.get("kernelGone")).toBe(false);
    model.kernelStatus(status);
    expect(store.get("kernelGone")).toBe(true);
    session.dispose();
    expect(model.listeners).toBe(0);
  });

  it.each([undefined, "busy"])("takes no message that could not be sent for its end (%s)", (status) => {
    const { model, store, actions } = setup();
    model.message(...frames(0, 4));
    if (status !== undefined) model.kernelStatus(status);
    model.breakComm();
    actions.setStep(1);
    actions.selectPolygon(WHOLE, "lasso", "replace");
    vi.advanceTimersByTime(4000);
    expect(store.get("kernelGone")).toBe(false);
    model.mendComm();
    vi.advanceTimersByTime(6000);
    expect(model.sent("hello").at(-1)).toMatchObject({ word: { word: 1, step: 1 } });
    expect(model.sent("polygon").length).toBe(1);
  });

  it("believes a kernel that says that it runs, however long nothing can be sent", () => {
    const { model, store } = setup();
    model.kernelStatus("idle");
    model.breakComm();
    vi.advanceTimersByTime(10 * GIVE_UP);
    expect(store.get("kernelGone")).toBe(false);
    model.kernelStatus("dead");
    expect(store.get("kernelGone")).toBe(true);
  });

  it("does not call what has no values something to look at", () => {
    const { model, store } = setup();
    model.kernelStatus("restarting");
    expect(store.get("notice")).toBe(GONE_EMPTY);
    model.message(...frames(0, 1));
    expect(store.get("notice")).toBeUndefined();
  });

  it("asks when the comm may be cut, and takes back a false alarm", () => {
    const { model, store } = setup();
    model.commLiveUpdate();
    expect(store.get("kernelGone")).toBe(false);
    model.breakComm();
    model.commLiveUpdate();
    vi.advanceTimersByTime(GIVE_UP + 60_000);
    expect(store.get("kernelGone")).toBe(true);
    model.mendComm();
    model.message(...frames(0, 4));
    expect([store.get("kernelGone"), store.get("notice")]).toEqual([false, undefined]);
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

  it("move time inside its windows", () => {
    const { store, actions } = setup({ epoch: 3, step: 0 });
    actions.setEpochWindow([1, 2]);
    expect([store.get("epochWindow"), store.get("epoch")]).toEqual([[1, 2], 2]);
    actions.stepEpoch(1);
    expect(store.get("epoch")).toBe(2);
    actions.seek(0.5);
    expect(store.get("epoch")).toBe(1);
    actions.setStepWindow([1, 1]);
    expect(store.get("step")).toBe(1);
    actions.stepStep(-1);
    expect(store.get("step")).toBe(1);
    actions.showAll();
    expect([store.get("epochWindow"), store.get("stepWindow")]).toEqual([null, null]);
  });

  it("step from all steps to the first or the last, and on", () => {
    const { store, actions } = setup();
    actions.stepStep(1);
    expect(store.get("step")).toBe(0);
    actions.stepStep(1);
    actions.stepStep(1);
    expect(store.get("step")).toBe(1);
    actions.setStep(null);
    actions.stepStep(-1);
    expect(store.get("step")).toBe(1);
  });

  it("follow a window of Python's without sending time back", () => {
    const { model, store } = setup({ epoch: 3, step: 0 });
    model.message(told({ epoch_window: [1, [1, 2], ""], step_window: [2, [1, 1], ""] }));
    expect([store.get("epoch"), store.get("step")]).toEqual([2, 1]);
    vi.advanceTimersByTime(1000);
    expect(model.log.some((entry) => "saved" in entry)).toBe(false);
  });

  it("leave out of a polygon what lies outside the windows, and say them", () => {
    const { model, store, actions } = setup({ show: "all" });
    model.message(...frames(0, 4));
    actions.setEpochWindow([1, 2]);
    actions.setStepWindow([1, 1]);
    actions.selectPolygon(WHOLE, "lasso", "replace");
    expect(model.sent("polygon").at(-1)).toMatchObject({ record: { epoch_window: [1, 2], step_window: [1, 1] } });
    expect([...bitIds(store.get("selection").mask)]).toEqual([9, 10, 11, 15, 16, 17]);
    actions.command("invert");
    expect(model.sent("command").at(-1)).toMatchObject({ window: { epoch_window: [1, 2] } });
    expect(store.get("selection").count).toBe(0);
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

  it("leave out of a polygon what the filters hide, and say the filters", () => {
    const { model, store, actions } = setup();
    model.message(...frames(0, 4));
    actions.setFilter("unit", { hide: [1] });
    expect(store.get("hidden")).toBeUndefined();
    actions.selectPolygon(WHOLE, "lasso", "replace");
    expect(model.sent("polygon").at(-1)).toMatchObject({
      complete: false,
      record: { filters: { unit: { hide: [1] } } },
    });
    model.message(...unitValues(2));
    expect([...bitIds(store.get("hidden") ?? new Uint8Array(0))]).toEqual([1, 4, 7, 10, 13, 16, 19, 22]);
    actions.selectPolygon(WHOLE, "lasso", "replace");
    expect(model.sent("polygon").at(-1)).toMatchObject({ complete: true });
    expect([...bitIds(store.get("selection").mask)]).toEqual([0, 2, 3, 5]);
    actions.command("invert");
    expect(model.sent("command").at(-1)).toMatchObject({ window: { filters: { unit: { hide: [1] } } } });
    expect(store.get("selection").count).toBe(0);
    actions.showAll();
    expect([store.get("hidden"), store.get("filters")]).toEqual([undefined, {}]);
  });

  it("hide nothing by values of a channel that has been replaced, until the new ones come", () => {
    const { model, store, actions } = setup();
    model.message(...unitValues(2));
    actions.setFilter("unit", { hide: [1] });
    expect(store.get("hidden")).toBeDefined();
    const channels = META.channels.map((info) => ({ ...info, revision: 2 }));
    model.message({ kind: "meta", seq: 3, meta: { ...META, revision: 2, channels } });
    expect(store.get("hidden")).toBeUndefined();
    model.message(...unitValues(4, 2));
    expect(store.get("hidden")).toBeDefined();
  });

  it("tell filters and limits of colors, and take them back", () => {
    const { model, store, actions } = setup();
    actions.setFilter("time", { range: [0.5, null] });
    actions.setColorLimits("time", [0, 0.5]);
    vi.advanceTimersByTime(2 * SYNC_INTERVAL);
    const word = { filters: { time: { range: [0.5, null] } }, color_limits: { time: [0, 0.5] } };
    expect(model.log.filter((entry) => "saved" in entry).at(-1)).toEqual({
      saved: { _page: expect.objectContaining(word) },
    });
    actions.setFilter("time", undefined);
    actions.setColorLimits("time", undefined);
    expect([store.get("filters"), store.get("colorLimits")]).toEqual([{}, {}]);
  });

  it("say which polygon could not be resolved wholly, and snap what moved during the drag", () => {
    const { model, store, actions } = setup();
    model.message(...frames(0, 2));
    actions.beginPolygon();
    model.message(told({ epoch: [1, 0.6, ""], playing: [2, true, ""] }));
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
    actions.seek(2);
    actions.zoomToSelection();
    expect([store.get("view"), store.get("notice")]).toEqual([VIEW, NONE_SHOWN]);
    actions.dismissNotice();
    actions.command("clear");
    model.message(...answer({ revision: 9 }, new Uint8Array(3)));
    actions.zoomToSelection();
    expect([store.get("view"), store.get("notice")]).toEqual([VIEW, undefined]);
  });

  it("turn to 2-D and find the direction in 3-D again, which the kernel hears", () => {
    const { model, store, actions } = setup();
    const solid = { ...VIEW, position: [3, 1, 2] as const };
    actions.setView(solid);
    actions.setMode("2d");
    expect(store.get("view")).toMatchObject({ mode: "2d", target: VIEW.target, up: [0, 1, 0] });
    actions.command("undo");
    expect(model.log.filter((entry) => "saved" in entry).at(-1)).toMatchObject({
      saved: { _page: { view: { mode: "2d" } } },
    });
    actions.resetView();
    expect(store.get("view").mode).toBe("2d");
    actions.setMode("3d");
    expect(store.get("view")).toEqual(VIEW);
    actions.setView(solid);
    actions.setMode("2d");
    actions.setMode("3d");
    store.get("view").position.forEach((value, axis) => {
      expect(value).toBeCloseTo(solid.position[axis] ?? NaN, 12);
    });
  });
});
