// @vitest-environment happy-dom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSession } from "../../src/state/create-session";
import { LEAST_STEP, lassoArea } from "../../src/tools/lasso";
import { canvasPosition, combineFor } from "../../src/tools/pointer";
import { rectangleArea } from "../../src/tools/rectangle";
import { attachTools, TOOLS } from "../../src/tools/registry";
import type { Navigation } from "../../src/tools/tool";
import { createFakeModel } from "../state/fake-model";

/** A canvas of 800 × 600 CSS pixels that the host shows at half size, moved by (10, 20). */
function setup() {
  const canvas = document.createElement("canvas");
  const overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  Object.defineProperty(canvas, "clientWidth", { value: 800 });
  Object.defineProperty(canvas, "clientHeight", { value: 600 });
  canvas.getBoundingClientRect = () => new DOMRect(10, 20, 400, 300);
  const captured = new Set<number>();
  canvas.setPointerCapture = (id) => void captured.add(id);
  canvas.hasPointerCapture = (id) => captured.has(id);
  canvas.releasePointerCapture = (id) => void captured.delete(id);
  document.body.append(canvas, overlay);
  const session = createSession(createFakeModel({ epoch: 1.6, playing: true }));
  const navigation: Navigation[] = [];
  const claimView = vi.fn();
  const select = vi.spyOn(session.actions, "selectPolygon");
  const setNavigation = (next: Navigation) => navigation.push(next);
  const pick = () => undefined;
  const detach = attachTools({ session, canvas, overlay, claimView, pick, setNavigation });
  const point = (type: string, clientX: number, clientY: number, init: PointerEventInit = {}) =>
    canvas.dispatchEvent(new PointerEvent(type, { pointerId: 5, button: 0, clientX, clientY, bubbles: true, ...init }));
  return { canvas, overlay, session, navigation, claimView, select, detach, point, captured };
}

let made: ReturnType<typeof setup>;
beforeEach(() => {
  made = setup();
});
afterEach(() => {
  made.detach();
  made.session.dispose();
  document.body.replaceChildren();
});

describe("lasso", () => {
  it("collects the path in the canvas's own pixels and selects at the end", () => {
    const { session, point, select, claimView, captured, overlay, navigation } = made;
    session.actions.setTool("lasso");
    point("pointerdown", 10, 20);
    expect([session.store.get("playing"), session.store.get("epoch")]).toEqual([false, 2]);
    expect(claimView).toHaveBeenCalledOnce();
    expect(captured.has(5)).toBe(true);
    point("pointermove", 110, 20);
    point("pointermove", 110.5, 20.5);
    point("pointermove", 110, 120);
    expect(overlay.querySelector("polygon")?.getAttribute("points")).toBe("0,0 200,0 200,200");
    point("pointerup", 9999, -50);
    expect(select).toHaveBeenCalledExactlyOnceWith(
      [
        [0, 0],
        [200, 0],
        [200, 200],
        [800, 0],
      ],
      "lasso",
      "replace",
    );
    expect(captured.size).toBe(0);
    expect(overlay.querySelector("polygon")?.getAttribute("points")).toBe("");
    expect(navigation.slice(-2)).toEqual(["none", "zoom"]);
  });

  it("takes nothing for a click, another button, or another pointer", () => {
    const { session, point, select } = made;
    session.actions.setTool("lasso");
    point("pointerdown", 50, 50);
    point("pointerup", 50, 50);
    point("pointerdown", 50, 50, { button: 2 });
    point("pointermove", 90, 90);
    point("pointerup", 50, 90);
    point("pointerdown", 50, 50);
    point("pointermove", 90, 90, { pointerId: 6 });
    point("pointermove", 50, 90, { pointerId: 6 });
    point("pointerup", 50, 50);
    expect(select).not.toHaveBeenCalled();
  });

  it("gives up at Escape, and when the pointer is taken away", () => {
    const { session, point, select, overlay } = made;
    session.actions.setTool("lasso");
    for (const giveUp of [
      () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })),
      () => point("pointercancel", 0, 0),
    ]) {
      point("pointerdown", 50, 50);
      point("pointermove", 90, 90);
      point("pointermove", 50, 90);
      giveUp();
      expect(overlay.querySelector("polygon")?.getAttribute("points")).toBe("");
      point("pointerup", 50, 50);
    }
    expect(select).not.toHaveBeenCalled();
  });

  it("reads the modifiers when the drag starts, else the toolbar", () => {
    const { session, point, select } = made;
    session.actions.setTool("lasso");
    session.actions.setCombine("intersect");
    for (const init of [{ shiftKey: true }, { altKey: true }, {}]) {
      point("pointerdown", 50, 50, init);
      point("pointermove", 90, 90);
      point("pointermove", 50, 90);
      point("pointerup", 40, 60);
    }
    expect(select.mock.calls.map(([, , combine]) => combine)).toEqual(["add", "subtract", "intersect"]);
    expect(combineFor({ shiftKey: true, altKey: true }, "replace")).toBe("intersect");
  });

  it("leaves out vertices that are too near", () => {
    const start = [[5, 5]] as const;
    expect(lassoArea.extend(start, [5 + LEAST_STEP - 0.01, 5])).toBe(start);
    expect(lassoArea.extend(start, [5 + LEAST_STEP, 5])).toHaveLength(2);
  });
});

describe("rectangle", () => {
  it("spans from where the drag began to where it is", () => {
    const { session, point, select } = made;
    session.actions.setTool("rectangle");
    point("pointerdown", 60, 70);
    point("pointermove", 90, 90);
    point("pointerup", 20, 30);
    expect(select).toHaveBeenCalledExactlyOnceWith(
      [
        [100, 100],
        [20, 100],
        [20, 20],
        [100, 20],
      ],
      "rectangle",
      "replace",
    );
  });

  it("is a click when it is thin", () => {
    expect(rectangleArea.extend([[5, 5]], [6, 90])).toEqual([[5, 5]]);
  });
});

describe("tools", () => {
  it("have one row each and leave nothing behind", () => {
    const { session, canvas, overlay, navigation, detach } = made;
    expect(TOOLS.map(({ label }) => label)).toEqual(["Orbit", "Lasso", "Rectangle"]);
    for (const { name, cursor } of TOOLS) {
      session.actions.setTool(name);
      expect(canvas.style.cursor).toBe(cursor);
    }
    session.actions.setTool("orbit");
    expect(overlay.children).toHaveLength(0);
    expect(navigation.at(-1)).toBe("all");
    detach();
    session.actions.setTool("lasso");
    expect(overlay.children).toHaveLength(0);
  });

  it("know where the pointer is on a scaled canvas", () => {
    expect(canvasPosition(made.canvas, { clientX: 210, clientY: 170 })).toEqual([400, 300]);
    expect(canvasPosition(made.canvas, { clientX: 0, clientY: 400 })).toEqual([0, 600]);
  });
});
