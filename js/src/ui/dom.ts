// The few helpers every part of the interface is made of: `el` makes an element, `createScope`
// collects what must be undone. Text always arrives as a text node, so a unit named "<img …>" stays
// a name.

import type { State, Store } from "../state/session";
import { createDisposer } from "../util/disposable";

export interface Part {
  readonly element: HTMLElement;
  dispose(): void;
}

/** A disposer that also knows the elements' events and the store. */
export interface Scope {
  /** Runs at `dispose`, last added first. */
  add(release: () => void): void;
  listen<K extends keyof HTMLElementEventMap>(
    target: HTMLElement,
    type: K,
    handler: (event: HTMLElementEventMap[K]) => void,
  ): void;
  listen(target: EventTarget, type: string, handler: (event: Event) => void): void;
  /** Runs `draw` now and whenever one of `keys` changes. */
  watch(store: Store, keys: readonly (keyof State)[], draw: () => void): void;
  dispose(): void;
}

export function createScope(): Scope {
  const disposer = createDisposer();
  return {
    add: disposer.add,
    listen: (target: EventTarget, type: string, handler: (event: never) => void) =>
      disposer.listen(target, type, handler),
    watch(store, keys, draw) {
      disposer.add(store.on(keys, draw));
      draw();
    },
    dispose: disposer.dispose,
  };
}

/**
 * JupyterLab acts on letters typed anywhere in a notebook unless the focused element is marked with
 * this; a mark on an ancestor comes too late for its rules that match the focused element itself.
 */
export const KEEPS_SHORTCUTS_OUT = { "data-lm-suppress-shortcuts": "true" } as const;

/** What has the keyboard where this is: in its document, or in its shadow root. */
export function focusedBeside(element: Element): Element | null {
  return (element.getRootNode() as Partial<Document>).activeElement ?? null;
}

type Child = Node | string;

/** Makes an element; `mmp-` is put before each class. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  classes: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (classes !== "") element.className = prefixed(classes);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG element; `mmp-` is put before each class. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  classes: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  if (classes !== "") element.setAttribute("class", prefixed(classes));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function prefixed(classes: string): string {
  return classes
    .split(" ")
    .map((name) => `mmp-${name}`)
    .join(" ");
}

/** Writes only what differs: a screen reader repeats, and a layout is redone, at every write. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
