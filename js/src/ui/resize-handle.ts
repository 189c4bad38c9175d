// The bar under the picture: drag it, or move it with the arrow keys, to make the picture taller.

import type { Session } from "../state/session";
import { createScope, el, type Part, setAttribute } from "./dom";

/** CSS pixels. */
const LEAST = 200;
const MOST = 1600;
const KEY_STEP = 20;

export function createResizeHandle({ store, actions }: Session): Part {
  const scope = createScope();
  const element = el("div", "resize", {
    role: "separator",
    tabindex: "0",
    title: "Drag to change the height",
    "aria-label": "Height of the picture",
    "aria-orientation": "horizontal",
    "aria-valuemin": String(LEAST),
    "aria-valuemax": String(MOST),
  });
  const resize = (height: number): void => actions.setHeight(Math.round(Math.min(Math.max(height, LEAST), MOST)));
  scope.watch(store, ["height"], () => setAttribute(element, "aria-valuenow", String(store.get("height"))));
  let offset = 0;
  scope.listen(element, "pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    offset = store.get("height") - event.clientY;
  });
  scope.listen(element, "pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) resize(event.clientY + offset);
  });
  scope.listen(element, "keydown", (event) => {
    const step = event.key === "ArrowDown" ? KEY_STEP : event.key === "ArrowUp" ? -KEY_STEP : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    resize(store.get("height") + step);
  });
  return { element, dispose: scope.dispose };
}
