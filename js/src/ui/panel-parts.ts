// What the panel's sections are made of, so that all look and behave alike: buttons with a text,
// fields that keep their keys to themselves, and marks for what is made after the interface.

import { setEnabled } from "./controls";
import { el, KEEPS_SHORTCUTS_OUT, type Scope } from "./dom";

export interface TextButton {
  readonly element: HTMLButtonElement;
  /** Disabled with a reason, which is its title then. */
  allow(reason: string | undefined): void;
}

export function createTextButton(scope: Scope, text: string, title: string, press: () => void): TextButton {
  const element = el("button", "button text-button", { type: "button", title, ...KEEPS_SHORTCUTS_OUT }, text);
  scope.listen(element, "click", () => {
    if (element.getAttribute("aria-disabled") !== "true") press();
  });
  return {
    element,
    allow(reason) {
      setEnabled(element, reason === undefined);
      element.title = reason ?? title;
    },
  };
}

/** A text or number field: its keys are its own, but Enter is `enter` and Escape `leave`. */
export function createField(
  scope: Scope,
  attributes: Readonly<Record<string, string>>,
  enter: () => void,
  leave: () => void = () => {},
): HTMLInputElement {
  const field = el("input", "panel-field", { autocomplete: "off", ...attributes, ...KEEPS_SHORTCUTS_OUT });
  scope.listen(field, "keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Enter") enter();
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
  });
  return field;
}

/** Why something that Python does cannot be done now. */
export const NO_KERNEL = "Python is gone: run the cell again";
