// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { homeView } from "../../src/geometry/fit";
import { distanceOf } from "../../src/geometry/flat";
import { createProjector, projectInto } from "../../src/geometry/projection";
import { followFlatHand, type Navigation } from "../../src/scene/flat-navigation";
import { createFakeSession, META } from "../ui/fake-session";

const SIZE = { width: 400, height: 300 };
const HOME = homeView(META, "2d", SIZE);

function setUp(mode: "2d" | "3d" = "2d", navigation: Navigation = "all") {
  const { store } = createFakeSession({ view: homeView(META, mode, SIZE) });
  const canvas = document.createElement("canvas");
  const captured = new Set<number>();
  Object.assign(canvas, {
    setPointerCapture: (pointer: number) => captured.add(pointer),
    releasePointerCapture: (pointer: number) => captured.delete(pointer),
    hasPointerCapture: (pointer: number) => captured.has(pointer),
    getBoundingClientRect: () => ({ left: 10, top: 20, width: 400, height: 300 }),
  });
  for (const [name, value] of Object.entries({ clientWidth: 400, clientHeight: 300 })) {
    Object.defineProperty(canvas, name, { value });
  }
  document.body.append(canvas);
  const dispose = followFlatHand(
    store,
    canvas,
    () => SIZE,
    () => navigation,
  );
  const pointer = (type: string, x: number, y: number, pointerId = 1) => {
    canvas.dispatchEvent(new PointerEvent(type, { clientX: 10 + x, clientY: 20 + y, pointerId, bubbles: true }));
  };
  const wheel = (deltaY: number, x: number, y: number) => {
    const event = new WheelEvent("wheel", { deltaY, cancelable: true });
    // happy-dom does not take these from the options.
    Object.defineProperties(event, { clientX: { value: 10 + x }, clientY: { value: 20 + y } });
    canvas.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return { store, canvas, captured, pointer, wheel, dispose };
}

/** Where a place of the embedding is on the canvas. */
function pixel(store: ReturnType<typeof setUp>["store"], x: number, y: number): readonly number[] {
  const at = new Float64Array(3);
  projectInto(at, createProjector(store.get("view")), x, y, 0);
  return [at[0] ?? NaN, at[1] ?? NaN];
}

afterEach(() => document.body.replaceChildren());

describe("the hand in 2-D", () => {
  it("drags the picture along and lets go", () => {
    const { store, captured, pointer } = setUp();
    const [x = NaN, y = NaN] = pixel(store, 0.2, 0.1);
    pointer("pointerdown", 100, 100);
    pointer("pointermove", 130, 80);
    expect(captured.size).toBe(1);
    expect(pixel(store, 0.2, 0.1)[0]).toBeCloseTo(x + 30, 9);
    expect(pixel(store, 0.2, 0.1)[1]).toBeCloseTo(y - 20, 9);
    pointer("pointerup", 130, 80);
    pointer("pointermove", 200, 80);
    expect(pixel(store, 0.2, 0.1)[0]).toBeCloseTo(x + 30, 9);
    expect(captured.size).toBe(0);
  });

  it("zooms to where the wheel turns, also while a lasso is held", () => {
    const { store, wheel } = setUp("2d", "zoom");
    const before = pixel(store, 0.2, 0.1);
    expect(wheel(-200, before[0] ?? 0, before[1] ?? 0)).toBe(true);
    expect(distanceOf(store.get("view"))).toBeLessThan(0.8 * distanceOf(HOME));
    pixel(store, 0.2, 0.1).forEach((value, i) => {
      expect(value).toBeCloseTo(before[i] ?? NaN, 8);
    });
  });

  it("zooms with two fingers", () => {
    const { store, pointer } = setUp();
    pointer("pointerdown", 150, 150, 1);
    pointer("pointerdown", 250, 150, 2);
    pointer("pointermove", 100, 150, 1);
    pointer("pointermove", 300, 150, 2);
    expect(distanceOf(store.get("view"))).toBeCloseTo(distanceOf(HOME) / 2, 9);
    expect(pixel(store, 0, 0)[0]).toBeCloseTo(200, 9);
  });

  it("leaves a view in 3-D, a lasso's drag and a page that scrolls alone", () => {
    const solid = setUp("3d");
    const before = solid.store.get("view");
    solid.pointer("pointerdown", 100, 100);
    solid.pointer("pointermove", 130, 80);
    expect(solid.wheel(-200, 5, 5)).toBe(false);
    expect(solid.store.get("view")).toBe(before);
    const lasso = setUp("2d", "zoom");
    lasso.pointer("pointerdown", 100, 100);
    lasso.pointer("pointermove", 130, 80);
    expect(lasso.store.get("view")).toEqual(HOME);
    const off = setUp("2d", "none");
    expect(off.wheel(-200, 5, 5)).toBe(false);
    off.dispose();
  });
});
