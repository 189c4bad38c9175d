// The bar of a channel with numbers, and a range on it: two thumbs, or a brush across the bar. The
// range hides what lies outside it, or says where the colors begin and end.

import { colorIndex, createPalette, cssColor, placeOf, valueAt } from "../palette/palette";
import type { ChannelInfo } from "../protocol/messages";
import { coloredBy, entryOf } from "../state/coloring";
import type { Session } from "../state/session";
import { setEnabled, setPressed } from "./controls";
import { createScope, el, KEEPS_SHORTCUTS_OUT, type Part, type Scope, setAttribute, setText } from "./dom";
import { createTakeButton } from "./legend-take";
import { formatValue } from "./text";

/** Colors along a bar; between them the browser mixes. */
const STOPS = 24;
/** Places of a thumb: an arrow key moves it by one. */
const PLACES = 200;
/** CSS pixels before a press on the bar is a brush. */
const LEAST_BRUSH = 3;

/** The ends of a range; null where it goes as far as the bar. */
type Ends = readonly [low: number | null, high: number | null];

/** What the range is for. */
interface Use {
  readonly label: string;
  readonly title: string;
  /** Accessible names of the two thumbs. */
  readonly thumbs: readonly [string, string];
  read(session: Session, info: ChannelInfo): Ends;
  write(session: Session, info: ChannelInfo, ends: Ends): void;
}

const WHOLE: Ends = [null, null];

const HIDE: Use = {
  label: "Hide",
  title: "The range hides the points outside it",
  thumbs: ["Hide below", "Hide above"],
  read({ store }, { name }) {
    const filter = entryOf(store.get("filters"), name);
    return filter !== undefined && "range" in filter ? filter.range : WHOLE;
  },
  write({ actions }, { name }, range) {
    actions.setFilter(name, isWhole(range) ? undefined : { range });
  },
};

const COLORS: Use = {
  label: "Colors",
  title: "The range says where the colors begin and end",
  thumbs: ["Colors from", "Colors to"],
  read: ({ store }, { name }) => entryOf(store.get("colorLimits"), name) ?? WHOLE,
  write({ actions }, { name, limits }, ends) {
    const [low, high] = ends;
    actions.setColorLimits(name, isWhole(ends) ? undefined : [low ?? limits[0], high ?? limits[1]]);
  },
};

const USES: readonly Use[] = [HIDE, COLORS];

function isWhole([low, high]: Ends): boolean {
  return low === null && high === null;
}

export function createRange(session: Session, info: ChannelInfo): Part {
  const { store } = session;
  const scope = createScope();
  const bar = el("div", "legend-bar");
  const shades = [el("i", "legend-shade"), el("i", "legend-shade")] as const;
  const thumbs = [createThumb(), createThumb()] as const;
  const track = el("div", "legend-track", {}, bar, ...shades, ...thumbs);
  const texts = [el("span", ""), el("span", ""), el("span", "")] as const;
  let use = HIDE;

  /** The bar spans the channel's own limits, and others that were set beyond them. */
  const spanned = (): ChannelInfo => {
    const [low, high] = coloredBy(store)?.limits ?? info.limits;
    return { ...info, limits: [Math.min(low, info.limits[0]), Math.max(high, info.limits[1])] };
  };
  const put = (from: number, to: number) => {
    const span = spanned();
    use.write(session, info, [from <= 0 ? null : valueAt(span, from), to >= 1 ? null : valueAt(span, to)]);
  };
  const draw = () => {
    const span = spanned();
    const ends = use.read(session, info);
    const places = placesOf(span, ends);
    const hidden = placesOf(span, HIDE.read(session, info));
    bar.style.background = `linear-gradient(to right, ${gradientStops(span, coloredBy(store) ?? info).join(", ")})`;
    shades[0].style.width = `${100 * hidden[0]}%`;
    shades[1].style.width = `${100 * (1 - hidden[1])}%`;
    thumbs.forEach((thumb, end) => {
      const value = ends[end] ?? span.limits[end] ?? 0;
      const name = use.thumbs[end] ?? "";
      thumb.value = String(Math.round(PLACES * (places[end] ?? 0)));
      thumb.disabled = !(span.limits[1] > span.limits[0]);
      thumb.title = `${name}: drag, or brush across the bar`;
      setAttribute(thumb, "aria-label", name);
      setAttribute(thumb, "aria-valuetext", formatValue(value));
      setText(texts[end === 0 ? 0 : 2], formatValue(value));
    });
    // Where both meet at the right end, the lower one must be reached.
    thumbs[0].style.zIndex = places[0] > 0.5 ? "2" : "1";
    texts[1].hidden = info.kind !== "diverging" && info.scale !== "log";
    setText(texts[1], formatValue(valueAt(span, 0.5)));
  };

  thumbs.forEach((thumb, end) => {
    scope.listen(thumb, "input", () => {
      const [from, to] = [thumbs[0].valueAsNumber / PLACES, thumbs[1].valueAsNumber / PLACES];
      if (end === 0) put(Math.min(from, to), to);
      else put(from, Math.max(from, to));
      draw();
    });
  });
  const stop = followBrush(scope, track, put);
  let before = WHOLE;
  for (const type of ["focusin", "pointerdown"] as const) {
    scope.listen(track, type, () => {
      before = use.read(session, info);
    });
  }
  // Takes back what was moved here, and not the selection.
  scope.listen(track, "keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    stop();
    use.write(session, info, before);
    draw();
  });
  const uses = createUses(
    scope,
    session,
    info,
    () => use,
    (next) => {
      use = next;
      draw();
    },
  );
  scope.watch(store, ["filters", "colorLimits"], draw);
  const limits = el("div", "legend-limits", {}, ...texts);
  return { element: el("div", "legend-range", {}, track, limits, uses), dispose: scope.dispose };
}

function createThumb(): HTMLInputElement {
  const attributes = { type: "range", min: "0", max: String(PLACES), step: "1", ...KEEPS_SHORTCUTS_OUT };
  return el("input", "slider legend-thumb", attributes);
}

/** Buttons that say what the range is for, and one that takes it back. */
function createUses(
  scope: Scope,
  session: Session,
  info: ChannelInfo,
  current: () => Use,
  choose: (use: Use) => void,
): HTMLElement {
  const button = (text: string, title: string, press: () => void) => {
    const made = el("button", "button text-button", { type: "button", title, ...KEEPS_SHORTCUTS_OUT }, text);
    scope.listen(made, "click", press);
    return made;
  };
  const buttons = USES.map((use) =>
    button(use.label, use.title, () => {
      choose(use);
      draw();
    }),
  );
  const reset = button("Reset", "Take the range back", () => current().write(session, info, WHOLE));
  setAttribute(reset, "aria-label", "Reset range");
  const draw = () => {
    for (const [at, made] of buttons.entries()) setPressed(made, USES[at] === current());
    setEnabled(reset, !isWhole(current().read(session, info)));
  };
  scope.watch(session.store, ["filters", "colorLimits"], draw);
  const take = createTakeButton(session, scope, "the range", () => {
    return { name: info.name, where: { range: current().read(session, info) } };
  });
  return el("div", "legend-uses", { role: "group", "aria-label": "Range" }, ...buttons, reset, take);
}

/** A drag across the bar sets the range from where it began to where it is. */
function followBrush(scope: Scope, track: HTMLElement, put: (from: number, to: number) => void): () => void {
  let start: number | undefined;
  let brushing = false;
  const placeAt = (x: number) => {
    const { left, width } = track.getBoundingClientRect();
    return Math.max(0, Math.min(1, (x - left) / (width || 1)));
  };
  const stop = () => {
    start = undefined;
    brushing = false;
  };
  scope.listen(track, "pointerdown", (event) => {
    // The thumbs move by themselves.
    if (event.button !== 0 || event.target instanceof HTMLInputElement) return;
    start = event.clientX;
    // For Escape.
    track.querySelector("input")?.focus();
    track.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  scope.listen(track, "pointermove", ({ clientX }) => {
    if (start === undefined) return;
    brushing ||= Math.abs(clientX - start) >= LEAST_BRUSH;
    const [from, to] = [placeAt(start), placeAt(clientX)];
    if (brushing) put(Math.min(from, to), Math.max(from, to));
  });
  for (const type of ["pointerup", "pointercancel"] as const) scope.listen(track, type, stop);
  return stop;
}

function placesOf(span: ChannelInfo, [low, high]: Ends): readonly [number, number] {
  const place = (value: number | null, end: number) =>
    value === null ? end : Math.max(0, Math.min(1, placeOf(span, value)));
  return [place(low, 0), place(high, 1)];
}

function gradientStops(span: ChannelInfo, colored: ChannelInfo): string[] {
  const palette = createPalette(colored);
  return Array.from({ length: STOPS + 1 }, (_, i) => cssColor(palette, colorIndex(colored, valueAt(span, i / STOPS))));
}
