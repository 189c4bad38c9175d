// "Keys and gestures": what keys and pointer do, over the picture. The keys that work anywhere are
// those of shortcuts.ts; what single parts understand is listed here.

import { createButton } from "./controls";
import { createScope, el, focusedBeside, KEEPS_SHORTCUTS_OUT, type Part, type Scope, setAttribute } from "./dom";
import { ICONS } from "./icons";
import { CHOICE, HELP, type Shortcut, TIME, VIEW } from "./shortcuts";

const NAME = "Keys and gestures";

type Row = Pick<Shortcut, "keys" | "does">;

const POINTER: readonly Row[] = [
  { keys: ["Drag"], does: "What the chosen tool does: turn (in 2-D move), lasso, rectangle" },
  { keys: ["Click"], does: "Select a unit, with Orbit" },
  { keys: ["Shift", "Alt"], does: "While selecting: add, take away; both: keep what is in both" },
  { keys: ["Right drag"], does: "Move the picture, with Orbit" },
  { keys: ["Wheel", "pinch"], does: "Nearer, farther" },
];
const CURVES: readonly Row[] = [
  { keys: ["Click"], does: "Go to an epoch" },
  { keys: ["Drag"], does: "Keep time to a window of epochs; Enter selects it" },
  { keys: ["Double click", "Esc"], does: "Take the window back" },
];
const LIST: readonly Row[] = [
  { keys: ["\u2191", "\u2193"], does: "Go to a unit; with Shift, select up to there" },
  { keys: ["Space", "Enter"], does: "Add or take away, select alone" },
  { keys: ["Ctrl+A"], does: "Select all that are listed" },
];

export interface Help extends Part {
  /** For the toolbar. */
  readonly button: HTMLButtonElement;
  isOpen(): boolean;
  toggle(): void;
  close(): void;
}

/** `offline` leaves out what only a kernel brings. */
export function createHelp(offline: boolean): Help {
  const scope = createScope();
  const element = el("div", "help", { role: "dialog", "aria-label": NAME });
  let opened: Scope | undefined;
  /** What had the keyboard. */
  let before: Element | null = null;

  const open = () => {
    before = focusedBeside(element);
    opened = createScope();
    const shut = createButton(opened, { name: "Close", icon: ICONS.clear, press: close });
    for (const [name, value] of Object.entries(KEEPS_SHORTCUTS_OUT)) shut.setAttribute(name, value);
    // It scrolls where the picture is low, by keys as well.
    const groups = el("div", "help-groups", {}, ...drawGroups(offline));
    const body = el("div", "help-body", { tabindex: "0", ...KEEPS_SHORTCUTS_OUT }, groups);
    element.replaceChildren(el("div", "help-head", {}, el("b", "", {}, NAME), shut), body);
    show();
    body.focus({ preventScroll: true });
  };
  const close = () => {
    // Who has gone on to another part stays there.
    const isHere = element.contains(focusedBeside(element));
    opened?.dispose();
    opened = undefined;
    element.replaceChildren();
    show();
    if (isHere && before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
  const toggle = () => (opened === undefined ? open() : close());
  const button = createButton(scope, { name: NAME, icon: ICONS.help, title: `${NAME} (?)`, press: toggle });
  const show = () => {
    element.hidden = opened === undefined;
    setAttribute(button, "aria-expanded", String(opened !== undefined));
  };
  scope.add(() => opened?.dispose());
  show();
  return { element, button, isOpen: () => opened !== undefined, toggle, close, dispose: scope.dispose };
}

function drawGroups(offline: boolean): readonly HTMLElement[] {
  return [
    drawGroup("Time", TIME),
    drawGroup("Selection", CHOICE),
    drawGroup("View", [...VIEW, HELP]),
    drawGroup("On the picture", POINTER),
    drawGroup("On the curves", CURVES),
    ...(offline ? [] : [drawGroup("In the list of units", LIST)]),
  ];
}

function drawGroup(name: string, rows: readonly Row[]): HTMLElement {
  const entries = rows.flatMap(({ keys, does }) => [
    el("dt", "", {}, ...keys.flatMap((key, i) => (i === 0 ? [drawKey(key)] : [" ", drawKey(key)]))),
    el("dd", "", {}, does),
  ]);
  return el("section", "help-group", {}, el("h4", "", {}, name), el("dl", "", {}, ...entries));
}

function drawKey(key: string): HTMLElement {
  return el("kbd", "", {}, key);
}
