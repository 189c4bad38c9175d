import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSession } from "../../src/state/create-session";
import { createRest, PATIENCE } from "../../src/state/rest";
import { createFakeModel } from "./fake-model";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("rest", () => {
  it("lets go some time after the last view is gone, and never before the first", () => {
    const [letGo, comeBack] = [vi.fn(), vi.fn()];
    const rest = createRest(letGo, comeBack);
    vi.advanceTimersByTime(10 * PATIENCE);
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

  it("is not taken by a view that moves", () => {
    const letGo = vi.fn();
    const rest = createRest(letGo, vi.fn());
    rest.attach()();
    vi.advanceTimersByTime(PATIENCE / 2);
    rest.attach();
    vi.advanceTimersByTime(10 * PATIENCE);
    expect(letGo).not.toHaveBeenCalled();
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
});
