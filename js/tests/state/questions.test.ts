import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createQuestions, LONGEST_PATIENCE, PATIENCE, PAUSE } from "../../src/state/questions";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(most = 3) {
  const asked: [string, string][] = [];
  const questions = createQuestions<string, number>({
    ask: (question, id) => asked.push([question, id]),
    keyOf: (question) => question,
    most,
  });
  const answer = (value: number) => questions.put(asked.at(-1)?.[1] ?? "", value);
  return { asked, questions, answer, texts: () => asked.map(([text]) => text) };
}

const VIEW = {};

describe("questions", () => {
  it("are asked after a pause, the last wish alone, one at a time", () => {
    const { questions, texts, answer } = setUp();
    questions.want(VIEW, ["a"]);
    questions.want(VIEW, ["b"]);
    expect(texts()).toEqual([]);
    vi.advanceTimersByTime(PAUSE);
    questions.want(VIEW, ["c"]);
    vi.advanceTimersByTime(PATIENCE - 1);
    expect(texts()).toEqual(["b"]);
    expect(answer(1)).toBe(true);
    vi.advanceTimersByTime(PAUSE);
    expect(texts()).toEqual(["b", "c"]);
    expect([questions.get("b"), questions.get("c")]).toEqual([1, undefined]);
  });

  it("are asked again where they got lost, each time after a longer silence, and a late answer counts", () => {
    const { asked, questions, texts } = setUp();
    questions.want(VIEW, ["a"]);
    vi.advanceTimersByTime(PAUSE + PATIENCE + 2 * PATIENCE);
    expect(texts()).toEqual(["a", "a", "a"]);
    vi.advanceTimersByTime(20 * LONGEST_PATIENCE);
    expect(asked.length).toBeLessThan(28);
    expect(questions.put(asked[0]?.[1] ?? "", 5)).toBe(true);
    expect(questions.get("a")).toBe(5);
    expect(questions.put("never asked", 6)).toBe(false);
    vi.advanceTimersByTime(20 * LONGEST_PATIENCE);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("of two views are both asked, and those of one that is gone no more", () => {
    const { questions, texts, answer } = setUp();
    const other = {};
    questions.want(VIEW, ["a"]);
    questions.want(other, ["b"]);
    vi.advanceTimersByTime(PAUSE);
    questions.want(other, []);
    answer(1);
    vi.advanceTimersByTime(10 * PATIENCE);
    expect(texts()).toEqual(["a"]);
  });

  it("keep the last answers, and all that are wanted", () => {
    const { questions, answer } = setUp(2);
    const all = ["a", "b", "c"];
    questions.want(VIEW, all);
    for (const value of [1, 2, 3]) {
      vi.advanceTimersByTime(PAUSE);
      answer(value);
    }
    expect(all.map(questions.get)).toEqual([1, 2, 3]);
    questions.want(VIEW, ["d"]);
    vi.advanceTimersByTime(PAUSE);
    answer(4);
    expect([...all, "d"].map(questions.get)).toEqual([undefined, undefined, 3, 4]);
    questions.forget();
    expect(questions.get("d")).toBeUndefined();
    questions.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });
});
