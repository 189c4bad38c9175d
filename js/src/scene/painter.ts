// Draws when something changed, once an animation frame, and survives a lost GPU context: everything
// on the GPU is given up with the old context and made anew with the next.

import type { Session, State } from "../state/session";
import { STYLE } from "../state/style";
import { createDisposer } from "../util/disposable";
import { capture } from "./capture";
import { createGraphics, type Graphics, type Stale } from "./graphics";
import type { Size } from "./viewport";

export interface Painter {
  redraw(): void;
  /** Draws with the color of the text around as it is now. */
  recolor(): void;
  /** PNG of the picture as it stands, at `scale` pixels for each CSS pixel. */
  capture(scale: number): Promise<Blob>;
  dispose(): void;
}

/** What on the GPU follows which keys. */
const PARTS: readonly (readonly [Stale, readonly (keyof State)[]])[] = [
  ["positions", ["loaded"]],
  ["channel", ["colorBy", "colorLimits", "channelData"]],
  ["selection", ["selection"]],
  ["units", ["hiddenUnits"]],
  ["hidden", ["hidden"]],
];
/** Keys that change the picture through uniforms alone. */
const DRAWN: readonly (keyof State)[] = [
  ...(["meta", "epoch", "step", "epochWindow", "stepWindow"] as const),
  ...(["show", "view", "hover", "found", "fade"] as const),
  ...STYLE,
];
/** Milliseconds without a change until all points are drawn. */
const REST_MS = 450;
/** For so long the color of the text around is taken to hold: to ask for it styles the page anew. */
const INK_HOLDS_MS = 500;
const LOST = "The graphics context was lost; the picture comes back when the browser gives a new one.";
const NONE = "This browser gives no WebGL 2 context, so there is no picture; everything else works.";

export function createPainter(session: Session, canvas: HTMLCanvasElement, size: () => Size): Painter {
  const { store } = session;
  const disposer = createDisposer();
  const stale = new Set<Stale>();
  let generation = store.get("meta").generation;
  let graphics: Graphics | undefined;
  let frame: number | undefined;

  let rest: number | undefined;

  const ink = { color: "", until: Number.NEGATIVE_INFINITY };
  const inkNow = () => {
    const now = performance.now();
    // Outside of a page there is none yet.
    if (now > ink.until || ink.color === "") {
      [ink.color, ink.until] = [getComputedStyle(canvas).color, now + INK_HOLDS_MS];
    }
    return ink.color;
  };
  const paint = (made: Graphics, pixelRatio: number, isMoving: boolean) => {
    const { width, height } = size();
    made.update(stale);
    stale.clear();
    return made.render(width, height, pixelRatio, inkNow(), isMoving);
  };
  const draw = (isMoving: boolean) => {
    if (graphics === undefined || size().width === 0) return;
    const isWhole = paint(graphics, window.devicePixelRatio, isMoving);
    if (!isWhole) rest = window.setTimeout(() => draw(false), REST_MS);
  };
  const redraw = () => {
    window.clearTimeout(rest);
    frame ??= requestAnimationFrame(() => {
      frame = undefined;
      draw(true);
    });
  };
  const drop = () => {
    graphics?.dispose();
    graphics = undefined;
  };
  const build = () => {
    drop();
    for (const [part] of PARTS) stale.add(part);
    try {
      graphics = createGraphics(session, canvas);
    } catch {
      store.set({ notice: NONE });
    }
    redraw();
  };
  const rebuildForMeta = () => {
    const next = store.get("meta").generation;
    if (next === generation) return;
    generation = next;
    build();
  };

  disposer.listen(canvas, "webglcontextlost", (event: Event) => {
    event.preventDefault();
    drop();
    store.set({ notice: LOST });
  });
  disposer.listen(canvas, "webglcontextrestored", () => {
    build();
    if (store.get("notice") === LOST) store.set({ notice: undefined });
  });
  for (const [part, keys] of PARTS) {
    const mark = () => {
      stale.add(part);
      redraw();
    };
    disposer.add(store.on(keys, mark));
  }
  disposer.add(store.on(["meta"], rebuildForMeta));
  disposer.add(store.on(DRAWN, redraw));
  disposer.add(() => {
    drop();
    if (frame !== undefined) cancelAnimationFrame(frame);
    window.clearTimeout(rest);
    // Browsers give a page few contexts and take them back late.
    canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
  });
  build();

  return {
    redraw,
    recolor() {
      ink.until = Number.NEGATIVE_INFINITY;
      redraw();
    },
    capture(scale) {
      if (graphics === undefined) return Promise.reject(new Error("there is no picture to save"));
      paint(graphics, scale, false);
      redraw();
      return capture(canvas);
    },
    dispose: disposer.dispose,
  };
}
