// @vitest-environment happy-dom
// With graphics that only count: whatever happens on the way, the last picture holds all points.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Graphics } from "../../src/scene/graphics";
import { createPainter } from "../../src/scene/painter";
import { createFakeSession, META } from "../ui/fake-session";

/** Whether each picture held all points, and how many pixels it had for a CSS pixel. */
const drawn: [isWhole: boolean, pixelRatio: number][] = [];
vi.mock("../../src/scene/graphics", () => ({
  createGraphics: (): Graphics => ({
    update: () => undefined,
    render(_width, _height, pixelRatio, _ink, isMoving) {
      drawn.push([!isMoving, pixelRatio]);
      return !isMoving;
    },
    dispose: () => undefined,
  }),
}));
vi.mock("../../src/scene/capture", () => ({ capture: () => Promise.resolve(new Blob()) }));

const FRAME_MS = 16;
const LONG_MS = 5_000;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (then: FrameRequestCallback) => window.setTimeout(() => then(0), FRAME_MS));
  vi.stubGlobal("cancelAnimationFrame", (frame: number) => window.clearTimeout(frame));
  drawn.length = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function setup() {
  const session = createFakeSession({});
  const canvas = document.createElement("canvas");
  const painter = createPainter(session, canvas, () => ({ width: 400, height: 300 }));
  return { store: session.store, canvas, painter };
}

describe("painter where drawing is slow", () => {
  it("draws all points once nothing changes any more, and then no more", () => {
    const { store } = setup();
    for (let frame = 1; frame < 100; frame++) {
      store.set({ epoch: frame / 100 });
      vi.advanceTimersByTime(FRAME_MS);
    }
    expect(drawn.some(([isWhole]) => isWhole)).toBe(false);
    vi.advanceTimersByTime(LONG_MS);
    expect(drawn.at(-1)?.[0]).toBe(true);
    expect(drawn.filter(([isWhole]) => isWhole)).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does so after a lost context and another generation, too", () => {
    const { store, canvas } = setup();
    vi.advanceTimersByTime(2 * FRAME_MS);
    canvas.dispatchEvent(new Event("webglcontextlost"));
    vi.advanceTimersByTime(LONG_MS);
    expect(drawn.map(([isWhole]) => isWhole)).toEqual([false]);
    canvas.dispatchEvent(new Event("webglcontextrestored"));
    vi.advanceTimersByTime(LONG_MS);
    expect(drawn.map(([isWhole]) => isWhole)).toEqual([false, false, true]);
    store.set({ meta: { ...META, generation: "another" } });
    vi.advanceTimersByTime(LONG_MS);
    expect(drawn.at(-1)?.[0]).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("saves all points while things move, and returns to the screen's resolution", async () => {
    const { store, painter } = setup();
    store.set({ epoch: 0.5 });
    vi.advanceTimersByTime(FRAME_MS);
    await painter.capture(3);
    expect(drawn.at(-1)).toEqual([true, 3]);
    vi.advanceTimersByTime(LONG_MS);
    expect(drawn.at(-1)).toEqual([true, window.devicePixelRatio]);
  });

  it("leaves no timer behind and saves nothing afterwards", async () => {
    const { store, painter } = setup();
    vi.advanceTimersByTime(FRAME_MS);
    store.set({ epoch: 0.5 });
    vi.advanceTimersByTime(FRAME_MS);
    painter.dispose();
    store.set({ epoch: 1 });
    expect(vi.getTimerCount()).toBe(0);
    await expect(painter.capture(1)).rejects.toThrow("no picture");
  });
});
