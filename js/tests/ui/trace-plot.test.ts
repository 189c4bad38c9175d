// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { UnitTrace } from "../../src/state/unit-traces";
import { bandPath, createTracePlot, linePath } from "../../src/ui/trace-plot";

const STEPS = [0, 10, 20, 40];
const PLAIN: UnitTrace = {
  mean: Float32Array.of(0, 1, 2, 3),
  deviation: Float32Array.of(1, 1, 0, 1),
  classes: [],
};
const CLASSED: UnitTrace = {
  ...PLAIN,
  classes: [
    { name: "<b>cat</b>", mean: Float32Array.of(-1, 0, 1, Number.NaN) },
    { name: "dog", mean: Float32Array.of(1, 0, -1, -0.5) },
  ],
};
const same = (value: number) => value;

function paths(element: HTMLElement): string[] {
  return [...element.querySelectorAll("path")].map((path) => path.getAttribute("d") ?? "");
}

describe("paths", () => {
  it("lift the pen where no sample takes part, and keep a step that stands alone", () => {
    const { NaN: gap } = Number;
    expect(linePath(Float32Array.of(5, 6, gap, 7, gap), same, same)).toBe("M0 5h0L1 6M3 7h0");
    expect(linePath(Float32Array.of(gap), same, same)).toBe("");
  });

  it("go there above the mean and back below it", () => {
    const mean = Float32Array.of(1, 2, Number.NaN);
    const trace = { mean, deviation: Float32Array.of(1, 0, Number.NaN), classes: [] };
    expect(bandPath(trace, same, same)).toBe("M0 2L1 2L1 2L0 0Z");
    expect(bandPath({ ...trace, mean: mean.fill(Number.NaN) }, same, same)).toBe("");
  });
});

describe("createTracePlot", () => {
  it("draws mean and band over the recorded steps, between limits that hold both", () => {
    const { element, draw } = createTracePlot();
    draw(PLAIN, STEPS, 1);
    // From -1 to 4: the zero line, the band, the mean.
    expect(paths(element)).toEqual([
      "M0 800H1000",
      "M0 600L250 400L500 400L1000 0L1000 400L500 400L250 800L0 1000Z",
      "M0 800h0L250 600L500 400L1000 200",
    ]);
    expect(element.querySelector(".mmp-trace-limits")?.textContent).toBe("4\u22121");
    expect(element.querySelector(".mmp-trace-ends")?.textContent).toBe("step 040");
    expect(element.querySelector<HTMLElement>(".mmp-trace-marker")?.style.left).toBe("25%");
    expect(element.querySelector(".mmp-trace-key")?.textContent).toBe("mean \u00b1 SD over samples");
  });

  it("draws a line for each class in a color of its own, named as text", () => {
    const { element, draw } = createTracePlot();
    draw(CLASSED, STEPS, undefined);
    expect(paths(element)).toEqual(["M0 500H1000", "M0 1000h0L250 500L500 0", "M0 0h0L250 500L500 1000L1000 750"]);
    const names = [...element.querySelectorAll(".mmp-trace-name")].map((name) => name.textContent);
    expect(names).toEqual(["<b>cat</b>", "dog"]);
    const colors = [...element.querySelectorAll<HTMLElement>(".mmp-trace-class")].map((entry) =>
      entry.style.getPropertyValue("--mmp-curve"),
    );
    expect(new Set(colors).size).toBe(2);
    expect(element.querySelector<HTMLElement>(".mmp-trace-marker")?.hidden).toBe(true);
  });

  it("is empty and says so until a trace comes; the key stays meanwhile", () => {
    const { element, draw } = createTracePlot();
    const waiting = element.querySelector<HTMLElement>(".mmp-trace-waiting");
    draw(undefined, STEPS, 0);
    expect([waiting?.hidden, paths(element)]).toEqual([false, []]);
    draw(CLASSED, STEPS, 0);
    expect(waiting?.hidden).toBe(true);
    draw(undefined, STEPS, 0);
    expect([waiting?.hidden, paths(element)]).toEqual([false, []]);
    expect(element.querySelector(".mmp-trace-limits")?.textContent).toBe("");
    expect(element.querySelectorAll(".mmp-trace-class")).toHaveLength(2);
  });

  it("keeps lines and key from unit to unit, while the classes are the same", () => {
    const { element, draw } = createTracePlot();
    draw(CLASSED, STEPS, 0);
    const parts = () => [...element.querySelectorAll(".mmp-curve-line, .mmp-trace-class")];
    const before = parts();
    draw(undefined, STEPS, 0);
    const [cat, dog] = CLASSED.classes;
    if (cat === undefined || dog === undefined) throw new Error("no classes");
    draw({ ...CLASSED, classes: [dog, { ...cat, name: "dog" }] }, STEPS, 0);
    expect(parts().some((part) => before.includes(part))).toBe(false);
    draw({ ...CLASSED, classes: [{ ...dog, name: "<b>cat</b>" }, dog] }, STEPS, 0);
    const again = parts();
    draw(CLASSED, STEPS, 0);
    expect(parts()).toEqual(again);
    expect(paths(element)).toEqual(["M0 500H1000", "M0 1000h0L250 500L500 0", "M0 0h0L250 500L500 1000L1000 750"]);
    draw(PLAIN, STEPS, 0);
    expect(paths(element)).toHaveLength(3);
    expect(element.querySelectorAll(".mmp-trace-class")).toHaveLength(0);
  });

  it("moves only the marker along a trace that is drawn", () => {
    const { element, draw } = createTracePlot();
    draw(PLAIN, STEPS, 0);
    const [line] = element.querySelectorAll("path");
    draw(PLAIN, STEPS, 3);
    expect(element.querySelector("path")).toBe(line);
    expect(element.querySelector<HTMLElement>(".mmp-trace-marker")?.style.left).toBe("100%");
  });

  it("puts a flat line in the middle", () => {
    const { element, draw } = createTracePlot();
    const flat = Float32Array.of(2, 2, 2, 2);
    draw({ mean: flat, deviation: new Float32Array(4), classes: [] }, STEPS, 0);
    expect(paths(element).at(-1)).toBe("M0 500h0L250 500L500 500L1000 500");
  });
});
