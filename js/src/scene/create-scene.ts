// One canvas in a host element: draws when something changed, keeps the canvas as large as the host,
// follows the session's view, finds the point under the pointer, and survives a lost GPU context.

import { fitView } from "../geometry/fit";
import { length, subtract } from "../geometry/vector";
import type { Vec3 } from "../protocol/messages";
import type { SceneHandle, Session, State } from "../state/session";
import { createDisposer } from "../util/disposable";
import { capture } from "./capture";
import { describe } from "./describe";
import { createGraphics, type Graphics, type Stale } from "./graphics";
import { createNavigation, type Navigation } from "./navigation";
import { watchPointer } from "./pointer";
import { watchTheme } from "./theme";

export interface SceneView extends SceneHandle {
  readonly overlay: SVGSVGElement;
  setNavigation(navigation: Navigation): void;
  claimView(): void;
  /** For tests: GPU resources, and releases still owed. */
  readonly held: () => { readonly resources: number; readonly releases: number };
}

const PARTS: readonly (readonly [Stale, readonly (keyof State)[]])[] = [
  ["positions", ["loaded"]],
  ["channel", ["colorBy", "channelData"]],
  ["selection", ["selection"]],
  ["units", ["hiddenUnits"]],
];
const DRAWN: readonly (keyof State)[] = [
  "meta",
  "epoch",
  "step",
  "show",
  "view",
  "hover",
  "loaded",
  "colorBy",
  "channelData",
  "selection",
  "hiddenUnits",
];
const NAMED: readonly (keyof State)[] = ["meta", "epoch", "step", "show", "colorBy", "selection", "loaded"];
/** Part of the camera's distance below which two places are the same. */
const SAME = 1e-9;
const LOST = "The graphics context was lost; the picture comes back when the browser gives a new one.";

export function createScene(session: Session, host: HTMLElement): SceneView {
  const { store } = session;
  const disposer = createDisposer();
  const { canvas, overlay } = createElements(host);
  const size = { width: 0, height: 0 };
  const stale = new Set<Stale>();
  let generation = store.get("meta").generation;
  let graphics: Graphics | undefined;
  let frame: number | undefined;

  const draw = () => {
    frame = undefined;
    if (graphics === undefined || size.width === 0 || size.height === 0) return;
    graphics.update(stale);
    stale.clear();
    graphics.render(size.width, size.height, window.devicePixelRatio, getComputedStyle(host).color);
  };
  const redraw = () => {
    frame ??= requestAnimationFrame(draw);
  };
  const build = () => {
    graphics?.dispose();
    graphics = createGraphics(session, canvas);
    for (const [part] of PARTS) stale.add(part);
    redraw();
  };

  const navigation = createNavigation(store, canvas, () => ({ ...size }));
  const claimView = () => {
    const view = store.get("view");
    if (view.width !== size.width || view.height !== size.height) store.set({ view: { ...view, ...size } });
  };
  const resize = () => {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (width === 0 || height === 0 || (width === size.width && height === size.height)) return;
    Object.assign(size, { width, height });
    refit(session, size);
    redraw();
  };

  const rename = () => {
    const name = describe(store);
    if (canvas.getAttribute("aria-label") !== name) canvas.setAttribute("aria-label", name);
  };
  const onMeta = () => {
    const meta = store.get("meta");
    if (meta.generation === generation) return;
    generation = meta.generation;
    build();
  };

  for (const [part, keys] of PARTS) disposer.add(store.on(keys, () => stale.add(part)));
  disposer.add(store.on(["meta"], onMeta));
  disposer.add(store.on(["view"], navigation.follow));
  disposer.add(store.on(DRAWN, redraw));
  disposer.add(store.on(NAMED, rename));
  disposer.add(() => frame !== undefined && cancelAnimationFrame(frame));
  disposer.add(navigation.dispose);
  disposer.add(watchPointer(session, canvas));
  disposer.add(watchTheme(host, redraw));
  disposer.listen(canvas, "webglcontextlost", (event: Event) => {
    event.preventDefault();
    graphics?.dispose();
    graphics = undefined;
    store.set({ notice: LOST });
  });
  disposer.listen(canvas, "webglcontextrestored", () => {
    build();
    if (store.get("notice") === LOST) store.set({ notice: undefined });
  });
  const observer = new ResizeObserver(resize);
  observer.observe(host);
  disposer.add(() => observer.disconnect());

  build();
  resize();
  rename();

  return {
    canvas,
    overlay,
    setNavigation: navigation.set,
    claimView,
    capture(scale = window.devicePixelRatio) {
      if (graphics === undefined) return Promise.reject(new Error(LOST));
      graphics.update(stale);
      stale.clear();
      graphics.render(size.width, size.height, scale, getComputedStyle(host).color);
      redraw();
      return capture(canvas);
    },
    held: () => ({ resources: graphics?.resources() ?? 0, releases: disposer.size }),
    dispose() {
      disposer.dispose();
      graphics?.dispose();
      const context = canvas.getContext("webgl2");
      context?.getExtension("WEBGL_lose_context")?.loseContext();
      canvas.remove();
      overlay.remove();
    },
  };
}

function createElements(host: HTMLElement) {
  const canvas = host.ownerDocument.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.tabIndex = 0;
  Object.assign(canvas.style, { display: "block", width: "100%", height: "100%", touchAction: "none" });
  const overlay = host.ownerDocument.createElementNS("http://www.w3.org/2000/svg", "svg");
  overlay.setAttribute("aria-hidden", "true");
  overlay.setAttribute("class", "mmp-overlay");
  const over = { position: "absolute", inset: "0", width: "100%", height: "100%", pointerEvents: "none" };
  Object.assign(overlay.style, over);
  if (getComputedStyle(host).position === "static") host.style.position = "relative";
  host.append(canvas, overlay);
  return { canvas, overlay };
}

/** A home view that nobody has touched stays one at the new size; any other keeps its camera. */
function refit({ store }: Session, size: { width: number; height: number }): void {
  const view = store.get("view");
  const { center, radius } = store.get("meta");
  const home = fitView({ center, radius }, view.width, view.height, view.fov);
  const near = (from: Vec3, to: Vec3) => length(subtract(from, to)) <= SAME * length(subtract(home.position, center));
  const untouched = near(view.position, home.position) && near(view.target, home.target);
  const next = untouched ? fitView({ center, radius }, size.width, size.height, view.fov) : { ...view, ...size };
  store.set({ view: next });
}
