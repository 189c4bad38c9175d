// The pointer on the training curves: a press seeks, a drag sets the window of epochs, a double click
// or Escape takes it back. What lies outside the window is veiled.

import { intervalOf } from "../geometry/interval";
import { nearestEpoch } from "../geometry/visible";
import type { Session } from "../state/session";
import { el, type Scope } from "./dom";
import { axisFraction, axisNumbers, epochAt } from "./epoch-axis";

/** CSS pixels before a press is a drag. */
const LEAST_DRAG = 4;

/** Returns what lies over the plot: veils outside the window, and the brush while it is drawn. */
export function followCurveBrush(scope: Scope, session: Session, plot: HTMLElement): readonly HTMLElement[] {
  const { store, actions } = session;
  const veils = [el("i", "curve-veil"), el("i", "curve-veil")] as const;
  const brush = el("i", "curve-brush");
  brush.hidden = true;
  // So that Escape is heard after a press.
  plot.tabIndex = -1;
  const numbers = () => axisNumbers(store.get("meta").epochs);
  const count = () => store.get("meta").shape[0];
  scope.watch(store, ["meta", "epochWindow"], () => {
    const [first, last] = store.get("epochWindow") ?? [undefined, undefined];
    for (const veil of veils) veil.hidden = first === undefined;
    veils[0].style.right = percent(1 - axisFraction(numbers(), first ?? 0));
    veils[1].style.left = percent(axisFraction(numbers(), last ?? 0));
  });

  let start: number | undefined;
  const fractionAt = (x: number) => {
    const { left, width } = plot.getBoundingClientRect();
    return width > 0 ? Math.max(0, Math.min(1, (x - left) / width)) : 0;
  };
  const positionAt = (x: number) => epochAt(numbers(), fractionAt(x));
  const stop = () => {
    start = undefined;
    brush.hidden = true;
  };
  const finish = (x: number) => {
    if (start === undefined) return;
    const [from, to] = [start, x].map((end) => nearestEpoch(positionAt(end), count())) as [number, number];
    const dragged = !brush.hidden && from !== to;
    stop();
    if (dragged) actions.setEpochWindow(intervalOf(from, to, count()));
    else actions.seek(positionAt(x));
  };

  scope.listen(plot, "pointerdown", (event) => {
    if (event.button !== 0) return;
    plot.setPointerCapture(event.pointerId);
    plot.focus({ preventScroll: true });
    // The browser would take the focus away again.
    event.preventDefault();
    start = event.clientX;
  });
  scope.listen(plot, "pointermove", ({ clientX }) => {
    if (start === undefined) return;
    if (Math.abs(clientX - start) >= LEAST_DRAG) brush.hidden = false;
    const [a, b] = [fractionAt(start), fractionAt(clientX)];
    brush.style.left = percent(Math.min(a, b));
    brush.style.width = percent(Math.abs(b - a));
  });
  scope.listen(plot, "pointerup", ({ clientX }) => finish(clientX));
  scope.listen(plot, "pointercancel", stop);
  scope.listen(plot, "dblclick", () => actions.setEpochWindow(null));
  scope.listen(plot, "keydown", (event) => {
    if (event.key !== "Escape" || (start === undefined && store.get("epochWindow") === null)) return;
    event.preventDefault();
    event.stopPropagation();
    if (start === undefined) actions.setEpochWindow(null);
    stop();
  });
  return [...veils, brush];
}

function percent(fraction: number): string {
  return `${100 * fraction}%`;
}
