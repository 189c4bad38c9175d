// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHelp } from "../../src/ui/help";
import { CHOICE, HELP, TIME, VIEW } from "../../src/ui/shortcuts";
import { NOTHING } from "./fake-session";
import { type Mounted, mount } from "./mount";
import { findAll, get, nameOf, press } from "./roles";

let mounted: Mounted;
beforeEach(() => {
  mounted = mount();
});
afterEach(() => mounted.dispose());

const dialog = () => get(mounted.root, "dialog", "Keys and gestures");
const button = () => get(mounted.root, "button", "Keys and gestures");

/** Of each row: keys and what they do. */
function rowsOf(element: HTMLElement): (readonly [string[], string])[] {
  return [...element.querySelectorAll("dt")].map((keys) => [
    [...keys.querySelectorAll("kbd")].map((key) => key.textContent),
    keys.nextElementSibling?.textContent ?? "",
  ]);
}

describe("keys and gestures", () => {
  it("are shown by the question mark, which takes Shift on many keyboards, and hidden by it", () => {
    expect(dialog().hidden).toBe(true);
    mounted.scene.canvas.focus();
    const event = press(mounted.scene.canvas, "?", { shiftKey: true });
    expect(event.defaultPrevented).toBe(true);
    expect(dialog().hidden).toBe(false);
    expect(dialog().contains(document.activeElement)).toBe(true);
    expect(button().getAttribute("aria-expanded")).toBe("true");
    press(dialog(), "?");
    expect(dialog().hidden).toBe(true);
    expect(document.activeElement).toBe(mounted.scene.canvas);
    expect(mounted.session.calls).toEqual([]);
  });

  it("give the keyboard back on Escape and on their button, and take no selection along", () => {
    const shut = () => get(dialog(), "button", "Close").click();
    for (const close of [() => press(dialog(), "Escape"), shut, () => button().click()]) {
      button().focus();
      button().click();
      close();
      expect(dialog().hidden).toBe(true);
      expect(document.activeElement).toBe(button());
    }
    expect(mounted.session.calls).toEqual([]);
  });

  it("close on Escape from anywhere in the widget before a selection is cleared, and leave the keyboard there", () => {
    mounted.session.store.set({ selection: { ...NOTHING, count: 3, units: [1] } });
    button().click();
    mounted.scene.canvas.focus();
    press(mounted.scene.canvas, "Escape");
    expect(dialog().hidden).toBe(true);
    expect(document.activeElement).toBe(mounted.scene.canvas);
    expect(mounted.session.calls).toEqual([]);
    press(mounted.scene.canvas, "Escape");
    expect(mounted.session.calls).toEqual([["command", "clear"]]);
  });

  it("list every key that works anywhere", () => {
    button().click();
    const rows = rowsOf(dialog());
    for (const { keys, does } of [...TIME, ...VIEW, ...CHOICE, HELP]) expect(rows).toContainEqual([[...keys], does]);
    expect(rows).toContainEqual([["Ctrl+A"], "Select all that are listed"]);
  });

  it("leave the keys that scroll to what is read", () => {
    button().click();
    const body = document.activeElement as HTMLElement;
    for (const key of [" ", "ArrowDown", "ArrowRight", "Home", "End"]) {
      expect(press(body, key).defaultPrevented).toBe(false);
    }
    const close = get(dialog(), "button", "Close");
    expect(press(close, " ").defaultPrevented).toBe(false);
    expect(mounted.session.calls).toEqual([]);
    for (const element of [body, close]) expect(element.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
  });

  it("leave out what only a kernel brings", () => {
    const { element, toggle, dispose } = createHelp(true);
    document.body.append(element);
    toggle();
    expect(rowsOf(element).flatMap(([keys]) => keys)).not.toContain("Ctrl+A");
    expect(findAll(element, "button").map(nameOf)).toEqual(["Close"]);
    dispose();
    element.remove();
  });
});
