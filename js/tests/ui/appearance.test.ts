// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { State } from "../../src/state/session";
import { createAppearance } from "../../src/ui/appearance";
import { createFakeSession } from "./fake-session";
import { findAll, get, nameOf, press } from "./roles";

function setUp(patch: Partial<State> = {}) {
  const session = createFakeSession(patch);
  const { element, button, dispose } = createAppearance(session);
  document.body.replaceChildren(button, element);
  return { session, element, button, dispose };
}

function slider(element: HTMLElement, name: string): HTMLInputElement {
  return get(element, "slider", name) as HTMLInputElement;
}

function drag(element: HTMLElement, name: string, place: number): void {
  const input = slider(element, name);
  input.value = String(place);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

describe("points and lines", () => {
  it("opens on the button, takes the keyboard, and gives it back on Escape", () => {
    const { element, button } = setUp();
    expect(element.hidden).toBe(true);
    expect(button.getAttribute("aria-expanded")).toBe("false");
    button.click();
    expect(button.getAttribute("aria-expanded")).toBe("true");
    expect(document.activeElement).toBe(slider(element, "Point size"));
    press(slider(element, "Point size"), "Escape");
    expect(element.hidden).toBe(true);
    expect(findAll(element, "slider")).toEqual([]);
    expect(document.activeElement).toBe(button);
  });

  it("offers width and fade only where there are lines", () => {
    const { session, element, button } = setUp();
    button.click();
    const shown = () =>
      findAll(element, "slider")
        .filter((each) => each.closest("[hidden]") === null)
        .map(nameOf);
    expect(shown()).toEqual(["Point size", "Opacity"]);
    session.store.set({ show: "steps" });
    expect(shown()).toEqual(["Point size", "Opacity", "Line width", "Fade"]);
  });

  it("sets a size, says so, and leaves it to the picture again", () => {
    const { session, element, button } = setUp();
    button.click();
    expect(slider(element, "Point size").getAttribute("aria-valuetext")).toBe("9 px, automatic");
    drag(element, "Point size", 50);
    expect(session.store.get("pointSize")).toBeCloseTo(Math.sqrt(24), 2);
    expect(slider(element, "Point size").getAttribute("aria-valuetext")).toBe("4.9 px");
    const auto = get(element, "button", "Point size automatic");
    expect(auto.getAttribute("aria-pressed")).toBe("false");
    auto.click();
    expect(session.store.get("pointSize")).toBeNull();
    expect(auto.getAttribute("aria-pressed")).toBe("true");
    expect(slider(element, "Point size").getAttribute("aria-valuetext")).toBe("9 px, automatic");
  });

  it("follows what Python sets, and what the view makes of it", () => {
    const { session, element, button } = setUp({ show: "epochs", opacity: 0.25, fade: 1 });
    button.click();
    expect(slider(element, "Opacity").getAttribute("aria-valuetext")).toBe("25\u202f%");
    expect(slider(element, "Fade").value).toBe("100");
    session.store.set({ lineWidth: 3 });
    expect(slider(element, "Line width").getAttribute("aria-valuetext")).toBe("3 px");
    session.store.set({ opacity: null });
    expect(slider(element, "Opacity").getAttribute("aria-valuetext")).toMatch(/automatic$/);
  });

  it("leaves nothing behind", () => {
    const { session, button, dispose } = setUp();
    button.click();
    expect(session.store.listeners).toBeGreaterThan(0);
    dispose();
    expect(session.store.listeners).toBe(0);
  });
});
