// Linked widgets on one page: real sessions on models that are not real.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LinkInfo, Meta, PageWord, Told } from "../../src/protocol/messages";
import { createCompany } from "../../src/state/company";
import { createSession } from "../../src/state/create-session";
import { SYNC_INTERVAL } from "../../src/state/model";
import { createFakeModel, type FakeModel, META, VIEW } from "./fake-model";

const ALL: LinkInfo = { id: "l", names: ["speed", "epoch", "playing", "view"] };

function frame(generation: string, epochs: number) {
  const header = { kind: "frames", seq: 1, generation, first: 0, count: epochs };
  return [header, [new Float32Array(epochs * 18).buffer]] as const;
}

/** A page with a session for each widget, and its clock in our hands. */
function setup(...metas: Partial<Meta>[]) {
  const company = createCompany();
  const due = new Map<number, (now: number) => void>();
  let handles = 0;
  let now = 1000;
  const ticker = {
    request: (callback: (now: number) => void) => {
      due.set(++handles, callback);
      return handles;
    },
    cancel: (handle: number) => due.delete(handle),
  };
  const open = (patch: Partial<Meta>, place: number) => {
    const generation = `g${place}`;
    const meta: Meta = { ...META, generation, links: [ALL], ...patch };
    const model = createFakeModel({ _meta: meta, view: { ...VIEW, width: 400 + place } });
    const session = createSession(model, { ticker, company });
    const detach = session.attachView();
    model.message(...frame(generation, meta.shape[0]));
    return { model, session, store: session.store, actions: session.actions, detach };
  };
  const tick = (milliseconds: number) => {
    now += milliseconds;
    const callbacks = [...due.values()];
    due.clear();
    for (const callback of callbacks) callback(now);
  };
  return { panels: metas.map(open) as [Panel, Panel, ...Panel[]], tick, company, open };
}

type Panel = Pick<ReturnType<typeof createSession>, "store" | "actions"> & {
  readonly model: FakeModel;
  readonly session: ReturnType<typeof createSession>;
  readonly detach: () => void;
};

/** What a session has said of itself since it opened. */
function words(model: FakeModel): Partial<PageWord>[] {
  vi.advanceTimersByTime(2 * SYNC_INTERVAL);
  return model.log.flatMap((entry) => ("saved" in entry ? [entry.saved._page ?? {}] : []));
}

function pageOf(model: FakeModel): string {
  return model.sent("hello")[0]?.page ?? "";
}

function tell(model: FakeModel, told: Told) {
  model.message({ kind: "told", seq: 2, told, heard: {}, meta: 1, selection: 0 });
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a hand on one", () => {
  it("moves the others at once, and they say nothing of it", () => {
    const {
      panels: [one, other],
    } = setup({}, {});
    one.actions.seek(2.5);
    expect(other.store.get("epoch")).toBe(2.5);
    expect(words(other.model)).toEqual([]);
    const pages = [pageOf(one.model), pageOf(other.model)];
    expect(words(one.model).at(-1)).toMatchObject({ epoch: 2.5, joined: { epoch: { at: 1, pages } } });
    other.actions.setShow("all");
    expect(one.store.get("show")).toBe("epoch");
    expect(words(other.model).at(-1)).toMatchObject({ show: "all" });
    expect(words(other.model).at(-1)).not.toHaveProperty("epoch");
  });

  it("and then on the other: both say only what was moved there", () => {
    const {
      panels: [one, other],
    } = setup({}, {});
    for (let turn = 0; turn < 200; turn++) (turn % 3 ? one : other).actions.seek(turn % 4);
    expect([one.store.get("epoch"), other.store.get("epoch")]).toEqual([3, 3]);
    expect(words(one.model).at(-1)).toMatchObject({ epoch: 3 });
    vi.advanceTimersByTime(10 * SYNC_INTERVAL);
    const before = one.model.log.length + other.model.log.length;
    vi.advanceTimersByTime(10 * SYNC_INTERVAL);
    expect(one.model.log.length + other.model.log.length).toBe(before);
  });

  it("says with an operation how it came where it was done", () => {
    const {
      panels: [one, other],
    } = setup({}, {});
    one.actions.seek(2);
    other.actions.command("invert");
    const pages = [pageOf(one.model), pageOf(other.model)];
    expect(other.model.sent("command")).toMatchObject([{ window: { epoch: 2 }, joined: { epoch: { at: 1, pages } } }]);
  });

  it("moves the camera, on a canvas that keeps its size", () => {
    const {
      panels: [one, other],
    } = setup({}, {});
    one.actions.setView({ ...one.store.get("view"), position: [1, 2, 3], height: 77 });
    expect(other.store.get("view")).toMatchObject({ position: [1, 2, 3], width: 401, height: 600 });
  });

  it("goes by the numbers of epochs where their counts differ", () => {
    const {
      panels: [one, other],
    } = setup({}, { shape: [3, 2, 3], epochs: [0, 15, 25] });
    one.actions.seek(2);
    expect(other.store.get("epoch")).toBe(1.5);
    one.actions.seek(3);
    expect(other.store.get("epoch")).toBe(2);
    expect(one.store.get("epoch")).toBe(3);
    other.actions.seek(1);
    expect(one.store.get("epoch")).toBe(1.5);
  });

  it("moves those at the far end of a chain, and no one without the link or without the name", () => {
    const second: LinkInfo = { id: "m", names: ["epoch"] };
    const { panels } = setup({}, { links: [ALL, second] }, { links: [second] }, { links: [] });
    const [one, , far, stranger] = panels;
    one.actions.seek(1);
    expect(panels.map(({ store }) => store.get("epoch"))).toEqual([1, 1, 1, 0]);
    one.actions.setSpeed(30);
    expect([far?.store.get("speed"), stranger?.store.get("speed")]).toEqual([10, 10]);
    const pages = panels.slice(0, 3).map(({ model }) => pageOf(model));
    const joined = { epoch: { at: 1, pages }, speed: { at: 2, pages: pages.slice(0, 2) } };
    expect(words(one.model).at(-1)).toMatchObject({ joined });
  });
});

describe("playing", () => {
  it("is one clock for all, whoever was pressed", () => {
    const {
      panels: [one, other],
      tick,
    } = setup({}, {});
    other.actions.setPlaying(true);
    expect(one.store.get("playing")).toBe(true);
    tick(16);
    tick(100);
    expect(one.store.get("epoch")).toBeCloseTo(1);
    expect(other.store.get("epoch")).toBe(one.store.get("epoch"));
    one.actions.setPlaying(false);
    expect(other.store.get("playing")).toBe(false);
  });

  it("is kept by the one with the most epochs, and by another when that has no view", () => {
    const {
      panels: [few, many],
      tick,
    } = setup({ shape: [3, 2, 3], epochs: [0, 10, 20] }, {});
    few.actions.setPlaying(true);
    tick(16);
    tick(250);
    expect(many.store.get("epoch")).toBeCloseTo(2.5);
    expect(few.store.get("epoch")).toBe(2);
    many.detach();
    tick(16);
    expect(few.store.get("epoch")).toBe(0);
    expect(many.store.get("epoch")).toBe(0);
  });
});

describe("the kernel", () => {
  it("is followed by the one it tells, and no other goes along", () => {
    const {
      panels: [one, other],
    } = setup({}, {});
    tell(one.model, { epoch: [4, 1, ""] });
    expect([one.store.get("epoch"), other.store.get("epoch")]).toEqual([1, 0]);
    one.actions.seek(2);
    tell(other.model, { epoch: [9, 3, ""] });
    expect([one.store.get("epoch"), other.store.get("epoch")]).toEqual([2, 3]);
    // Told of it, it stands there itself.
    other.actions.setShow("all");
    expect(words(other.model).at(-1)).toMatchObject({ epoch: 3, seen: 9 });
  });

  it("brings a session back that was told late of another page's move after it went along", () => {
    const {
      panels: [one, other],
    } = setup({}, {});
    one.actions.seek(3);
    tell(other.model, { epoch: [4, 1, "elsewhere"] });
    expect([one.store.get("epoch"), other.store.get("epoch")]).toEqual([3, 1]);
    // The kernel took the first one's move, and moved the other's widget in its session's name.
    tell(other.model, { epoch: [5, 3, pageOf(other.model)] });
    expect(other.store.get("epoch")).toBe(3);
    // What was moved here since is newer than what comes back under its own name.
    other.actions.seek(2);
    tell(other.model, { epoch: [6, 0, pageOf(other.model)] });
    expect([one.store.get("epoch"), other.store.get("epoch")]).toEqual([2, 2]);
  });

  it("has the last word where who went along followed a move that gave way before it was said", () => {
    const {
      panels: [one, other],
    } = setup({}, {});
    tell(other.model, { epoch: [3, 1, "elsewhere"], step: [4, null, "elsewhere"] });
    tell(one.model, { epoch: [3, 1, "elsewhere"] });
    one.actions.setStep(1);
    one.actions.seek(2);
    one.actions.seek(3);
    tell(one.model, { epoch: [7, 0, ""] });
    expect([one.store.get("epoch"), other.store.get("epoch")]).toEqual([0, 1]);
    tell(other.model, { epoch: [8, 0, ""] });
    expect(other.store.get("epoch")).toBe(0);
    // One that follows gives way alone: who moved it may be right.
    one.actions.seek(3);
    tell(other.model, { epoch: [9, 2, ""] });
    expect([one.store.get("epoch"), other.store.get("epoch")]).toEqual([3, 2]);
    // Where the kernel has said nothing yet, the traits say where it is.
    const {
      panels: [here, there],
    } = setup({}, {});
    here.actions.seek(3);
    tell(here.model, { epoch: [1, 0, ""] });
    expect([here.store.get("epoch"), there.store.get("epoch")]).toEqual([0, 0]);
  });

  it("ends a link by another description", () => {
    const {
      panels: [one, other],
    } = setup({}, {});
    one.model.message({ kind: "meta", seq: 3, meta: { ...one.store.get("meta"), links: [], revision: 2 } });
    one.actions.seek(1);
    expect(other.store.get("epoch")).toBe(0);
  });

  it("need not be there", () => {
    const {
      panels: [one, other],
    } = setup({}, {});
    one.model.kernelStatus("restarting");
    other.model.kernelStatus("restarting");
    one.actions.seek(2);
    expect(other.store.get("epoch")).toBe(2);
  });
});

it("forgets a session that is disposed of", () => {
  const {
    panels: [one, other],
  } = setup({}, {});
  other.session.dispose();
  one.actions.seek(2);
  expect(other.store.get("epoch")).toBe(0);
  expect(words(one.model).at(-1)).toMatchObject({ epoch: 2, joined: {} });
});
