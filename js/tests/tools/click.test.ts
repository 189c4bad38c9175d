// @vitest-environment happy-dom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSession } from "../../src/state/create-session";
import { SLIP } from "../../src/tools/click";
import { attachTools } from "../../src/tools/registry";
import { createFakeModel } from "../state/fake-model";

/** Points at (100, 100), of unit 1, and at (200, 100), of unit 0, in 4 × 2 × 3. */
function pick(x: number, y: number): number | undefined {
  if (Math.hypot(x - 100, y - 100) < 8) return 7;
  return Math.hypot(x - 200, y - 100) < 8 ? 0 : undefined;
}

function setup() {
  const canvas = document.createElement("canvas");
  const overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  Object.defineProperty(canvas, "clientWidth", { value: 800 });
  Object.defineProperty(canvas, "clientHeight", { value: 600 });
  canvas.getBoundingClientRect = () => new DOMRect(0, 0, 800, 600);
  const session = createSession(createFakeModel());
  const select = vi.spyOn(session.actions, "selectUnits");
  const context = { session, canvas, overlay, pick, claimView() {}, setNavigation() {} };
  const detach = attachTools(context);
  const point = (type: string, clientX: number, clientY: number, init: PointerEventInit = {}) =>
    canvas.dispatchEvent(new PointerEvent(type, { pointerId: 5, button: 0, clientX, clientY, ...init }));
  const click = (x: number, y: number, init: PointerEventInit = {}) => {
    point("pointerdown", x, y, init);
    point("pointerup", x, y, init);
  };
  return { session, select, detach, point, click };
}

let made: ReturnType<typeof setup>;
beforeEach(() => {
  made = setup();
});
afterEach(() => {
  made.detach();
  made.session.dispose();
});

describe("a click on a point", () => {
  it("selects its unit, unit 0 like any other; Shift adds, Alt takes away", () => {
    const { click, select } = made;
    click(101, 99);
    click(200, 100, { shiftKey: true });
    click(100, 100, { altKey: true });
    expect(select.mock.calls).toEqual([
      [[1], "replace"],
      [[0], "add"],
      [[1], "subtract"],
    ]);
  });

  it("combines as the toolbar says where no key is held", () => {
    made.session.actions.setCombine("add");
    made.click(100, 100);
    expect(made.select).toHaveBeenCalledExactlyOnceWith([1], "add");
  });

  it("bears a hand that slips, and takes the point that was pressed", () => {
    const { point, select } = made;
    point("pointerdown", 100, 100);
    point("pointermove", 100 + SLIP, 100);
    point("pointerup", 100 + SLIP, 100);
    expect(select).toHaveBeenCalledExactlyOnceWith([1], "replace");
  });

  it("is none when it travels, on empty ground, with another button, a second finger or another tool", () => {
    const { point, click, select, session } = made;
    point("pointerdown", 100, 100);
    point("pointermove", 130, 100);
    point("pointermove", 100, 100);
    point("pointerup", 100, 100);
    click(400, 400);
    click(100, 100, { button: 2 });
    point("pointerdown", 100, 100);
    point("pointerdown", 200, 100, { pointerId: 6 });
    point("pointerup", 200, 100, { pointerId: 6 });
    point("pointerup", 100, 100);
    point("pointerdown", 100, 100);
    point("pointercancel", 100, 100);
    point("pointerup", 100, 100);
    session.actions.setTool("lasso");
    click(100, 100);
    expect(select).not.toHaveBeenCalled();
  });
});
