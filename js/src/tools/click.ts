// A click, which is a press of the primary button that does not travel, on a point selects its unit,
// with all its points. Beside a point it does nothing: a selection is too dear to lose to a slip.

import { pointPosition } from "../geometry/points";
import { createDisposer } from "../util/disposable";
import { canvasPosition, combineFor, type Position } from "./pointer";
import type { ToolContext } from "./tool";

/** CSS pixels that a hand may slip between press and release. */
export const SLIP = 4;

interface Press {
  readonly pointer: number;
  readonly at: Position;
  /** The point under it: a slip may turn the picture. */
  readonly id: number | undefined;
}

export function attachClick({ canvas, session, pick }: ToolContext): () => void {
  const { store, actions } = session;
  const disposer = createDisposer();
  let press: Press | undefined;

  const onDown = (event: PointerEvent) => {
    const at = canvasPosition(canvas, event);
    // A second finger makes it a gesture.
    const alone = press === undefined && event.button === 0;
    press = alone ? { pointer: event.pointerId, at, id: pick(...at) } : undefined;
  };
  const onMove = (event: PointerEvent) => {
    if (press !== undefined && distance(press.at, canvasPosition(canvas, event)) > SLIP) press = undefined;
  };
  const onUp = (event: PointerEvent) => {
    const pressed = press;
    press = undefined;
    if (pressed?.id === undefined || event.pointerId !== pressed.pointer) return;
    const { unit } = pointPosition(store.get("meta").shape, pressed.id);
    actions.selectUnits([unit], combineFor(event, store.get("combine")));
  };
  const onCancel = () => {
    press = undefined;
  };

  disposer.listen(canvas, "pointerdown", onDown);
  disposer.listen(canvas, "pointermove", onMove);
  disposer.listen(canvas, "pointerup", onUp);
  disposer.listen(canvas, "pointercancel", onCancel);
  return disposer.dispose;
}

function distance(a: Position, b: Position): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
