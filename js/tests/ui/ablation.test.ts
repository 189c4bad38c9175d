// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import type { Ablation, AblationEffect } from "../../src/protocol/messages";
import { createAblation } from "../../src/ui/ablation";
import { createFakeSession, NOTHING } from "./fake-session";
import { findAll, get } from "./roles";

const EFFECT: AblationEffect = {
  metric: "accuracy",
  effect: -0.125,
  baseline: 0.95,
  ablated: 0.825,
  pvalue: 0.005,
  interval: [-0.15, -0.1],
  null: [-0.04, -0.02, 0],
};
const OFFERED: Ablation = { revision: 1, offered: true, running: false, units: [], effect: null };
const SELECTED = { ...NOTHING, units: [1, 3], count: 30 };

function set(ablation: Partial<Ablation> = {}, selection = SELECTED) {
  const session = createFakeSession({ ablation: { ...OFFERED, ...ablation }, selection });
  const part = createAblation(session);
  document.body.append(part.element);
  const button = get(part.element, "button", "Ablate selection");
  const said = () => part.element.querySelector("[aria-live=polite]")?.textContent;
  return { session, part, button, said, store: session.store };
}

afterEach(() => {
  document.body.replaceChildren();
});

describe("the ablation", () => {
  it("is there only where Python has a function for it", () => {
    const { part, store } = set({ offered: false });
    expect(part.element.hidden).toBe(true);
    store.set({ ablation: OFFERED });
    expect(part.element.hidden).toBe(false);
    part.dispose();
    expect(store.listeners).toBe(0);
  });

  it("asks for units, a kernel, its answer, and one at a time", () => {
    const { button, session, store } = set();
    button.click();
    expect(session.calls).toEqual([["ablate"]]);
    for (const [state, reason] of [
      [{ selection: NOTHING }, "Select units first"],
      [{ selection: { ...SELECTED, pending: true } }, "Python has not answered yet"],
      [{ selection: SELECTED, ablation: { ...OFFERED, running: true } }, "Python is at it"],
      [{ kernelGone: true }, "Python is gone: run the cell again"],
    ] as const) {
      store.set(state);
      expect([button.getAttribute("aria-disabled"), button.title]).toEqual(["true", reason]);
      button.click();
    }
    expect(session.calls).toHaveLength(1);
  });

  it("says and draws the effect with its interval over the random draws", () => {
    const { part, said, store } = set();
    expect(findAll(part.element, "img").every((plot) => plot.closest("[hidden]"))).toBe(true);
    store.set({ ablation: { ...OFFERED, running: true } });
    expect(said()).toBe("Ablating…");
    store.set({ ablation: { ...OFFERED, units: [1, 3], effect: EFFECT } });
    expect(said()).toBe(
      "accuracy 0.95 → 0.825 without 2 units: −0.125 [−0.15, −0.1], p = 0.005; 3 random draws: −0.02 on average",
    );
    const [plot] = findAll(part.element, "img");
    expect(plot?.closest("[hidden]")).toBeNull();
    expect(plot?.getAttribute("aria-label")).toBe("Effects of random draws from −0.04 to 0, of the selection −0.125");
    // From -0.15 to 0: the effect stands at a sixth, its interval from the left edge to a third.
    expect(plot?.querySelector(".mmp-curve-line")?.getAttribute("d")).toBe("M167 0V1000");
    expect(plot?.querySelector(".mmp-trace-band")?.getAttribute("d")).toBe("M0 0H333V1000H0Z");
    store.set({ selection: { ...SELECTED, units: [1] } });
    expect(said()).toContain("without 2 units (selected before): ");
  });

  it("says what there is of a bare number", () => {
    const bare = { metric: "", effect: 2, baseline: null, ablated: null, pvalue: null, interval: null, null: [] };
    const { part, said } = set({ units: [1, 3], effect: bare });
    expect(said()).toBe("effect without 2 units: 2");
    expect(findAll(part.element, "img")[0]?.closest("[hidden]")).not.toBeNull();
  });
});
