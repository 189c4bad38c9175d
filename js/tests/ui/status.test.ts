// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createMask, setBit } from "../../src/protocol/bitmask";
import { createStatus } from "../../src/ui/status";
import { createFakeSession, META, NOTHING } from "./fake-session";
import { get } from "./roles";

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
    expect(text()).toBe("gru.0 is hidden \u00b7 0 units, 0 points selected \u00b7 hidden: 1 unit");
    session.store.set({ found: undefined, hiddenUnits: [] });
    expect(text()).toBe("0 units, 0 points selected");
  });

  it("says what windows leave out, and shows all again", () => {
    const session = createFakeSession({ epochWindow: [1, 3], hiddenUnits: [0] });
    const { element } = createStatus(session);
    const text = () => element.querySelector("[role='status']")?.textContent;
    expect(text()).toContain("hidden: all but epochs 1 to 9, 1 unit");
    session.store.set({ stepWindow: [1, 1] });
    expect(text()).toContain("hidden: all but epochs 1 to 9, all but step 2, 1 unit");
    get(element, "button", "Show all").click();
    expect([session.store.get("epochWindow"), session.store.get("stepWindow")]).toEqual([null, null]);
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

  it.each([
    [{ layer: { hide: [1] } }, "layer out"],
    [{ layer: { hide: [0, 2] } }, "layer gru and no value"],
    [{ epoch: { range: [1, 9] } }, "epoch outside 1 to 9"],
    [{ epoch: { range: [1, null] }, drift: { range: [null, -0.5] } }, "epoch below 1, drift above \u22120.5"],
  ] as const)("says what is hidden, %j, and shows all again", (filters, text) => {
    const session = createFakeSession();
    const { element } = createStatus(session);
    const button = get(element, "button", "Show all");
    expect(button.hidden).toBe(true);
    session.store.set({ filters, hiddenUnits: [0, 1] });
    const status = element.querySelector("[role='status']");
    expect(status?.textContent).toBe(`0 units, 0 points selected \u00b7 hidden: ${text}, 2 units`);
    expect(button.hidden).toBe(false);
    document.body.replaceChildren(element);
    button.focus();
    button.click();
    expect([session.store.get("filters"), session.store.get("hiddenUnits")]).toEqual([{}, []]);
    expect(status?.textContent).toBe("0 units, 0 points selected");
    // It stays for as long as the keyboard is on it.
    expect([button.hidden, button.getAttribute("aria-disabled")]).toEqual([false, "true"]);
    button.blur();
    expect(button.hidden).toBe(true);
  });

  it("does not call a unit lit that the legend hides", () => {
    const session = createFakeSession({ found: 1 });
    const { element } = createStatus(session);
    const status = element.querySelector("[role='status']");
    expect(status?.textContent).toContain("gru.1 is lit");
    const [epochs, steps, units] = META.shape;
    const hidden = createMask(epochs * steps * units);
    for (let id = 1; id < epochs * steps * units; id += units) setBit(hidden, id);
    session.store.set({ hidden });
    expect(status?.textContent).toContain("gru.1 is hidden");
    session.store.set({ found: 2 });
    expect(status?.textContent).toContain("out.0 is lit");
  });

  it("counts many hidden categories and names the few that are left", () => {
    const categories = Array.from({ length: 12 }, (_, i) => `c${i}`);
    const channels = META.channels.map((info) => ({ ...info, categories }));
    const session = createFakeSession({ meta: { ...META, channels } });
    const { element } = createStatus(session);
    const hide = (codes: number[]) => {
      session.store.set({ filters: { layer: { hide: codes } } });
      return element.querySelector("[role='status']")?.textContent?.split("hidden: ")[1];
    };
    expect(hide([0, 1, 2, 3, 4])).toBe("layer 5 of 12");
    expect(hide([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12])).toBe("layer all but c10 and c11");
  });
});
