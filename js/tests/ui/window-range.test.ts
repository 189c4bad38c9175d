// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createTransport } from "../../src/ui/transport";
import { createFakeSession, META } from "./fake-session";
import { get, getSlider, press } from "./roles";

function setUp(name: string, patch: Parameters<typeof createFakeSession>[0] = {}) {
  const session = createFakeSession(patch);
  const { element } = createTransport(session);
  const group = get(element, "group", name);
  const [start, end] = [getSlider(group, "Window start"), getSlider(group, "Window end")] as const;
  const move = (thumb: HTMLInputElement, fraction: number) => {
    thumb.value = String(fraction);
    thumb.dispatchEvent(new Event("input"));
  };
  return { session, group, start, end, move };
}

describe("the window of epochs", () => {
  it("has its thumbs where the numbers are, and says them", () => {
    const { session, start, end } = setUp("Epoch window", { epochWindow: [1, 3] });
    expect([start.valueAsNumber, end.valueAsNumber]).toEqual([1 / 19, 9 / 19]);
    expect([start, end].map((thumb) => thumb.getAttribute("aria-valuetext"))).toEqual(["epoch 1", "epoch 9"]);
    session.store.set({ epochWindow: null });
    expect([start.valueAsNumber, end.valueAsNumber]).toEqual([0, 1]);
  });

  it("goes from epoch to epoch under the pointer", () => {
    const { session, start, end, move } = setUp("Epoch window");
    move(end, 10 / 19);
    expect(session.store.get("epochWindow")).toEqual([0, 3]);
    expect(end.valueAsNumber).toBe(9 / 19);
    move(start, 1.4 / 19);
    expect(session.store.get("epochWindow")).toEqual([1, 3]);
    move(start, 0.1 / 19);
    move(end, 1);
    expect(session.store.get("epochWindow")).toBe(null);
  });

  it.each([
    ["start", "ArrowRight", [2, 3]],
    ["start", "ArrowLeft", [0, 3]],
    ["start", "Home", [0, 3]],
    ["start", "End", [4, 4]],
    ["start", "PageUp", [4, 4]],
    ["end", "ArrowUp", [1, 4]],
    ["end", "ArrowDown", [1, 2]],
    ["end", "PageDown", [0, 0]],
    ["end", "Escape", null],
  ] as const)("%s %s", (which, key, window) => {
    const { session, start, end } = setUp("Epoch window", { epochWindow: [1, 3] });
    const event = press(which === "start" ? start : end, key);
    expect(session.store.get("epochWindow")).toEqual(window);
    expect(event.defaultPrevented).toBe(true);
  });

  it("leaves other keys, and Escape without a window, to others", () => {
    const { start } = setUp("Epoch window");
    for (const key of ["Escape", " ", "a"]) expect(press(start, key).defaultPrevented).toBe(false);
  });

  it("is not there for a single epoch", () => {
    const { group } = setUp("Epoch window", { meta: { ...META, shape: [1, 3, 4], epochs: [7] } });
    expect(group.hidden).toBe(true);
  });
});

describe("the window of steps", () => {
  it("goes from step to step", () => {
    const { session, start, end, move } = setUp("Step window");
    move(start, 0.4);
    expect(session.store.get("stepWindow")).toEqual([1, 2]);
    expect(start.valueAsNumber).toBe(0.5);
    press(end, "ArrowLeft");
    expect([start, end].map((thumb) => thumb.getAttribute("aria-valuetext"))).toEqual(["step 2", "step 2"]);
    press(end, "Escape");
    expect(session.calls.at(-1)).toEqual(["setStepWindow", null]);
  });
});
