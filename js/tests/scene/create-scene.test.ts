// @vitest-environment happy-dom
// Without a GPU: what the scene does around the picture, and that it leaves nothing behind. The
// picture itself is tested in a real browser.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createScene } from "../../src/scene/create-scene";
import { createSession } from "../../src/state/create-session";
import type { OwnedStore } from "../../src/state/create-store";
import { createFakeModel, META, VIEW } from "../state/fake-model";

/** Where an object's `addEventListener` is defined, which is not the global EventTarget here. */
function ownerOf(target: object): EventTarget {
  let owner = target;
  while (!Object.hasOwn(owner, "addEventListener")) owner = Object.getPrototypeOf(owner) as object;
  return owner as EventTarget;
}

/** Listeners that are on, over all targets; to remove one that is not on changes nothing. */
function countListeners(): () => number {
  const on = new Map<EventTarget, Map<string, Set<unknown>>>();
  const of = (target: EventTarget, type: string) => {
    const types = on.get(target) ?? new Map<string, Set<unknown>>();
    on.set(target, types);
    const listeners = types.get(type) ?? new Set();
    types.set(type, listeners);
    return listeners;
  };
  const owners = new Set([ownerOf(document.createElement("canvas")), ownerOf(window), ownerOf(matchMedia("(a)"))]);
  for (const owner of owners) {
    const { addEventListener, removeEventListener } = owner;
    vi.spyOn(owner, "addEventListener").mockImplementation(function (this: EventTarget, type: string, ...args) {
      of(this, type).add(args[0]);
      addEventListener.call(this, type, ...args);
    });
    vi.spyOn(owner, "removeEventListener").mockImplementation(function (this: EventTarget, type: string, ...args) {
      of(this, type).delete(args[0]);
      removeEventListener.call(this, type, ...args);
    });
  }
  return () => [...on.values()].flatMap((types) => [...types.values()]).reduce((sum, { size }) => sum + size, 0);
}

function setup(width = 400, height = 300) {
  const session = createSession(createFakeModel());
  const host = document.createElement("div");
  Object.defineProperty(host, "clientWidth", { value: width, configurable: true });
  Object.defineProperty(host, "clientHeight", { value: height, configurable: true });
  document.body.append(host);
  return { session, host, store: session.store as OwnedStore };
}

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

describe("scene", () => {
  it("says so where there is no WebGL, and names the canvas all the same", () => {
    const { session, host } = setup();
    const scene = createScene(session, host);
    expect(session.store.get("notice")).toMatch(/no WebGL 2 context/);
    expect(scene.canvas.getAttribute("role")).toBe("img");
    expect(scene.canvas.getAttribute("aria-label")).toBe(
      "Embedding: epoch 0, 3 units at 2 steps, colored by unit, 0 of 4 epochs loaded",
    );
    session.actions.seek(3);
    session.actions.setShow("epochs");
    expect(scene.canvas.getAttribute("aria-label")).toMatch(
      /paths of 3 units through 4 epochs at step 1, epoch 30 lit/,
    );
    session.actions.setMode("2d");
    expect(scene.canvas.getAttribute("aria-label")).toMatch(/lit, from above, colored by unit/);
    scene.dispose();
    session.dispose();
  });

  it("fits an untouched home view to its canvas and leaves any other camera alone", () => {
    const { session, host, store } = setup(300, 600);
    createScene(session, host).dispose();
    const fitted = store.get("view");
    expect([fitted.width, fitted.height]).toEqual([300, 600]);
    expect(Math.hypot(...fitted.position)).toBeGreaterThan(Math.hypot(...VIEW.position));
    const own = { ...VIEW, position: [3, 1, 2] as const };
    session.actions.setView(own);
    createScene(session, host).dispose();
    expect(store.get("view")).toEqual({ ...own, width: 300, height: 600 });
    session.actions.resetView();
    expect(store.get("view")).toEqual(fitted);
    session.dispose();
  });

  it("leaves no listener and no element behind", () => {
    const { session, host, store } = setup();
    const listeners = countListeners();
    const before = store.listeners;
    const scene = createScene(session, host);
    expect(listeners()).toBeGreaterThan(8);
    expect(store.listeners).toBeGreaterThan(before + 8);
    scene.setNavigation("all");
    session.actions.setView({ ...VIEW, up: [0, 0, 1] });
    session.store.set({ meta: { ...META, generation: "g2" } });
    scene.dispose();
    expect(listeners()).toBe(0);
    expect(store.listeners).toBe(before);
    expect(host.children).toHaveLength(0);
    session.dispose();
  });
});
