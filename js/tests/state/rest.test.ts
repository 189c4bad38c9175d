import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSession } from "../../src/state/create-session";
import { createRest, FIRST_PATIENCE, PATIENCE } from "../../src/state/rest";
import { createFakeModel } from "./fake-model";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setup(answers = true) {
  const [letGo, comeBack, ask] = [vi.fn(), vi.fn(), vi.fn(() => true)];
  const kernel = { answers };
  const rest = createRest({ letGo, comeBack, ask, answered: () => kernel.answers });
  return { rest, letGo, comeBack, ask, kernel };
}

describe("rest", () => {
  it("lets go some time after the last view is gone", () => {
    const { rest, letGo, comeBack } = setup();
    const [one, two] = [rest.attach(), rest.attach()];
    one();
    one();
    vi.advanceTimersByTime(10 * PATIENCE);
    expect(letGo).not.toHaveBeenCalled();
    two();
    vi.advanceTimersByTime(PATIENCE - 1);
    expect(letGo).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(letGo).toHaveBeenCalledTimes(1);
    rest.attach();
    expect(comeBack).toHaveBeenCalledTimes(1);
  });

  it("is over with the session, whatever leaves later", () => {
    const { rest, letGo } = setup();
    const leave = rest.attach();
    rest.dispose();
    leave();
    vi.advanceTimersByTime(10 * PATIENCE);
    expect(letGo).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not taken by a view that moves", () => {
    const { rest, letGo } = setup();
    rest.attach()();
    vi.advanceTimersByTime(PATIENCE / 2);
    rest.attach();
    vi.advanceTimersByTime(10 * PATIENCE);
    expect(letGo).not.toHaveBeenCalled();
  });

  it("waits longer for the first view, and for a kernel that could send everything again", () => {
    const { rest, letGo, comeBack, ask, kernel } = setup(false);
    vi.advanceTimersByTime(FIRST_PATIENCE - 1);
    expect(ask).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10 * FIRST_PATIENCE);
    expect(ask.mock.calls.length).toBeGreaterThan(5);
    expect(letGo).not.toHaveBeenCalled();
    kernel.answers = true;
    vi.advanceTimersByTime(FIRST_PATIENCE + PATIENCE);
    expect(letGo).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10 * FIRST_PATIENCE);
    rest.attach();
    expect([letGo.mock.calls.length, comeBack.mock.calls.length]).toEqual([1, 1]);
  });

  it("asks a kernel that has ended nothing more", () => {
    const { letGo, ask } = setup();
    ask.mockReturnValue(false);
    vi.advanceTimersByTime(10 * FIRST_PATIENCE);
    expect([ask.mock.calls.length, letGo.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0, 0]);
  });
});

describe("a session without a view", () => {
  const frames = (seq: number) =>
    [{ kind: "frames", seq, generation: "g1", first: 0, count: 4 }, [new Float32Array(72).buffer]] as const;

  it("holds no positions, asks for none, and is sent them again for the next view", () => {
    const model = createFakeModel();
    const session = createSession(model, { ticker: { request: () => 0, cancel: () => undefined } });
    const detach = session.attachView();
    model.message(...frames(1));
    expect(session.data.positions().length).toBe(72);
    detach();
    vi.advanceTimersByTime(PATIENCE);
    expect([session.data.positions().length, session.store.get("loaded")]).toEqual([0, 0]);
    expect(model.sent("rest").length).toBe(1);
    const asked = model.sent("hello").length;
    // Another page's answer passes by.
    model.message(...frames(2));
    vi.advanceTimersByTime(600_000);
    expect(session.data.positions().length).toBe(0);
    expect(model.sent("hello").length).toBe(asked);
    session.attachView();
    expect(model.sent("hello").length).toBe(asked + 1);
    expect(model.sent("hello").at(-1)).toMatchObject({ frames: [] });
    model.message(...frames(3));
    expect(session.data.hasAllEpochs()).toBe(true);
  });

  it("is said to be gone when the page goes, and to be there when it comes back", () => {
    const [model, host] = [createFakeModel(), new EventTarget()];
    const session = createSession(model, { ticker: { request: () => 0, cancel: () => undefined }, host });
    const detach = session.attachView();
    model.message(...frames(1));
    host.dispatchEvent(new Event("pagehide"));
    const page = model.sent("hello")[0]?.page;
    expect(model.sent("rest")).toEqual([{ kind: "rest", page, going: true }]);
    host.dispatchEvent(new Event("pageshow"));
    expect(model.sent("hello").at(-1)).toMatchObject({ page, frames: [[0, 4]] });
    session.dispose();
    expect(model.sent("rest").at(-1)).toEqual({ kind: "rest", page, going: false });
    host.dispatchEvent(new Event("pagehide"));
    expect(model.sent("rest").length).toBe(2);
    detach();
  });

  it("that rests already says nothing more, nor does one whose comm is closed", () => {
    for (const broken of [false, true]) {
      const [model, host] = [createFakeModel(), new EventTarget()];
      const session = createSession(model, { ticker: { request: () => 0, cancel: () => undefined }, host });
      session.attachView()();
      if (broken) model.breakComm();
      else vi.advanceTimersByTime(PATIENCE);
      const said = model.log.length;
      host.dispatchEvent(new Event("pagehide"));
      session.dispose();
      expect([model.log.length, vi.getTimerCount()]).toEqual([said, 0]);
    }
  });

  it("rests, too, where a page that started anew never shows it", () => {
    const model = createFakeModel();
    const session = createSession(model, { ticker: { request: () => 0, cancel: () => undefined } });
    model.message(...frames(1));
    const told = { kind: "told", seq: 2, told: {}, meta: 1, selection: 0 };
    const answer = () => {
      const { page, number } = model.sent("hello").at(-1) ?? { page: "", number: 0 };
      model.message({ ...told, heard: { [page]: [0, number] } });
    };
    answer();
    // No cell comes through: a view that came later would be empty until it has.
    vi.advanceTimersByTime(5 * FIRST_PATIENCE);
    expect([model.sent("rest").length, session.store.get("loaded")]).toEqual([0, 4]);
    for (let time = 0; time < 2 * (FIRST_PATIENCE + PATIENCE); time += 1000) {
      answer();
      vi.advanceTimersByTime(1000);
    }
    expect([model.sent("rest").length, session.store.get("loaded")]).toEqual([1, 0]);
    vi.advanceTimersByTime(600_000);
    expect(model.sent("rest").length).toBe(1);
  });
});
