// Keys that work anywhere inside the widget, unless the focused control needs them itself. What is
// handled here goes no further, so the notebook around does not act on it as well.

import type { Session } from "../state/session";
import type { Scope } from "./dom";
import { timeShortcut } from "./time-keys";

type Shortcut = () => void;

/** Nearer by this factor with each press. */
const ZOOM = 1.2;
/** Presses of Shift and an arrow that move the camera, to the right and upward. */
const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** `find` takes the keyboard to the field that looks units up. */
export function followKeyboard(scope: Scope, root: HTMLElement, session: Session, find: Shortcut): void {
  scope.listen(root, "keydown", (event) => {
    if (event.defaultPrevented) return;
    const shortcut = shortcutOf(event, session, find);
    if (shortcut === undefined || neededByControl(event)) return;
    event.preventDefault();
    event.stopPropagation();
    shortcut();
  });
}

function shortcutOf(event: KeyboardEvent, session: Session, find: Shortcut): Shortcut | undefined {
  const { store, actions } = session;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "z") return () => actions.command(event.shiftKey ? "redo" : "undo");
  // On some keyboards a slash takes Shift.
  if (event.key === "/" && !command && !event.altKey) return find;
  if (command || event.altKey) return undefined;
  const time = timeShortcut(event, session);
  if (time !== undefined) return time;
  // On most keyboards a plus takes Shift.
  if (event.key === "+" || event.key === "=") return () => actions.zoom(ZOOM);
  const step = event.shiftKey ? STEPS[event.key] : undefined;
  if (step !== undefined) return () => actions.steer(...step);
  if (event.shiftKey) return undefined;
  switch (event.key) {
    case " ":
      return event.repeat ? () => {} : () => actions.setPlaying(!store.get("playing"));
    case "-":
      return () => actions.zoom(1 / ZOOM);
    case "ArrowLeft":
      return () => actions.stepEpoch(-1);
    case "ArrowRight":
      return () => actions.stepEpoch(1);
    case "Escape":
      if (store.get("found") !== undefined) return () => actions.find(undefined);
      return store.get("selection").count > 0 ? () => actions.command("clear") : undefined;
    default:
      return undefined;
  }
}

/** Inputs that take what is typed. */
const TYPED = "input:not([type='range'], [type='checkbox'], [type='radio'])";

/** Space presses buttons and opens lists, arrows move sliders and lists, text fields need all keys. */
function neededByControl({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(`select, textarea, ${TYPED}, [contenteditable]`) !== null) return true;
  if (key === " ") return target.closest("button, [role='separator']") !== null;
  if (key.startsWith("Arrow") || key === "Home" || key === "End") {
    return target.closest("input, [role='separator']") !== null;
  }
  return false;
}
