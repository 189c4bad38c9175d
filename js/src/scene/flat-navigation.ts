// The hand on a view in 2-D: a drag moves the picture, the wheel and two fingers zoom to where they
// are. There is nothing to turn.

import { homeView } from "../geometry/fit";
import { approach, distanceOf, panView } from "../geometry/flat";
import type { View } from "../protocol/messages";
import type { Store } from "../state/session";
import { createDisposer } from "../util/disposable";

export type Navigation = "all" | "zoom" | "none";

/** Natural logarithm of the zoom for a pixel of the wheel; a touchpad's pinch counts its pixels so much more. */
const WHEEL_STEP = 0.0015;
const PINCH_BOOST = 10;
/** Pixels of a wheel that counts in lines or pages. */
const WHEEL_UNITS = [1, 16, 400] as const;

type Place = readonly [x: number, y: number];

export function followFlatHand(
  store: Store,
  canvas: HTMLCanvasElement,
  size: () => Pick<View, "width" | "height">,
  navigation: () => Navigation,
): () => void {
  const disposer = createDisposer();
  const pointers = new Map<number, Place>();
  const isOn = () => navigation() !== "none" && store.get("view").mode === "2d";
  const change = (to: (view: View) => View) => store.set({ view: to({ ...store.get("view"), ...size() }) });
  const zoom = (factor: number, [x, y]: Place) => {
    change((view) => {
      const home = distanceOf(homeView(store.get("meta"), "2d", view, view.fov));
      return approach(view, factor, x, y, home);
    });
  };
  const placeOf = (event: MouseEvent): Place => {
    const box = canvas.getBoundingClientRect();
    const [across, down] = [canvas.clientWidth / (box.width || 1), canvas.clientHeight / (box.height || 1)];
    return [(event.clientX - box.left) * across, (event.clientY - box.top) * down];
  };

  const onDown = (event: PointerEvent) => {
    if (!isOn() || navigation() !== "all" || pointers.size === 2) return;
    pointers.set(event.pointerId, placeOf(event));
    canvas.setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = placeOf(event);
    pointers.set(event.pointerId, now);
    if (!isOn()) return;
    const other = [...pointers].find(([pointer]) => pointer !== event.pointerId)?.[1];
    const share = other === undefined ? 1 : 1 / 2;
    change((view) => panView(view, share * (now[0] - before[0]), share * (now[1] - before[1])));
    if (other === undefined) return;
    const factor = apart(now, other) / (apart(before, other) || 1);
    if (factor > 0) zoom(factor, [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
  };
  const onUp = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (canvas.hasPointerCapture(event.pointerId)) canvas.releasePointerCapture(event.pointerId);
  };
  const onWheel = (event: WheelEvent) => {
    if (!isOn()) return;
    event.preventDefault();
    const pixels = event.deltaY * (WHEEL_UNITS[event.deltaMode] ?? 1) * (event.ctrlKey ? PINCH_BOOST : 1);
    zoom(Math.exp(-pixels * WHEEL_STEP), placeOf(event));
  };
  // The right button moves the picture, too.
  const onMenu = (event: Event) => {
    if (isOn() && navigation() === "all") event.preventDefault();
  };

  disposer.listen(canvas, "pointerdown", onDown);
  disposer.listen(canvas, "pointermove", onMove);
  disposer.listen(canvas, "pointerup", onUp);
  disposer.listen(canvas, "pointercancel", onUp);
  disposer.listen(canvas, "wheel", onWheel, { passive: false });
  disposer.listen(canvas, "contextmenu", onMenu);
  return disposer.dispose;
}

function apart(a: Place, b: Place): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
