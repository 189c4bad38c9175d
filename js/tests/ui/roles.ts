// Finds elements as a screen reader would name them: by role and accessible name.

const IMPLICIT: Readonly<Record<string, string>> = {
  button: "button",
  combobox: "select",
  slider: "input[type='range']",
  figure: "figure",
  searchbox: "input[type='search']",
  status: "output",
};

export function findAll(root: ParentNode, role: string): HTMLElement[] {
  const implicit = IMPLICIT[role];
  const selector = [`[role='${role}']`, ...(implicit === undefined ? [] : [`${implicit}:not([role])`])].join(", ");
  return [...root.querySelectorAll<HTMLElement>(selector)];
}

export function nameOf(element: Element): string {
  return element.getAttribute("aria-label") ?? element.textContent ?? "";
}

/** The one element of this role and exact name. */
export function get(root: ParentNode, role: string, name: string): HTMLElement {
  const found = findAll(root, role).filter((element) => nameOf(element) === name);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} elements of role ${role} named ${name}`);
  return only;
}

export function getSelect(root: ParentNode, name: string): HTMLSelectElement {
  const element = get(root, "combobox", name);
  if (!(element instanceof HTMLSelectElement)) throw new Error(`${name} is not a native select`);
  return element;
}

export function getSlider(root: ParentNode, name: string): HTMLInputElement {
  const element = get(root, "slider", name);
  if (!(element instanceof HTMLInputElement)) throw new Error(`${name} is not a native range input`);
  return element;
}

export function press(element: HTMLElement, key: string, init: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  element.dispatchEvent(event);
  return event;
}
