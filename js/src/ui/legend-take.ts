// A button of the legend that selects what is visible and has some values of its channel, as a lasso
// around exactly these points would. Its mark is drawn by the style sheet: a legend may have thousands.

import type { Where } from "../protocol/messages";
import type { Session } from "../state/session";
import { combineFor } from "../tools/pointer";
import { el, KEEPS_SHORTCUTS_OUT, type Scope } from "./dom";

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
    title: titleOfTake(what),
  };
  const button = el("button", "legend-only take legend-take", { ...attributes, ...KEEPS_SHORTCUTS_OUT });
  scope.listen(button, "click", (event) => {
    const { name, where } = taken();
    actions.selectWhere(name, where, combineFor(event, store.get("combine")));
  });
  return button;
}

export function titleOfTake(what: string): string {
  return `Select what is visible of ${what}; Shift adds it, Alt takes it away, both keep what is in both`;
}
