// Keys that work anywhere inside the widget, unless the focused control needs them itself. What is
// handled here goes no further, so the notebook around does not act on it as well.

import type { Scope } from "./dom";
import { CHOICE, HELP, type Reach, type Shortcut, TIME, VIEW } from "./shortcuts";

const SHORTCUTS = [...TIME, ...VIEW, ...CHOICE, HELP];

export function followKeyboard(scope: Scope, root: HTMLElement, reach: Reach): void {
  scope.listen(root, "keydown", (event) => {
    if (event.defaultPrevented) return;
    const shortcut = SHORTCUTS.find((each) => isMeant(each, event, reach));
    if (shortcut === undefined || neededByControl(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || shortcut.repeats !== false) shortcut.act(reach, event.key);
  });
}

function isMeant({ command, hears, can }: Shortcut, event: KeyboardEvent, reach: Reach): boolean {
  if (event.altKey || (command === true) !== (event.ctrlKey || event.metaKey)) return false;
  return hears(event) && (can === undefined || can(reach));
}

/** Inputs that take what is typed. */
const TYPED = "input:not([type='range'], [type='checkbox'], [type='radio'])";

/** Space presses buttons and opens lists, arrows move sliders and lists, both scroll what is read in a
 *  dialog, text fields need all keys. */
function neededByControl({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(`select, textarea, ${TYPED}, [contenteditable]`) !== null) return true;
  if (key === " ") return target.closest("button, [role='separator'], [role='dialog']") !== null;
  if (key.startsWith("Arrow") || key === "Home" || key === "End") {
    return target.closest("input, [role='separator'], [role='dialog']") !== null;
  }
  return false;
}
