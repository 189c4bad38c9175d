// A toolbar is one stop for Tab; the arrow keys move inside it (ARIA's toolbar pattern).

import type { Scope } from "./dom";

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

export function followRovingFocus(scope: Scope, toolbar: HTMLElement): void {
  const controls = [...toolbar.querySelectorAll<HTMLElement>("button, select")];
  const enter = (control: HTMLElement): void => {
    for (const other of controls) other.tabIndex = other === control ? 0 : -1;
  };
  const first = controls[0];
  if (first === undefined) return;
  enter(first);
  scope.listen(toolbar, "focusin", ({ target }) => {
    const control = controls.find((candidate) => candidate === target);
    if (control !== undefined) enter(control);
  });
  scope.listen(toolbar, "keydown", (event) => {
    const position = event.target instanceof HTMLElement ? controls.indexOf(event.target) : -1;
    if (event.target instanceof HTMLSelectElement && !(event.key in STEPS)) return;
    const next = controls[destination(event.key, position, controls.length) ?? -1];
    if (position < 0 || next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  });
}

function destination(key: string, position: number, count: number): number | undefined {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = STEPS[key];
  return step === undefined ? undefined : (position + step + count) % count;
}
