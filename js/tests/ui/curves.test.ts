// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createCurves, curvePaths } from "../../src/ui/curves";
import { createFakeSession, META } from "./fake-session";
import { press } from "./roles";

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
    const key = () =>
      [...element.querySelectorAll(".mmp-curve-entry")].map(({ children }) => [...children].map((c) => c.textContent));
    expect(key()).toEqual([
      ["", "loss", "1", "(0.25 \u2026 2)"],
      ["", "accuracy", "0.4", "(0.1 \u2026 0.9)"],
    ]);
    session.store.set({ epoch: 2 });
    expect(key().map(([, name, value]) => [name, value])).toEqual([
      ["loss", "\u2013"],
      ["accuracy", "0.6"],
    ]);
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

  it("seeks by recorded number where it is clicked, and plays on", () => {
    const { session, plot } = setUp({ playing: true });
    drag(plot, "pointerdown", 100 + 55);
    drag(plot, "pointermove", 100 + 57);
    drag(plot, "pointerup", 100 + 55);
    expect(session.store.get("epoch")).toBeCloseTo(2.5, 9);
    expect(session.calls.map(([name]) => name)).toEqual(["seek"]);
  });

  it("sets the window of epochs by a drag, either way, shows it while it lasts, and veils the rest", () => {
    const { session, element, plot } = setUp();
    const [left, right] = [...element.querySelectorAll<HTMLElement>(".mmp-curve-veil")];
    const brush = element.querySelector<HTMLElement>(".mmp-curve-brush");
    expect([left?.hidden, brush?.hidden]).toEqual([true, true]);
    drag(plot, "pointerdown", 100 + 95);
    drag(plot, "pointermove", 100 + 19);
    expect([brush?.hidden, brush?.style.left, brush?.style.width]).toEqual([false, "10%", "40%"]);
    drag(plot, "pointerup", 100 + 19);
    expect(session.calls).toEqual([["setEpochWindow", [2, 3]]]);
    expect([left?.hidden, right?.hidden, brush?.hidden]).toEqual([false, false, true]);
    expect(Number.parseFloat(left?.style.right ?? "")).toBeCloseTo((100 * 17) / 19, 6);
    expect(Number.parseFloat(right?.style.left ?? "")).toBeCloseTo((100 * 9) / 19, 6);
  });

  it("has no window of all epochs, nor of one", () => {
    const { session, plot } = setUp();
    for (const [from, to] of [
      [90, 400],
      [140, 146],
    ] as const) {
      drag(plot, "pointerdown", from);
      drag(plot, "pointermove", to);
      drag(plot, "pointerup", to);
    }
    expect(session.calls).toEqual([
      ["setEpochWindow", null],
      ["seek", expect.closeTo(2 + 2.6 / 7, 9)],
    ]);
  });

  it("takes the window back by a double click or Escape, and a drag by Escape", () => {
    const { session, plot } = setUp({ epochWindow: [1, 2] });
    plot.dispatchEvent(new MouseEvent("dblclick"));
    expect(session.store.get("epochWindow")).toBe(null);
    session.store.set({ epochWindow: [1, 2] });
    expect(press(plot, "Escape").defaultPrevented).toBe(true);
    expect(session.store.get("epochWindow")).toBe(null);
    expect(press(plot, "Escape").defaultPrevented).toBe(false);
    session.calls.length = 0;
    drag(plot, "pointerdown", 110);
    drag(plot, "pointermove", 250);
    press(plot, "Escape");
    drag(plot, "pointerup", 250);
    expect(session.calls).toEqual([]);
  });

  it("marks recorded epochs where they are uneven, and positions where they do not rise", () => {
    const marks = (epochs: readonly number[]) => {
      const { element } = setUp({ meta: { ...META, epochs } });
      const ticks = [...element.querySelectorAll(".mmp-curve-tick")].map((tick) => tick.textContent);
      return [
        element
          .querySelector(".mmp-epoch-marks")
          ?.getAttribute("d")
          ?.match(/M[\d.]+/g)?.length ?? 0,
        ticks,
      ];
    };
    expect(marks(META.epochs)[0]).toBe(5);
    expect(marks([3, 5, 7, 9, 11])[0]).toBe(0);
    expect(marks([9, 5, 7, 0, 11])).toEqual([0, ["9", "5", "7", "0", "11"]]);
  });

  const BANDS = [
    {
      name: "phases",
      bands: [
        [0, 1, "falling"],
        [2, 4, "<b>flat</b>"],
      ],
    },
    { name: "lessons", bands: [[3, 3, "hard"]] },
  ] as const;

  it("shades bands behind the lines, each set in a row, up to half way to their neighbors", () => {
    const { element, plot } = setUp({ meta: { ...META, bands: BANDS } });
    const bands = [...element.querySelectorAll<HTMLElement>(".mmp-curve-band")];
    expect(bands.map(({ textContent }) => textContent)).toEqual(["falling", "<b>flat</b>", "hard"]);
    const places = bands.map(({ style }) => [Number.parseFloat(style.left), Number.parseFloat(style.width)]);
    expect(places[0]).toEqual([0, expect.closeTo((100 * 1.5) / 19, 6)]);
    expect(places[1]).toEqual([expect.closeTo((100 * 1.5) / 19, 6), expect.closeTo((100 * 17.5) / 19, 6)]);
    expect(places[2]).toEqual([expect.closeTo((100 * 5.5) / 19, 6), expect.closeTo((100 * 8.5) / 19, 6)]);
    const rows = [...element.querySelectorAll<HTMLElement>(".mmp-curve-bands")];
    expect(rows.map(({ style }) => [style.top, style.height])).toEqual([
      ["0%", "50%"],
      ["50%", "50%"],
    ]);
    expect(bands[1]?.getAttribute("aria-label")).toBe("phases: <b>flat</b>, epochs 2 to 19");
    // What comes first lies behind.
    expect(plot.firstElementChild?.contains(bands[0] ?? null)).toBe(true);
  });

  it("says in the key which band the epoch lies in, as it moves and as bands come and go", () => {
    const { session, element } = setUp({ meta: { ...META, curves: [], bands: BANDS } });
    const key = () => [...element.querySelectorAll(".mmp-curve-entry")].map(({ textContent }) => textContent);
    expect(key()).toEqual(["phasesfalling", "lessons\u2013"]);
    session.store.set({ epoch: 3.2 });
    expect(key()).toEqual(["phases<b>flat</b>", "lessonshard"]);
    expect(element.classList.contains("mmp-bare")).toBe(false);
    session.store.set({ meta: { ...META, curves: [] } });
    expect([key(), element.querySelectorAll(".mmp-curve-band").length]).toEqual([[], 0]);
    expect(element.classList.contains("mmp-bare")).toBe(true);
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
    drag(plot, "pointerup", 100 + 190);
    expect(session.calls).toEqual([["seek", 4]]);
  });
});
