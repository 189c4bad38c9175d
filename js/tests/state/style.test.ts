import { describe, expect, it } from "vitest";
import { createMask, setBit } from "../../src/protocol/bitmask";
import { composeNow } from "../../src/state/style";
import { createFakeSession } from "../ui/fake-session";

describe("what is drawn now", () => {
  it("counts neither what the legend hides nor hidden units", () => {
    // 5 × 3 × 4 points, so many that each that is left out makes the others larger.
    const { store } = createFakeSession({ show: "all" });
    store.set({ view: { ...store.get("view"), position: [0, 0, 40] } });
    const all = composeNow(store);
    store.set({ hiddenUnits: [0, 1] });
    const half = composeNow(store);
    expect(half.headSize / all.headSize).toBeCloseTo(Math.SQRT2, 9);
    expect(half.heads).toBe(all.heads);
    const hidden = createMask(60);
    for (let id = 0; id < 30; id++) setBit(hidden, id);
    store.set({ hiddenUnits: [], hidden });
    expect(composeNow(store).headSize).toBeCloseTo(half.headSize, 9);
  });

  it("is that of the canvas it is drawn on, and of what the user set", () => {
    const { store } = createFakeSession({ view: { ...createFakeSession().store.get("view"), position: [0, 0, 40] } });
    const small = composeNow(store, { width: 400, height: 300 });
    expect(composeNow(store, { width: 800, height: 600 }).headSize).toBeGreaterThan(small.headSize);
    store.set({ pointSize: 7, opacity: 0.4 });
    expect(composeNow(store)).toMatchObject({ headSize: 7, headOpacity: 0.4 });
  });
});
