// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createCurves } from "../../src/ui/curves";
import { createFakeSession, META } from "./fake-session";
import { press } from "./roles";

const [epochInfo, ...others] = META.channels;
if (epochInfo === undefined) throw new Error("no channel");
const KNOWN = { ...META, channels: [{ ...epochInfo, axes: ["epoch"] as const }, ...others] };

function setUp(patch: Parameters<typeof createFakeSession>[0] = {}) {
  const session = createFakeSession({ meta: KNOWN, ...patch });
  const { element, dispose } = createCurves(session);
  const button = element.querySelector<HTMLButtonElement>(".mmp-curve-take");
  const plot = element.querySelector<HTMLElement>(".mmp-curve-plot");
  if (button === null || plot === null) throw new Error("no button");
  return { session, button, plot, dispose };
}

const BRUSHED = { epochWindow: [1, 3], show: "all" } as const;

describe("selecting the epochs that are brushed", () => {
  it("takes the range of the channel epoch, by recorded number, combined as the keys say", () => {
    const { session, button } = setUp(BRUSHED);
    expect(button.textContent).toBe("Select epochs 1 to 9");
    button.click();
    for (const keys of [{ shiftKey: true }, { altKey: true }, { shiftKey: true, altKey: true }]) {
      button.dispatchEvent(new MouseEvent("click", keys));
    }
    const where = { range: [1, 9] };
    expect(session.calls).toEqual(
      ["replace", "add", "subtract", "intersect"].map((combine) => ["selectWhere", "epoch", where, combine]),
    );
  });

  it("takes it by Enter on the curves, where something is brushed", () => {
    const { session, plot } = setUp(BRUSHED);
    expect(press(plot, "Enter", { shiftKey: true }).defaultPrevented).toBe(true);
    expect(session.calls).toEqual([["selectWhere", "epoch", { range: [1, 9] }, "add"]]);
    session.store.set({ epochWindow: null });
    expect(press(plot, "Enter").defaultPrevented).toBe(false);
    expect(session.calls).toHaveLength(1);
  });

  it("has no ends without a brush, and the least and greatest number where numbers do not rise", () => {
    const { session, button } = setUp({ show: "epochs", meta: { ...KNOWN, epochs: [4, 9, 0.1, 5, 2] } });
    expect(button.textContent).toBe("Select all epochs");
    button.click();
    session.store.set({ epochWindow: [1, 3] });
    button.click();
    expect(session.calls.map(([, , where]) => where)).toEqual([
      { range: [null, null] },
      // As the channel has them, in single precision.
      { range: [Math.fround(0.1), 9] },
    ]);
  });

  it("goes by the values of a channel that a user has called so, where it has some", () => {
    const { session, button } = setUp(BRUSHED);
    const values = Float32Array.of(0, 10, Number.NaN, 30, Number.NaN);
    session.data.channel = () => ({ info: epochInfo, values });
    button.click();
    session.store.set({ epochWindow: [2, 2] });
    button.click();
    expect(session.calls.map(([, , where]) => where)).toEqual([{ range: [10, 30] }, { range: [null, null] }]);
  });

  it("says that of two pictures one epoch alone is visible", () => {
    const { session, button } = setUp({ ...BRUSHED, show: "epoch" });
    expect(button.textContent).toBe("Select this epoch");
    session.store.set({ show: "steps" });
    expect(button.textContent).toBe("Select this epoch");
    session.store.set({ show: "epochs" });
    expect([button.textContent, button.title.startsWith("Select what is visible of epochs 1 to 9; Shift")]).toEqual([
      "Select epochs 1 to 9",
      true,
    ]);
  });

  it("asks for the channel once something is brushed, so that a busy kernel need not be waited for", () => {
    const { session, dispose } = setUp();
    expect(session.wishes.channels).toEqual([]);
    session.store.set({ epochWindow: [0, 1] });
    expect(session.wishes.channels).toEqual(["epoch"]);
    session.store.set({ kernelGone: true });
    expect(session.wishes.channels).toEqual([]);
    session.store.set({ kernelGone: false });
    expect(session.wishes.channels).toEqual(["epoch"]);
    dispose();
    expect(session.wishes.channels).toEqual([]);
  });

  it("is not offered where a user has called something else epoch", () => {
    const named = { ...epochInfo, axes: ["epoch"] as const, kind: "categorical" as const, categories: ["a"] };
    const { session, button, plot } = setUp({ ...BRUSHED, meta: { ...META, channels: [named] } });
    expect(button.hidden).toBe(true);
    press(plot, "Enter");
    expect(session.calls).toEqual([]);
    session.store.set({ meta: KNOWN });
    expect(button.hidden).toBe(false);
  });
});
