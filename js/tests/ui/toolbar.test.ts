// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { TOOLS } from "../../src/tools/registry";
import { createToolbar } from "../../src/ui/toolbar";
import { createFakeSession, type FakeSession, NOTHING } from "./fake-session";
import { findAll, get, getSelect, nameOf, press } from "./roles";

function setUp(session: FakeSession = createFakeSession()) {
  const view = { saveImage: vi.fn(), toggleFullScreen: vi.fn() };
  const made = () => document.createElement("div");
  const extras = { find: made(), appearance: made(), help: made(), panel: made() };
  const { element, dispose } = createToolbar(session, view, extras);
  document.body.append(element);
  return { session, view, element, dispose };
}

describe("createToolbar", () => {
  it("has a button for each registered tool and marks the current one", () => {
    const { session, element } = setUp();
    for (const { name, label } of TOOLS) {
      get(element, "button", label).click();
      expect(session.store.get("tool")).toBe(name);
      const pressed = TOOLS.map((tool) => get(element, "button", tool.label).getAttribute("aria-pressed"));
      expect(pressed).toEqual(TOOLS.map((tool) => String(tool.name === name)));
    }
  });

  it.each([
    ["Invert selection", ["command", "invert"]],
    ["Reset view", ["resetView"]],
    ["Subtract", ["setCombine", "subtract"]],
  ])("%s calls its action", (name, call) => {
    const { session, element } = setUp();
    get(element, "button", name).click();
    expect(session.calls).toEqual([call]);
  });

  it("offers undo, redo, clear and zoom only where they can do something", () => {
    const { session, element } = setUp();
    const names = ["Undo", "Redo", "Clear selection", "Zoom to selection"];
    const disabled = () => names.map((name) => get(element, "button", name).getAttribute("aria-disabled"));
    expect(disabled()).toEqual(["true", "true", "true", "true"]);
    for (const name of names) get(element, "button", name).click();
    expect(session.calls).toEqual([]);
    session.store.set({ selection: { ...NOTHING, count: 2, units: [0], canUndo: true, canRedo: true } });
    expect(disabled()).toEqual(["false", "false", "false", "false"]);
    for (const name of names) get(element, "button", name).click();
    expect(session.calls).toEqual([
      ["command", "undo"],
      ["command", "redo"],
      ["command", "clear"],
      ["zoomToSelection"],
    ]);
  });

  it("toggles between through and front-most, pressed meaning through", () => {
    const { session, element } = setUp();
    const button = get(element, "button", "Select through");
    expect(button.getAttribute("aria-pressed")).toBe("true");
    button.click();
    expect(session.store.get("depth")).toBe("front");
    expect(button.getAttribute("aria-pressed")).toBe("false");
    button.click();
    expect(session.store.get("depth")).toBe("through");
  });

  it("turns to 2-D and back, and marks what is", () => {
    const { session, element } = setUp();
    const pressed = () => ["2D", "3D"].map((name) => get(element, "button", name).getAttribute("aria-pressed"));
    expect(pressed()).toEqual(["false", "true"]);
    get(element, "button", "2D").click();
    expect(session.calls).toEqual([["setMode", "2d"]]);
    expect(pressed()).toEqual(["true", "false"]);
  });

  it("lists what can be shown and the channels by name", () => {
    const { session, element } = setUp();
    const show = getSelect(element, "Show");
    expect([...show.options].map((option) => option.text)).toEqual([
      "Current epoch",
      "All epochs",
      "Trajectories through steps",
      "Trajectories through epochs",
    ]);
    show.value = "steps";
    show.dispatchEvent(new Event("change"));
    const color = getSelect(element, "Color by");
    expect([...color.options].map((option) => option.text)).toEqual(["epoch", "layer", "phase", "drift"]);
    color.value = "layer";
    color.dispatchEvent(new Event("change"));
    expect(session.calls).toEqual([
      ["setShow", "steps"],
      ["setColorBy", "layer"],
    ]);
  });

  it("follows what Python sets", () => {
    const { session, element } = setUp();
    session.store.set({ show: "epochs", colorBy: "drift" });
    expect(getSelect(element, "Show").value).toBe("epochs");
    expect(getSelect(element, "Color by").value).toBe("drift");
  });

  it("hands picture and screen to the view", () => {
    const { view, element } = setUp();
    get(element, "button", "Save image").click();
    get(element, "button", "Full screen").click();
    expect(view.saveImage).toHaveBeenCalledOnce();
    expect(view.toggleFullScreen).toHaveBeenCalledOnce();
  });

  it("is one stop for Tab, with arrow keys moving inside and wrapping round", () => {
    const { element } = setUp();
    const stops = () => [...element.querySelectorAll<HTMLElement>("button, select")].filter((c) => c.tabIndex === 0);
    expect(stops().map(nameOf)).toEqual(["Orbit"]);
    get(element, "button", "Orbit").focus();
    press(get(element, "button", "Orbit"), "ArrowRight");
    expect(document.activeElement && nameOf(document.activeElement)).toBe("Lasso");
    expect(stops().map(nameOf)).toEqual(["Lasso"]);
    press(get(element, "button", "Lasso"), "Home");
    press(get(element, "button", "Orbit"), "ArrowLeft");
    expect(document.activeElement && nameOf(document.activeElement)).toBe("Full screen");
    expect(findAll(element, "button").length).toBeGreaterThan(10);
  });
});
