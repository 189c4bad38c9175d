// A button of the legend that selects what is visible and has some values of its channel, as a lasso
// around exactly these points would.

import type { Where } from "../protocol/messages";
import type { Session } from "../state/session";
import { combineFor } from "../tools/pointer";
import { el, KEEPS_SHORTCUTS_OUT, type Scope } from "./dom";
import { drawIcon } from "./icons";

const ICON =
  '<path stroke-dasharray="2.6 2.4" d="M4.8 4.8h14.4v14.4H4.8z"/><path class="mmp-area" d="M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6"/>';

export interface Taken {
  /** Of the channel. */
  readonly name: string;
  readonly where: Where;
}

/** `what` is selected, as it is called and as it is when the button is pressed. */
export function createTakeButton(
  { actions, store }: Session,
  scope: Scope,
  what: string,
  taken: () => Taken,
): HTMLButtonElement {
  const attributes = {
    type: "button",
    "aria-label": `Select ${what}`,
    title: `Select what is visible of ${what}; Shift adds it, Alt takes it away, both keep what is in both`,
  };
  const button = el("button", "legend-only legend-take", { ...attributes, ...KEEPS_SHORTCUTS_OUT }, drawIcon(ICON));
  scope.listen(button, "click", (event) => {
    const { name, where } = taken();
    actions.selectWhere(name, where, combineFor(event, store.get("combine")));
  });
  return button;
}
