// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createCurves, curvePaths } from "../../src/ui/curves";
import { createFakeSession, META } from "./fake-session";

function setUp(patch: Parameters<typeof createFakeSession>[0] = {}) {
  const session = createFakeSession(patch);
  const { element, dispose } = createCurves(session);
  const plot = element.querySelector<HTMLElement>(".mmp-curve-plot");
  if (plot === null) throw new Error("no plot");
  plot.getBoundingClientRect = () => new DOMRect(100, 0, 190, 60);
  return { session, element, plot, dispose };
}

const drag = (plot: HTMLElement, type: string, clientX: number) =>
  plot.dispatchEvent(new PointerEvent(type, { clientX, pointerId: 1, button: 0, bubbles: true }));

describe("curvePaths", () => {
  const epochs = [0, 1, 2, 3, 10];
  const scale = (value: number) => value;

  it("lifts the pen at gaps and keeps lone values as dots", () => {
    expect(curvePaths([0, 1, null, 0.5, null], scale, epochs)).toEqual({
      line: "M0.0 0.00L100.0 100.00",
      dots: "M300.0 50.00h0",
    });
  });

  it("goes by recorded epoch numbers and treats NaN as a gap", () => {
    expect(curvePaths([Number.NaN, null, null, 0, 1], scale, epochs).line).toBe("M300.0 0.00L1000.0 100.00");
    expect(curvePaths([null, null, null, null, null], scale, epochs)).toEqual({ line: "", dots: "" });
  });
});

describe("createCurves", () => {
  it("names each curve with its value at the nearest epoch", () => {
    const { session, element } = setUp({ epoch: 1.4 });
    const key = () => [...element.querySelectorAll(".mmp-curve-entry")].map((entry) => entry.textContent);
    expect(key()).toEqual(["loss1", "accuracy0.4"]);
    session.store.set({ epoch: 2 });
    expect(key()).toEqual(["loss\u2013", "accuracy0.6"]);
    expect(element.querySelector<HTMLElement>(".mmp-curve-dot")?.hidden).toBe(true);
  });

  it("gives every curve its own scale: each least value lies at the bottom", () => {
    const { element } = setUp();
    const lines = [...element.querySelectorAll(".mmp-curve-line")].map((line) => line.getAttribute("d") ?? "");
    expect(lines[0]).toMatch(/^M0\.0 0\.00/);
    expect(lines[0]).toMatch(/L1000\.0 100\.00$/);
    expect(lines[1]).toMatch(/^M0\.0 100\.00/);
    expect(lines[1]).toMatch(/L1000\.0 0\.00$/);
  });

  it("marks the epoch between two recorded numbers", () => {
    const { session, element } = setUp();
    session.store.set({ epoch: 2.5 });
    const left = element.querySelector<HTMLElement>(".mmp-curve-marker")?.style.left ?? "";
    expect(Number.parseFloat(left)).toBeCloseTo((100 * 5.5) / 19, 6);
  });

  it("lets the dots glide along the lines, and rest beside a gap", () => {
    const { session, element } = setUp({ epoch: 0.25 });
    const dots = [...element.querySelectorAll<HTMLElement>(".mmp-curve-dot")];
    const place = () => dots.map(({ style }) => [Number.parseFloat(style.left), Number.parseFloat(style.top)]);
    expect(place()[0]?.[0]).toBeCloseTo((100 * 0.25) / 19, 6);
    expect(place()[0]?.[1]).toBeCloseTo((100 * 0.25) / 1.75, 6);
    session.store.set({ epoch: 1.4 });
    expect(place()[0]).toEqual([expect.closeTo(100 / 19, 6), expect.closeTo(100 / 1.75, 6)]);
    expect(place()[1]?.[0]).toBeCloseTo((100 * 1.4) / 19, 6);
  });

  it("draws the lines once however the epoch moves", () => {
    const { session, element } = setUp();
    const before = element.querySelector(".mmp-curve-line");
    session.store.set({ epoch: 3 });
    expect(element.querySelector(".mmp-curve-line")).toBe(before);
  });

  it("seeks by recorded number on press and drag, holding time still", () => {
    const { session, plot } = setUp({ playing: true });
    drag(plot, "pointerdown", 100 + 55);
    expect(session.store.get("epoch")).toBeCloseTo(2.5, 9);
    expect(session.store.get("playing")).toBe(false);
    plot.hasPointerCapture = () => true;
    drag(plot, "pointermove", 100 + 140);
    expect(session.store.get("epoch")).toBeCloseTo(3.5, 9);
    drag(plot, "pointerup", 100 + 140);
    expect(session.store.get("playing")).toBe(true);
  });

  it("does not seek when the pointer only passes", () => {
    const { session, plot } = setUp();
    drag(plot, "pointermove", 150);
    expect(session.calls).toEqual([]);
  });

  it("keeps a bare axis to seek on when nothing was measured", () => {
    const { session, element, plot } = setUp({ meta: { ...META, curves: [] } });
    expect(element.querySelectorAll(".mmp-curve-line")).toHaveLength(0);
    expect([...element.querySelectorAll(".mmp-curve-tick")].map((tick) => tick.textContent)).toEqual([
      "0",
      "5",
      "10",
      "15",
    ]);
    drag(plot, "pointerdown", 100 + 190);
    expect(session.calls).toEqual([["seek", 4]]);
  });
});
