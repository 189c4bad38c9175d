// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { pointId } from "../../src/geometry/points";
import { leanOf, place } from "../../src/ui/placing";
import { createTooltip, describePoint } from "../../src/ui/tooltip";
import { createFakeSession, type FakeSession, META } from "./fake-session";

const PLACE = { epoch: 3, step: 1, unit: 2 };
const ID = pointId(META.shape, 3, 1, 2);
const TRACE = { mean: Float32Array.of(0.5, -0.25, Number.NaN), deviation: Float32Array.of(0.1, 0.125, Number.NaN) };

describe("describePoint", () => {
  it("names unit, layer, recorded numbers and value", () => {
    expect(
      describePoint(
        createFakeSession({}, () => 9),
        PLACE,
      ),
    ).toEqual({
      unit: "out.0",
      layer: "out",
      time: "epoch 9 \u00b7 step 2",
      channel: "epoch",
      value: "9",
    });
  });

  it("names the category, the first one too, and says when there is none", () => {
    expect(
      describePoint(
        createFakeSession({ colorBy: "layer" }, () => 0),
        PLACE,
      ).value,
    ).toBe("gru");
    expect(
      describePoint(
        createFakeSession({ colorBy: "layer" }, () => Number.NaN),
        PLACE,
      ).value,
    ).toBe("no value");
  });

  it("leaves the layer out where there is none", () => {
    const meta = { ...META, unit_layers: [-1, -1, -1, -1] };
    expect(describePoint(createFakeSession({ meta }), PLACE).layer).toBe("");
  });
});

describe("describePoint without a step", () => {
  it("has a value only where all steps share it", () => {
    const describeAt = (colorBy: string) =>
      describePoint(
        createFakeSession({ colorBy }, () => 1),
        { ...PLACE, step: undefined },
      );
    expect(describeAt("layer")).toMatchObject({ time: "epoch 9", channel: "layer", value: "out" });
    expect(describeAt("drift")).toMatchObject({ time: "epoch 9", channel: "", value: "" });
  });
});

describe("the activity of the unit", () => {
  function show(session: FakeSession) {
    const { element } = createTooltip(session, document.createElement("div"));
    const plot = element.querySelector<HTMLElement>(".mmp-trace");
    const activity = element.querySelector<HTMLElement>(".mmp-tooltip-activity");
    return {
      shown: () => plot?.hidden === false,
      lines: () => element.querySelectorAll(".mmp-curve-line").length,
      value: () => (activity?.parentElement?.hidden ? undefined : activity?.textContent),
    };
  }

  it("joins the card when it arrives, for the epoch and unit that are pointed at", () => {
    const session = createFakeSession({ hover: { id: ID, x: 10, y: 10 } });
    const { shown, lines, value } = show(session);
    expect([shown(), lines(), value()]).toEqual([true, 0, "\u2026"]);
    session.arrive({ epoch: 2, unit: 2 }, { ...TRACE, classes: [] });
    expect(lines()).toBe(0);
    session.arrive(PLACE, { ...TRACE, classes: [] });
    expect([shown(), lines(), value()]).toEqual([true, 1, "\u22120.25 \u00b1 0.125"]);
    session.store.set({ hover: { id: pointId(META.shape, 3, 2, 2), x: 10, y: 10 } });
    expect([lines(), value()]).toEqual([1, "no value"]);
    session.store.set({ hover: { id: pointId(META.shape, 2, 2, 1), x: 10, y: 10 } });
    expect([lines(), value()]).toEqual([0, "\u2026"]);
  });

  it("has no place where Python has coordinates alone, or is gone before it came", () => {
    const hover = { id: ID, x: 10, y: 10 };
    const bare = show(createFakeSession({ hover, meta: { ...META, has_activity: false } }));
    expect([bare.shown(), bare.value()]).toEqual([false, undefined]);
    const session = createFakeSession({ hover, kernelGone: true });
    const gone = show(session);
    expect([gone.shown(), gone.value()]).toEqual([false, undefined]);
    session.arrive(PLACE, { ...TRACE, classes: [] });
    expect(gone.shown()).toBe(true);
  });

  it("shows the unit that was looked up where nothing is pointed at, without a step", () => {
    const session = createFakeSession({ found: 2, epoch: 3 });
    session.arrive(PLACE, { ...TRACE, classes: [] });
    const { shown, lines, value } = show(session);
    expect([shown(), lines(), value()]).toEqual([true, 1, undefined]);
    session.store.set({ step: 0 });
    expect(value()).toBe("0.5 \u00b1 0.1");
  });
});

describe("createTooltip", () => {
  it("shows point 0 like any other and hides when the pointer leaves", () => {
    const session = createFakeSession();
    const { element } = createTooltip(session, document.createElement("div"));
    expect(element.hidden).toBe(true);
    session.store.set({ hover: { id: 0, x: 10, y: 10 } });
    expect(element.hidden).toBe(false);
    expect(element.querySelector(".mmp-tooltip-unit")?.textContent).toBe("gru.0");
    session.store.set({ hover: undefined });
    expect(element.hidden).toBe(true);
  });
});

describe("the place of the card", () => {
  it("follows the pointer without asking for sizes, and a new size before it is painted", () => {
    const observed: (() => void)[] = [];
    class Observer {
      constructor(report: () => void) {
        observed.push(report);
      }
      observe() {}
      disconnect() {
        observed.length = 0;
      }
    }
    vi.stubGlobal("ResizeObserver", Observer);
    const session = createFakeSession({ hover: { id: 0, x: 10, y: 20 } });
    const bounds = document.createElement("div");
    const { element, dispose } = createTooltip(session, bounds);
    vi.unstubAllGlobals();
    let asked = 0;
    const sizeOf = (of: HTMLElement, names: readonly string[], size: number) => {
      const get = () => {
        asked++;
        return size;
      };
      for (const name of names) Object.defineProperty(of, name, { get });
    };
    sizeOf(bounds, ["clientWidth", "clientHeight"], 400);
    sizeOf(element, ["offsetWidth", "offsetHeight"], 100);
    for (const report of observed) report();
    expect([element.style.left, element.style.top]).toEqual(["24px", "34px"]);
    asked = 0;
    session.store.set({ hover: { id: 0, x: 390, y: 30 } });
    expect([element.style.left, element.style.top, asked]).toEqual(["276px", "44px", 0]);
    dispose();
    expect(observed).toEqual([]);
  });
});

describe("place", () => {
  it("stays inside for every pointer position", () => {
    for (let pointer = 0; pointer <= 300; pointer += 5) {
      const left = place(pointer, 120, 300);
      expect(left).toBeGreaterThanOrEqual(4);
      expect(left + 120).toBeLessThanOrEqual(296);
    }
  });

  it("does not cover the pointer where there is room", () => {
    expect(place(50, 120, 300)).toBeGreaterThan(50);
    expect(place(280, 120, 300) + 120).toBeLessThan(280);
  });

  it("leaves the trajectory in sight where there is room on its other side", () => {
    expect(place(150, 120, 300, 10) + 120).toBeLessThan(150);
    expect(place(50, 120, 300, 10)).toBeGreaterThan(50);
    expect(place(150, 120, 300, -10)).toBeGreaterThan(150);
  });

  it("knows which way the trajectory runs", () => {
    // The unit's steps go to the right and up from the middle of the canvas.
    const positions = Float32Array.from({ length: 3 * 60 }, (_, k) => (k % 3 === 2 ? 0 : Math.floor(k / 12) % 3));
    const session = { ...createFakeSession({ hover: { id: 0, x: 400, y: 300 } }) };
    const [x, y] = leanOf(
      { ...session, data: { ...session.data, positions: () => positions } },
      [400, 300],
      [800, 600],
    );
    expect([x > 50, y < -50]).toEqual([true, true]);
    expect(leanOf(createFakeSession(), [0, 0], [800, 600])).toEqual([0, 0]);
  });
});
