// The interface around the picture, plain DOM: toolbar, picture with legend and tooltip, transport,
// training curves, status line. Every part reads the store and calls actions; none knows another.

import type { SceneHandle, Session } from "../state/session";
import { createAppearance } from "./appearance";
import { createCurves } from "./curves";
import { createScope, el, KEEPS_SHORTCUTS_OUT, type Part, type Scope } from "./dom";
import { createFind } from "./find";
import { createHelp } from "./help";
import { followKeyboard } from "./keyboard";
import { createLegend } from "./legend";
import { createNotice } from "./notice";
import { createPanel } from "./panel";
import panelCss from "./panel.css";
import { followTitle } from "./panel-name";
import { createResizeHandle } from "./resize-handle";
import { createStandInRule } from "./stand-in";
import { createStatus } from "./status";
import css from "./style.css";
import { followTheme } from "./theme";
import { createToolbar } from "./toolbar";
import { createTooltip } from "./tooltip";
import { createTransport } from "./transport";
import { createViewCommands } from "./view-commands";

export interface UiOptions {
  readonly session: Session;
  /** The host's element for this view. */
  readonly el: HTMLElement;
  /** Draws the picture into the element that it is given. */
  readonly mountScene: (host: HTMLElement) => SceneHandle;
  /** Parts below all others. */
  readonly more?: readonly Part[];
  /** True where there is no kernel, and never was. */
  readonly offline?: boolean;
}

export function createUi({ session, el: host, mountScene, more = [], offline = false }: UiOptions): {
  dispose(): void;
} {
  const scope = createScope();
  const root = createRoot(scope);
  const canvasHost = el("div", "canvas-host");
  const stage = createStage(scope, session, canvasHost);
  // The kernel keeps groups and finds what the panel shows.
  const panel = offline ? undefined : createPanel(session);
  if (panel !== undefined) scope.add(panel.dispose);
  const body = el("div", "body", {}, stage, ...(panel === undefined ? [] : [panel.element]));
  host.append(root);
  scope.add(() => root.remove());
  root.append(body);
  const scene = mountScene(canvasHost);
  scope.add(scene.dispose);
  // A press on the picture brings the keyboard along, though tools may prevent the default.
  scope.listen(canvasHost, "pointerdown", () => scene.canvas.focus({ preventScroll: true }));
  const view = createViewCommands(session, root, scene);
  const find = createFind(session, () => scene.canvas.focus({ preventScroll: true }));
  scope.add(find.dispose);
  const appearance = createAppearance(session);
  scope.add(appearance.dispose);
  const help = createHelp(offline);
  scope.add(help.dispose);
  stage.append(help.element);
  const parts = [
    createNotice(session),
    createToolbar(session, view, {
      find: find.element,
      appearance: appearance.button,
      help: help.button,
      panel: panel?.toggle,
    }),
    createResizeHandle(session),
    createTransport(session),
    createCurves(session),
    createStatus(session),
    ...more,
  ] as const;
  for (const part of parts) scope.add(part.dispose);
  const [notice, toolbar, ...below] = parts.map(({ element }) => element);
  if (notice !== undefined && toolbar !== undefined) body.before(toolbar, appearance.element, notice);
  body.after(...below);
  followKeyboard(scope, root, { session, find: find.focus, help });
  followTitle(scope, root, session);
  keepShortcutsOut(root);
  // Last: where the view could not be made, the picture stays.
  const rule = createStandInRule(session, root);
  root.append(rule.element);
  scope.add(rule.dispose);
  return { dispose: scope.dispose };
}

function createRoot(scope: Scope): HTMLElement {
  const root = el("div", "root", { tabindex: "-1" }, el("style", "", {}, css, panelCss));
  scope.add(followTheme(root).dispose);
  return root;
}

/** Marks what is there by now; a part that makes controls later marks them itself. */
function keepShortcutsOut(root: HTMLElement): void {
  const focusable = root.querySelectorAll("button, input, select, canvas, [tabindex]");
  for (const element of [root, ...focusable]) {
    for (const [name, value] of Object.entries(KEEPS_SHORTCUTS_OUT)) element.setAttribute(name, value);
  }
}

function createStage(scope: Scope, session: Session, canvasHost: HTMLElement): HTMLElement {
  const { store } = session;
  const stage = el("div", "stage", {}, canvasHost);
  const parts = [createLegend(session), createTooltip(session, stage)];
  for (const { element, dispose } of parts) {
    stage.append(element);
    scope.add(dispose);
  }
  scope.watch(store, ["height"], () => {
    stage.style.setProperty("--mmp-height", `${store.get("height")}px`);
  });
  return stage;
}
