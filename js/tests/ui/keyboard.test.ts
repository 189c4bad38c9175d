// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFakeSession, NOTHING } from "./fake-session";
import { type Mounted, mount } from "./mount";
import { get, getSelect, getSlider, press } from "./roles";

let mounted: Mounted;
beforeEach(() => {
  mounted = mount(createFakeSession({ selection: { ...NOTHING, count: 3, units: [1], canUndo: true, canRedo: true } }));
});
afterEach(() => mounted.dispose());

describe("keys anywhere in the widget", () => {
  it.each([
    [" ", {}, ["setPlaying", true]],
    ["ArrowLeft", {}, ["stepEpoch", -1]],
    ["ArrowRight", {}, ["stepEpoch", 1]],
    ["Home", {}, ["seek", 0]],
    ["End", {}, ["seek", 4]],
    [",", {}, ["stepStep", -1]],
    [".", {}, ["stepStep", 1]],
    ["o", {}, ["setLoop", false]],
    ["B", {}, ["setDirection", "back"]],
    [">", { shiftKey: true }, ["setSpeed", 8]],
    ["<", {}, ["setSpeed", 2]],
    ["Escape", {}, ["command", "clear"]],
    ["z", { ctrlKey: true }, ["command", "undo"]],
    ["z", { metaKey: true }, ["command", "undo"]],
    ["ArrowUp", { shiftKey: true }, ["steer", 0, 1]],
    ["ArrowLeft", { shiftKey: true }, ["steer", -1, 0]],
    ["+", { shiftKey: true }, ["zoom", 1.2]],
    ["-", {}, ["zoom", 1 / 1.2]],
    ["Z", { ctrlKey: true, shiftKey: true }, ["command", "redo"]],
  ])("%s %j", (key, init, call) => {
    const outside = vi.fn();
    document.addEventListener("keydown", outside);
    const event = press(mounted.root, key, init);
    document.removeEventListener("keydown", outside);
    expect(mounted.session.calls).toEqual([call]);
    expect(event.defaultPrevented).toBe(true);
    expect(outside).not.toHaveBeenCalled();
  });

  it("a held key does not switch to and fro", () => {
    for (const key of ["o", "b", " ", "?"]) press(mounted.root, key, { repeat: true });
    expect(mounted.session.calls).toEqual([]);
    expect(get(mounted.root, "dialog", "Keys and gestures").hidden).toBe(true);
  });

  it("leaves the notebook's other keys alone", () => {
    for (const key of ["a", "Enter", "ArrowDown", "z"]) {
      expect(press(mounted.root, key).defaultPrevented).toBe(false);
    }
    expect(press(mounted.root, "ArrowLeft", { ctrlKey: true }).defaultPrevented).toBe(false);
    expect(mounted.session.calls).toEqual([]);
  });

  it("leaves the browser its own keys", () => {
    const outside = vi.fn();
    document.addEventListener("keydown", outside);
    const letters = "abcdefghijklmnopqrstuvwxy0123456789+-=,./<>[]".split("");
    const named = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Tab", "Enter", " ", "Escape"];
    const modifiers = [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { ctrlKey: true, shiftKey: true }];
    // Find, reload, address, tabs, print, zoom, back and forward.
    const combined = [...letters, ...named].flatMap((key) => modifiers.map((init) => [key, init] as const));
    const plain = ["F1", "F3", "F5", "F6", "F11", "F12", "Tab", "PageUp", "PageDown", "Backspace", "Delete", "'"];
    const all = [...combined, ...plain.map((key) => [key, {}] as const)];
    for (const [key, init] of all)
      expect([key, init, press(mounted.root, key, init).defaultPrevented]).toContain(false);
    document.removeEventListener("keydown", outside);
    expect(outside).toHaveBeenCalledTimes(all.length);
    expect(mounted.session.calls).toEqual([]);
  });

  it("asks JupyterLab to keep its shortcuts to itself", () => {
    const focusable = mounted.root.querySelectorAll("button, input, select, canvas, [tabindex]");
    expect(focusable.length).toBeGreaterThan(20);
    for (const element of [mounted.root, ...focusable]) {
      expect(element.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
    }
  });

  it("does not clear what a tool has already given up on", () => {
    const event = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
    event.preventDefault();
    mounted.root.dispatchEvent(event);
    expect(mounted.session.calls).toEqual([]);
  });

  it("puts out the unit that was looked up before it clears the selection", () => {
    mounted.session.store.set({ found: 2 });
    press(mounted.root, "Escape");
    press(mounted.root, "Escape");
    expect(mounted.session.calls).toEqual([
      ["find", undefined],
      ["command", "clear"],
    ]);
  });

  it.each([{}, { shiftKey: true }])("a slash goes to the field that looks units up", (init) => {
    const event = press(mounted.root, "/", init);
    expect(document.activeElement).toBe(get(mounted.root, "searchbox", "Find unit"));
    expect(event.defaultPrevented).toBe(true);
  });

  it("has no use for Escape without a selection", () => {
    mounted.session.store.set({ selection: NOTHING });
    expect(press(mounted.root, "Escape").defaultPrevented).toBe(false);
  });
});

describe("keys that a focused control needs", () => {
  it("space presses a button, arrows move the step slider, lists keep all", () => {
    press(get(mounted.root, "button", "Next epoch"), " ");
    press(getSlider(mounted.root, "Step"), "ArrowRight");
    press(getSelect(mounted.root, "Speed"), "Escape");
    press(getSelect(mounted.root, "Speed"), "ArrowLeft");
    expect(mounted.session.calls).toEqual([]);
  });

  it("the field that looks units up keeps what one types", () => {
    const field = get(mounted.root, "searchbox", "Find unit");
    for (const key of [" ", "/", "ArrowLeft", "o", "b", "Home"]) expect(press(field, key).defaultPrevented).toBe(false);
    press(field, "z", { ctrlKey: true });
    expect(mounted.session.calls).toEqual([]);
  });

  it("Home and End move the slider that has the focus", () => {
    press(getSlider(mounted.root, "Step"), "Home");
    expect(mounted.session.calls).toEqual([]);
    press(getSlider(mounted.root, "Epoch"), "End");
    expect(mounted.session.calls).toEqual([["seek", 4]]);
  });

  it("space still plays from a slider", () => {
    press(getSlider(mounted.root, "Epoch"), " ");
    expect(mounted.session.calls).toEqual([["setPlaying", true]]);
  });

  it("an arrow on the epoch slider counts once", () => {
    press(getSlider(mounted.root, "Epoch"), "ArrowRight");
    expect(mounted.session.calls).toEqual([["stepEpoch", 1]]);
  });
});
