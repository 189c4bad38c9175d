// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { createFakeSession, META, NOTHING } from "./fake-session";
import { mount } from "./mount";
import { findAll, get, nameOf } from "./roles";

const BUTTONS = [
  "Orbit",
  "Lasso",
  "Rectangle",
  "Play",
  "Previous epoch",
  "Next epoch",
  "Loop",
  "Reverse",
  "Undo",
  "Redo",
  "Clear selection",
  "Invert selection",
  "Select through",
  "Reset view",
  "Zoom to selection",
  "Save image",
  "Full screen",
];

afterEach(() => vi.restoreAllMocks());

describe("the names that browser tests and screen readers rely on", () => {
  it.each(BUTTONS)("button %s", (name) => {
    const { root, dispose } = mount();
    expect(get(root, "button", name).tagName).toBe("BUTTON");
    dispose();
  });

  it("sliders, comboboxes, figure, toolbar and status", () => {
    const { root, dispose } = mount();
    const ends = ["Window start", "Window end"];
    const sliders = ["Hide below", "Hide above", "Epoch", ...ends, "Step", ...ends];
    expect(findAll(root, "slider").map(nameOf)).toEqual(sliders);
    for (const name of ["Epoch window", "Step window"]) expect(get(root, "group", name).tagName).toBe("DIV");
    expect(findAll(root, "combobox").map(nameOf)).toEqual(["Show", "Color by", "Speed"]);
    expect(get(root, "figure", "Training curves").tagName).toBe("FIGURE");
    expect(get(root, "searchbox", "Find unit").tagName).toBe("INPUT");
    expect(findAll(root, "toolbar")).toHaveLength(1);
    expect(findAll(root, "status")).toHaveLength(1);
    expect(findAll(root, "status")[0]?.getAttribute("aria-live")).toBe("polite");
    dispose();
  });

  it("gives every control a title", () => {
    const { root, dispose } = mount();
    const untitled = [...root.querySelectorAll<HTMLElement>("button, input, select, [tabindex='0']")].filter(
      (control) => control.title === "",
    );
    expect(untitled).toEqual([]);
    dispose();
  });
});

describe("the picture", () => {
  it("is mounted once, in a stage of the store's height", () => {
    const { root, scene, session, dispose } = mount(createFakeSession({ height: 333 }));
    const stage = root.querySelector<HTMLElement>(".mmp-stage");
    expect(stage?.contains(scene.canvas)).toBe(true);
    expect(stage?.style.getPropertyValue("--mmp-height")).toBe("333px");
    session.store.set({ height: 500 });
    expect(stage?.style.getPropertyValue("--mmp-height")).toBe("500px");
    dispose();
  });

  it("brings the keyboard along when it is pressed", () => {
    const { root, scene, dispose } = mount();
    scene.canvas.tabIndex = 0;
    get(root, "button", "Lasso").focus();
    scene.canvas.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    expect(document.activeElement).toBe(scene.canvas);
    dispose();
  });

  it("has no controls over it but the legend's", () => {
    const { root, dispose } = mount();
    const controls = [...root.querySelectorAll(".mmp-stage button, .mmp-stage input, .mmp-stage select")];
    expect(controls.filter((control) => control.closest(".mmp-legend") === null)).toEqual([]);
    dispose();
  });
});

describe("text from a user", () => {
  it("stays text wherever it is shown", () => {
    const evil = '<img src=x onerror="alert(1)">';
    const meta = {
      ...META,
      units: [evil, evil, evil, evil],
      layers: [evil, evil],
      curves: [{ name: evil, values: [1, 2, 3, 4, 5] }],
      channels: META.channels.map((info) => ({
        ...info,
        name: evil,
        kind: "categorical" as const,
        categories: [evil],
      })),
    };
    const { root, dispose } = mount(
      createFakeSession({ meta, colorBy: evil, hover: { id: 0, x: 1, y: 1 }, notice: evil }, () => 0),
    );
    expect(root.querySelectorAll("img")).toHaveLength(0);
    for (const part of ["tooltip-unit", "tooltip-layer", "tooltip-channel", "tooltip-value", "legend-title"]) {
      expect(root.querySelector(`.mmp-${part}`)?.textContent).toBe(evil);
    }
    for (const part of ["legend-name", "curve-name", "notice-text"]) {
      expect(root.querySelector(`.mmp-${part}`)?.textContent).toBe(evil);
    }
    dispose();
  });
});

describe("dispose", () => {
  it("leaves no listener in store, document, window or media query, no element and no scene", () => {
    const counts = countListeners();
    const { session, host, scene, dispose } = mount();
    expect(session.store.listeners).toBeGreaterThan(10);
    expect(counts.current()).toBeGreaterThan(30);
    dispose();
    expect(session.store.listeners).toBe(0);
    expect(counts.current()).toBe(0);
    expect(host.children).toHaveLength(0);
    expect(scene.disposed()).toBe(1);
  });

  it("stops following the host's theme", async () => {
    const { root, dispose } = mount();
    const before = root.dataset.theme;
    dispose();
    document.body.dataset.jpThemeLight = before === "dark" ? "true" : "false";
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(root.dataset.theme).toBe(before);
    delete document.body.dataset.jpThemeLight;
  });

  it("may be called twice and leaves a second view of the session alone", () => {
    const session = createFakeSession();
    const [first, second] = [mount(session), mount(session)];
    first.dispose();
    first.dispose();
    session.store.set({ selection: { ...NOTHING, count: 1, units: [0] } });
    expect(findAll(second.root, "status")[0]?.textContent).toBe("1 unit, 1 point selected");
    second.dispose();
    expect(session.store.listeners).toBe(0);
  });
});

/** Counts listeners on elements, document, window and media queries, added and removed from now on. */
function countListeners(): { current(): number } {
  const targets = [document.createElement("div"), document, window, window.matchMedia("(prefers-color-scheme: dark)")];
  let count = 0;
  for (const owner of new Set(targets.map(ownerOfListeners))) {
    const { addEventListener: add, removeEventListener: remove } = owner;
    vi.spyOn(owner, "addEventListener").mockImplementation(function (this: EventTarget, ...all) {
      count += 1;
      add.apply(this, all);
    });
    vi.spyOn(owner, "removeEventListener").mockImplementation(function (this: EventTarget, ...all) {
      count -= 1;
      remove.apply(this, all);
    });
  }
  return { current: () => count };
}

/** The object in the prototype chain that owns `addEventListener`. */
function ownerOfListeners(target: EventTarget): EventTarget {
  let owner: EventTarget = target;
  while (!Object.hasOwn(owner, "addEventListener")) owner = Object.getPrototypeOf(owner) as EventTarget;
  return owner;
}
