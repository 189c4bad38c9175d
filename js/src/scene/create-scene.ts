// One canvas in a host element: painter, viewport, navigation, pointer and accessible name, wired.

import type { SceneHandle, Session, State } from "../state/session";
import { createDisposer } from "../util/disposable";
import { describe } from "./describe";
import { createElements } from "./elements";
import { createNavigation, type Navigation } from "./navigation";
import { createPainter } from "./painter";
import { createPicker } from "./picker";
import type { PickPoint } from "./picking";
import { watchPointer } from "./pointer";
import { watchTheme } from "./theme";
import { watchViewport } from "./viewport";

export interface SceneView extends SceneHandle {
  /** Lies over the canvas; tools draw into it. */
  readonly overlay: SVGSVGElement;
  readonly pick: PickPoint;
  setNavigation(navigation: Navigation): void;
  claimView(): void;
}

/** Keys that the canvas's name tells of. */
const NAMED: readonly (keyof State)[] = [
  ...(["meta", "epoch", "step", "epochWindow", "stepWindow"] as const),
  ...(["show", "view", "colorBy", "filters", "selection", "loaded"] as const),
];

export function createScene(session: Session, host: HTMLElement): SceneView {
  const { store } = session;
  const disposer = createDisposer();
  const { canvas, overlay, remove } = createElements(host);
  disposer.add(remove);
  const painter = createPainter(session, canvas, () => viewport.size);
  disposer.add(painter.dispose);
  const viewport = watchViewport(store, host, painter.redraw);
  disposer.add(viewport.dispose);
  const navigation = createNavigation(store, canvas, () => viewport.size);
  disposer.add(navigation.dispose);
  disposer.add(store.on(["view"], navigation.follow));
  const pick = createPicker(session, canvas);
  disposer.add(watchPointer(session, canvas, pick));
  disposer.add(watchTheme(host, painter.recolor));

  const rename = () => {
    const name = describe(store);
    if (canvas.getAttribute("aria-label") !== name) canvas.setAttribute("aria-label", name);
  };
  disposer.add(store.on(NAMED, rename));
  rename();

  return {
    canvas,
    overlay,
    pick,
    setNavigation: navigation.set,
    claimView: viewport.claim,
    capture: (scale = window.devicePixelRatio) => painter.capture(scale),
    dispose: disposer.dispose,
  };
}
