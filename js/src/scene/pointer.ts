// Keeps the store's `hover` true: searched again when the pointer moves, and when the picture moves
// under a pointer that rests.

import type { Session } from "../state/session";
import { createDisposer } from "../util/disposable";
import { createThrottle } from "../util/throttle";
import type { PickPoint } from "./picking";

/** Milliseconds between two searches. */
const PICK_INTERVAL = 50;

export function watchPointer({ store }: Session, canvas: HTMLCanvasElement, pick: PickPoint): () => void {
  const disposer = createDisposer();
  /** Where the pointer is on the page. */
  let at: { clientX: number; clientY: number } | undefined;

  const search = () => {
    if (at === undefined) return;
    // Only here, for it may lay the page out anew, and moves are many.
    const box = canvas.getBoundingClientRect();
    const x = ((at.clientX - box.left) * canvas.clientWidth) / (box.width || 1);
    const y = ((at.clientY - box.top) * canvas.clientHeight) / (box.height || 1);
    const id = pick(x, y);
    const before = store.get("hover");
    if (id === before?.id && x === before?.x && y === before?.y) return;
    store.set({ hover: id === undefined ? undefined : { id, x, y } });
  };
  const throttle = createThrottle(search, PICK_INTERVAL);
  const leave = () => {
    if (at === undefined) return;
    at = undefined;
    throttle.cancel();
    store.set({ hover: undefined });
  };
  const move = (event: PointerEvent) => {
    if (event.buttons !== 0) return leave();
    at = { clientX: event.clientX, clientY: event.clientY };
    throttle.call();
  };

  disposer.add(throttle.cancel);
  disposer.listen(canvas, "pointermove", move);
  disposer.listen(canvas, "pointerleave", leave);
  const moved = () => at !== undefined && throttle.call();
  const windows = ["epochWindow", "stepWindow"] as const;
  disposer.add(store.on(["epoch", "step", ...windows, "show", "view", "hiddenUnits", "hidden", "loaded"], moved));
  return disposer.dispose;
}
