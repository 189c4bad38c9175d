// The row of buttons above the picture: one button per registered tool, how a lasso combines, what
// can be done with a selection, what is shown in which color, and what concerns the view.

import type { Combine, Mode, Show } from "../protocol/messages";
import type { Session } from "../state/session";
import { TOOLS } from "../tools/registry";
import { createButton, createSelect, setEnabled, setPressed } from "./controls";
import { createScope, el, type Part, type Scope } from "./dom";
import { ICONS } from "./icons";
import { followRovingFocus } from "./roving-focus";
import type { ViewCommands } from "./view-commands";

const COMBINES: readonly { combine: Combine; name: string; icon: string; title: string }[] = [
  { combine: "replace", name: "Replace", icon: ICONS.replace, title: "A lasso replaces the selection" },
  { combine: "add", name: "Add", icon: ICONS.add, title: "A lasso adds to the selection (hold Shift)" },
  { combine: "subtract", name: "Subtract", icon: ICONS.subtract, title: "A lasso takes away (hold Alt)" },
  {
    combine: "intersect",
    name: "Intersect",
    icon: ICONS.intersect,
    title: "A lasso keeps what is in both (Shift+Alt)",
  },
];

const SHOWS: readonly (readonly [Show, string])[] = [
  ["epoch", "Current epoch"],
  ["all", "All epochs"],
  ["steps", "Trajectories through steps"],
  ["epochs", "Trajectories through epochs"],
];

const MODES: readonly { mode: Mode; name: string; title: string }[] = [
  { mode: "2d", name: "2D", title: "The first two axes, from above" },
  { mode: "3d", name: "3D", title: "All three axes, to turn" },
];

const THROUGH_TITLES = {
  true: "Selecting all the way through; press to take only the front-most points",
  false: "Selecting only the front-most points; press to select all the way through",
} as const;

export interface Extras {
  /** The field that looks units up. */
  readonly find: HTMLElement;
  /** The button for sizes and strengths. */
  readonly appearance: HTMLElement;
  /** The button that lists keys and gestures. */
  readonly help: HTMLElement;
  /** The button that opens the panel, where there is one. */
  readonly panel?: HTMLElement | undefined;
}

export function createToolbar(session: Session, view: ViewCommands, { find, ...others }: Extras): Part {
  const scope = createScope();
  const element = el(
    "div",
    "toolbar",
    { role: "toolbar", "aria-label": "Tools" },
    createToolGroup(scope, session),
    createCombineGroup(scope, session),
    createSelectionGroup(scope, session),
    createChoices(scope, session),
    find,
    createModeGroup(scope, session),
    createViewGroup(scope, session, view, others),
  );
  followRovingFocus(scope, element);
  return { element, dispose: scope.dispose };
}

function group(label: string, ...children: readonly Node[]): HTMLElement {
  return el("div", "group", { role: "group", "aria-label": label }, ...children);
}

function createToolGroup(scope: Scope, { store, actions }: Session): HTMLElement {
  const buttons = TOOLS.map(({ name, label, title, icon }) => {
    const button = createButton(scope, {
      name: label,
      icon,
      title,
      press: () => actions.setTool(name),
    });
    scope.watch(store, ["tool"], () => setPressed(button, store.get("tool") === name));
    return button;
  });
  return group("Tool", ...buttons);
}

function createCombineGroup(scope: Scope, { store, actions }: Session): HTMLElement {
  const buttons = COMBINES.map(({ combine, name, icon, title }) => {
    const button = createButton(scope, { name, icon, title, press: () => actions.setCombine(combine) });
    scope.watch(store, ["combine"], () => setPressed(button, store.get("combine") === combine));
    return button;
  });
  return group("How a lasso combines", ...buttons);
}

function createSelectionGroup(scope: Scope, { store, actions }: Session): HTMLElement {
  const { command } = actions;
  const undo = createButton(scope, {
    name: "Undo",
    icon: ICONS.undo,
    title: "Undo (Ctrl+Z)",
    press: () => command("undo"),
  });
  const redo = createButton(scope, {
    name: "Redo",
    icon: ICONS.redo,
    title: "Redo (Ctrl+Shift+Z)",
    press: () => command("redo"),
  });
  const clear = createButton(scope, {
    name: "Clear selection",
    icon: ICONS.clear,
    title: "Clear selection (Esc)",
    press: () => command("clear"),
  });
  const invert = createButton(scope, {
    name: "Invert selection",
    icon: ICONS.invert,
    title: "Invert selection among what is visible",
    press: () => command("invert"),
  });
  scope.watch(store, ["selection", "kernelGone"], () => {
    const { canUndo, canRedo, count } = store.get("selection");
    // The kernel keeps the history.
    const gone = store.get("kernelGone");
    setEnabled(undo, canUndo && !gone);
    setEnabled(redo, canRedo && !gone);
    setEnabled(clear, count > 0);
  });
  return group("Selection", undo, redo, clear, invert, createThroughButton(scope, { store, actions }));
}

function createThroughButton(scope: Scope, { store, actions }: Pick<Session, "store" | "actions">): HTMLElement {
  const button = createButton(scope, {
    name: "Select through",
    icon: ICONS.through,
    press: () => actions.setDepth(store.get("depth") === "through" ? "front" : "through"),
  });
  scope.watch(store, ["depth"], () => {
    const through = store.get("depth") === "through";
    setPressed(button, through);
    button.title = THROUGH_TITLES[`${through}`];
  });
  return button;
}

function createChoices(scope: Scope, { store, actions }: Session): HTMLElement {
  const show = createSelect(scope, {
    name: "Show",
    title: "What is drawn",
    pick: (value) => {
      const picked = SHOWS.find(([code]) => code === value);
      if (picked !== undefined) actions.setShow(picked[0]);
    },
  });
  const color = createSelect(scope, { name: "Color by", title: "What the colors mean", pick: actions.setColorBy });
  scope.watch(store, ["show"], () => show.update(SHOWS, store.get("show")));
  scope.watch(store, ["meta", "colorBy"], () => {
    const names = store.get("meta").channels.map(({ name }) => [name, name] as const);
    color.update(names, store.get("colorBy"));
  });
  return el("div", "group choices", {}, show.element, color.element);
}

function createModeGroup(scope: Scope, { store, actions }: Session): HTMLElement {
  const buttons = MODES.map(({ mode, name, title }) => {
    const button = createButton(scope, { name, icon: "", title, press: () => actions.setMode(mode) });
    button.replaceChildren(name);
    scope.watch(store, ["view"], () => setPressed(button, store.get("view").mode === mode));
    return button;
  });
  return el("div", "group axes", { role: "group", "aria-label": "Axes" }, ...buttons);
}

function createViewGroup(
  scope: Scope,
  { store, actions }: Session,
  view: ViewCommands,
  { appearance, help, panel }: Omit<Extras, "find">,
): HTMLElement {
  const reset = createButton(scope, { name: "Reset view", icon: ICONS.reset, press: actions.resetView });
  const zoom = createButton(scope, { name: "Zoom to selection", icon: ICONS.zoom, press: actions.zoomToSelection });
  const save = createButton(scope, {
    name: "Save image",
    icon: ICONS.save,
    title: "Save image (PNG)",
    press: view.saveImage,
  });
  const full = createButton(scope, { name: "Full screen", icon: ICONS.expand, press: view.toggleFullScreen });
  setEnabled(full, document.fullscreenEnabled !== false);
  const press = () => setPressed(full, document.fullscreenElement?.contains(full) === true);
  press();
  scope.listen(document, "fullscreenchange", press);
  scope.watch(store, ["selection"], () => setEnabled(zoom, store.get("selection").count > 0));
  return group("View", appearance, reset, zoom, save, full, help, ...(panel === undefined ? [] : [panel]));
}
