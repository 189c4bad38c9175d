// Buttons and labelled selects, so that every control has its name, its title and its focus ring
// from one place.

import { el, type Scope, setAttribute } from "./dom";
import { drawIcon } from "./icons";

export interface ButtonOptions {
  /** Accessible name. */
  readonly name: string;
  /** Inner SVG of a 24 × 24 icon. */
  readonly icon: string;
  /** Shown on hover; the name when left out. */
  readonly title?: string;
  readonly press: () => void;
}

export function createButton(scope: Scope, { name, icon, title, press }: ButtonOptions): HTMLButtonElement {
  const attributes = { type: "button", "aria-label": name, title: title ?? name };
  const button = el("button", "button", attributes, drawIcon(icon));
  scope.listen(button, "click", () => {
    if (button.getAttribute("aria-disabled") !== "true") press();
  });
  return button;
}

/** Disabled for everyone, yet focus stays: a button that clears itself away must not lose the keyboard. */
export function setEnabled(button: HTMLButtonElement, enabled: boolean): void {
  setAttribute(button, "aria-disabled", String(!enabled));
}

export function setPressed(button: HTMLButtonElement, pressed: boolean): void {
  setAttribute(button, "aria-pressed", String(pressed));
}

export interface SelectOptions {
  /** Accessible name and, where there is room, the label. */
  readonly name: string;
  readonly title: string;
  readonly pick: (value: string) => void;
}

export interface Select {
  readonly element: HTMLLabelElement;
  readonly control: HTMLSelectElement;
  /** Lists [value, text] pairs and marks one; rebuilt only when they differ. */
  update(options: readonly (readonly [value: string, text: string])[], value: string): void;
}

export function createSelect(scope: Scope, { name, title, pick }: SelectOptions): Select {
  const control = el("select", "select", { "aria-label": name, title });
  const element = el("label", "field", {}, el("span", "field-label", {}, name), control);
  scope.listen(control, "change", () => pick(control.value));
  let listed = "";
  return {
    element,
    control,
    update(options, value) {
      const key = JSON.stringify(options);
      if (key !== listed) {
        control.replaceChildren(...options.map(([code, text]) => el("option", "", { value: code }, text)));
        listed = key;
      }
      control.value = value;
    },
  };
}
