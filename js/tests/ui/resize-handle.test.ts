// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createResizeHandle } from "../../src/ui/resize-handle";
import { createFakeSession } from "./fake-session";
import { press } from "./roles";

describe("createResizeHandle", () => {
  it("follows the pointer from where it was taken", () => {
    const session = createFakeSession({ height: 480 });
    const { element } = createResizeHandle(session);
    element.dispatchEvent(new PointerEvent("pointerdown", { clientY: 700, pointerId: 1, button: 0 }));
    element.hasPointerCapture = () => true;
    element.dispatchEvent(new PointerEvent("pointermove", { clientY: 760, pointerId: 1 }));
    expect(session.calls).toEqual([["setHeight", 540]]);
    expect(element.getAttribute("aria-valuenow")).toBe("540");
  });

  it("moves by keys and stops at its limits", () => {
    const session = createFakeSession({ height: 210 });
    const { element } = createResizeHandle(session);
    press(element, "ArrowDown");
    press(element, "ArrowUp");
    press(element, "ArrowUp");
    expect(session.calls.map(([, height]) => height)).toEqual([230, 210, 200]);
  });
});
