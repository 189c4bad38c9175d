// A window on an axis: two thumbs on one track, below the slider whose positions it limits. Thumbs go
// from position to position, under the pointer and by keys, and push each other; Escape takes the
// window back.

import { endsOf, intervalOf, isSameInterval } from "../geometry/interval";
import type { Interval } from "../protocol/messages";
import { createScope, el, type Part, type Scope, setAttribute } from "./dom";

/** Positions that Page Up and Page Down move. */
const PAGE = 10;

export interface WindowAxis {
  /** Accessible name of the group of both thumbs. */
  readonly name: string;
  size(): number;
  /** The position's name, as a screen reader says it. */
  describe(position: number): string;
  /** Fraction 0 … 1 of the track at which a position lies, and its inverse. */
  place(position: number): number;
  positionAt(fraction: number): number;
  read(): Interval | null;
  write(interval: Interval | null): void;
}

export interface WindowRange extends Part {
  /** Shows the window as it stands. */
  draw(): void;
}

export function createWindowRange(axis: WindowAxis): WindowRange {
  const scope = createScope();
  const band = el("i", "window-band");
  const title = `${axis.name}: drag an end, or move it by arrow keys; Escape shows all`;
  const thumbs = [createThumb("Window start", title), createThumb("Window end", title)] as const;
  const attributes = { role: "group", "aria-label": axis.name };
  const element = el("div", "window-range", attributes, el("div", "window-track", {}, band, ...thumbs));

  const draw = () => {
    const size = axis.size();
    const ends = endsOf(axis.read(), size);
    element.hidden = size < 2;
    element.classList.toggle("mmp-whole", axis.read() === null);
    const places = ends.map((end) => axis.place(end));
    band.style.left = `${100 * (places[0] ?? 0)}%`;
    band.style.right = `${100 * (1 - (places[1] ?? 1))}%`;
    thumbs.forEach((thumb, i) => {
      thumb.value = String(places[i]);
      setAttribute(thumb, "aria-valuetext", axis.describe(ends[i] ?? 0));
    });
  };
  const put = (end: 0 | 1, position: number) => {
    const size = axis.size();
    const at = Math.max(0, Math.min(size - 1, Math.round(position)));
    const [first, last] = endsOf(axis.read(), size);
    const next = end === 0 ? ([at, Math.max(at, last)] as const) : ([Math.min(at, first), at] as const);
    const interval = intervalOf(...next, size);
    if (!isSameInterval(interval, axis.read())) axis.write(interval);
    // A thumb that was let go between two positions goes to one.
    draw();
  };
  for (const end of [0, 1] as const) followThumb(scope, axis, thumbs[end], end, put);
  draw();
  return { element, draw, dispose: scope.dispose };
}

function createThumb(name: string, title: string): HTMLInputElement {
  const attributes = { type: "range", min: "0", max: "1", step: "any", "aria-label": name, title };
  return el("input", "window-thumb", attributes);
}

function followThumb(
  scope: Scope,
  axis: WindowAxis,
  thumb: HTMLInputElement,
  end: 0 | 1,
  put: (end: 0 | 1, position: number) => void,
): void {
  scope.listen(thumb, "input", () => put(end, axis.positionAt(thumb.valueAsNumber)));
  scope.listen(thumb, "keydown", (event) => {
    const here = endsOf(axis.read(), axis.size())[end];
    const there = moved(event.key, here, axis.size() - 1);
    const takesBack = event.key === "Escape" && axis.read() !== null;
    if (there === undefined && !takesBack) return;
    event.preventDefault();
    event.stopPropagation();
    if (there === undefined) axis.write(null);
    else put(end, there);
  });
}

function moved(key: string, here: number, last: number): number | undefined {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return here + 1;
    case "ArrowLeft":
    case "ArrowDown":
      return here - 1;
    case "PageUp":
      return here + PAGE;
    case "PageDown":
      return here - PAGE;
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return undefined;
  }
}
