// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createStatus } from "../../src/ui/status";
import { createFakeSession, NOTHING } from "./fake-session";

describe("createStatus", () => {
  it.each([
    [0, [], "0 units, 0 points selected"],
    [1, [0], "1 unit, 1 point selected"],
    [480, Array.from({ length: 12 }, (_, i) => i), "12 units, 480 points selected"],
    [2, [], "0 units, 2 points selected"],
  ])("announces %i points", (count, units, text) => {
    const session = createFakeSession();
    const { element } = createStatus(session);
    session.store.set({ selection: { ...NOTHING, count, units } });
    expect(element.querySelector("[role='status']")?.textContent).toBe(text);
  });

  it("announces the unit that was looked up, and one that is hidden", () => {
    const session = createFakeSession();
    const { element } = createStatus(session);
    const text = () => element.querySelector("[role='status']")?.textContent;
    session.store.set({ found: 0 });
    expect(text()).toBe("gru.0 is lit \u00b7 0 units, 0 points selected");
    session.store.set({ hiddenUnits: [0] });
    expect(text()).toBe("gru.0 is hidden \u00b7 0 units, 0 points selected");
    session.store.set({ found: undefined });
    expect(text()).toBe("0 units, 0 points selected");
  });

  it("shows, without announcing, what the kernel has not confirmed", () => {
    const session = createFakeSession();
    const { element } = createStatus(session);
    const dot = element.querySelector<HTMLElement>(".mmp-pending");
    expect(dot?.hidden).toBe(true);
    session.store.set({ selection: { ...NOTHING, pending: true } });
    expect(dot?.hidden).toBe(false);
    expect(element.querySelector("[role='status']")?.contains(dot)).toBe(false);
  });

  it("counts the epochs that have arrived, then says what the trace holds", () => {
    const session = createFakeSession({ loaded: 2 });
    const { element } = createStatus(session);
    const contents = element.querySelector(".mmp-status-contents");
    expect(contents?.textContent).toBe("Loading 2 of 5 epochs");
    session.store.set({ loaded: 5 });
    expect(contents?.textContent).toBe("4 units \u00b7 3 steps \u00b7 5 epochs");
  });
});
