// The canvas's size in CSS pixels, and what it does to the session's view: the view carries the size
// of the canvas that was last resized or drawn on.

import { homeView, isHome } from "../geometry/fit";
import type { View } from "../protocol/messages";
import type { Store } from "../state/session";

export type Size = Pick<View, "width" | "height">;

export interface Viewport {
  /** Zero until the host has a size. */
  readonly size: Size;
  /** Makes the view's width and height those of this canvas. */
  claim(): void;
  dispose(): void;
}

export function watchViewport(store: Store, host: HTMLElement, resized: () => void): Viewport {
  let size: Size = { width: 0, height: 0 };
  const measure = () => {
    const { clientWidth: width, clientHeight: height } = host;
    if (width === 0 || height === 0 || (width === size.width && height === size.height)) return;
    size = { width, height };
    store.set({ view: resizedView(store, size) });
    resized();
  };
  const observer = new ResizeObserver(measure);
  observer.observe(host);
  measure();
  return {
    get size() {
      return size;
    },
    claim() {
      const view = store.get("view");
      if (view.width !== size.width || view.height !== size.height) store.set({ view: { ...view, ...size } });
    },
    dispose: () => observer.disconnect(),
  };
}

/** A home view that nobody has touched stays one at the new size; any other keeps its camera. */
function resizedView(store: Store, size: Size): View {
  const view = store.get("view");
  const meta = store.get("meta");
  return isHome(view, meta) ? homeView(meta, view.mode, size, view.fov) : { ...view, ...size };
}
