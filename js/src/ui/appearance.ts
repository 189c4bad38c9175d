// "Points and lines": a button, and below the toolbar a row of sliders for how large and how opaque
// things are drawn. What the user does not set follows from how much is shown, and its slider stands
// where that is.

import type { Composition } from "../geometry/composition";
import type { Session, State } from "../state/session";
import { COMPOSED, composeNow } from "../state/style";
import { uniqueId } from "../util/uuid";
import { createButton, setPressed } from "./controls";
import { createScope, el, KEEPS_SHORTCUTS_OUT, type Part, type Scope, setAttribute, setText } from "./dom";
import { ICONS } from "./icons";

/** Places of a slider: an arrow key moves it by one. */
const PLACES = 100;
/** The fade that stands for none set. */
const USUAL_FADE = 0.5;

type Key = keyof Pick<State, "pointSize" | "opacity" | "lineWidth" | "fade">;

interface Row {
  readonly key: Key;
  readonly name: string;
  readonly title: string;
  readonly low: number;
  readonly high: number;
  /** Equal steps are equal ratios, or equal differences. */
  readonly scale: "log" | "linear";
  /** What it is where the user set nothing, null being none, and the value that says so. */
  readonly automatic: (plan: Composition) => number;
  readonly unset: number | null;
  readonly text: (value: number) => string;
  /** Shown only where lines are. */
  readonly ofLines: boolean;
}

const pixels = (value: number) => `${Number(value.toPrecision(2))} px`;
const percent = (value: number) => `${Number((100 * value).toPrecision(2))}\u202f%`;

const ROWS: readonly Row[] = [
  {
    key: "pointSize",
    name: "Point size",
    title: "Diameter of points of the current epoch",
    low: 1,
    high: 24,
    scale: "log",
    automatic: ({ headSize }) => headSize,
    unset: null,
    text: pixels,
    ofLines: false,
  },
  {
    key: "opacity",
    name: "Opacity",
    title: "Of points that are neither selected nor, among all epochs, of the current one",
    low: 0.02,
    high: 1,
    scale: "log",
    automatic: ({ trail, headOpacity, faintOpacity }) => (trail > 0 ? faintOpacity : headOpacity),
    unset: null,
    text: percent,
    ofLines: false,
  },
  {
    key: "lineWidth",
    name: "Line width",
    title: "Width of lines where they are newest",
    low: 0.5,
    high: 8,
    scale: "log",
    automatic: ({ lineWidth }) => lineWidth,
    unset: null,
    text: pixels,
    ofLines: true,
  },
  {
    key: "fade",
    name: "Fade",
    title: "How fast lines and trails fade with age",
    low: 0,
    high: 1,
    scale: "linear",
    automatic: () => USUAL_FADE,
    unset: USUAL_FADE,
    text: percent,
    ofLines: true,
  },
];

export interface Appearance extends Part {
  /** For the toolbar. */
  readonly button: HTMLButtonElement;
}

export function createAppearance(session: Session): Appearance {
  const scope = createScope();
  const id = `mmp-appearance-${uniqueId()}`;
  const panel = el("div", "appearance", { role: "group", id, "aria-label": "Points and lines" });
  let opened: Scope | undefined;

  const open = () => {
    const own = createScope();
    const rows = ROWS.map((row) => createRow(own, session, row));
    panel.replaceChildren(...rows.map(({ element }) => element));
    own.watch(session.store, [...COMPOSED, "fade"], () => {
      const plan = composeNow(session.store);
      for (const row of rows) row.draw(plan);
    });
    opened = own;
    show();
    rows[0]?.slider.focus();
  };
  const close = () => {
    opened?.dispose();
    opened = undefined;
    panel.replaceChildren();
    show();
  };
  const button = createButton(scope, {
    name: "Points and lines",
    icon: ICONS.adjust,
    title: "Points and lines: size, opacity, width, fade",
    press: () => (opened === undefined ? open() : close()),
  });
  const show = () => {
    panel.hidden = opened === undefined;
    setAttribute(button, "aria-expanded", String(!panel.hidden));
  };
  setAttribute(button, "aria-controls", id);
  scope.listen(panel, "keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
    button.focus();
  });
  scope.add(close);
  show();
  return { element: panel, button, dispose: scope.dispose };
}

function createRow(scope: Scope, { store, actions }: Session, row: Row) {
  const { key, name, title } = row;
  const slider = el("input", "slider", {
    type: "range",
    min: "0",
    max: String(PLACES),
    step: "1",
    title,
    ...KEEPS_SHORTCUTS_OUT,
  });
  const text = el("span", "appearance-value");
  const auto = el(
    "button",
    "button text-button",
    { type: "button", title: `${name}: left to the picture`, ...KEEPS_SHORTCUTS_OUT },
    "Auto",
  );
  setAttribute(slider, "aria-label", name);
  setAttribute(auto, "aria-label", `${name} automatic`);
  const element = el("div", "appearance-row", {}, el("span", "appearance-name", {}, name), slider, text, auto);
  scope.listen(slider, "input", () => actions.setStyle({ [key]: valueAt(row, slider.valueAsNumber / PLACES) }));
  scope.listen(auto, "click", () => actions.setStyle({ [key]: row.unset }));
  return {
    element,
    slider,
    draw(plan: Composition) {
      element.hidden = row.ofLines && plan.segments === 0;
      const isUnset = store.get(key) === row.unset;
      const value = store.get(key) ?? row.automatic(plan);
      const place = String(Math.round(PLACES * placeOf(row, value)));
      if (slider.value !== place) slider.value = place;
      slider.style.setProperty("--mmp-fill", `${slider.value}%`);
      setText(text, row.text(value));
      setAttribute(slider, "aria-valuetext", `${row.text(value)}${isUnset ? ", automatic" : ""}`);
      setPressed(auto, isUnset);
    },
  };
}

function valueAt({ low, high, scale }: Row, place: number): number {
  const value = scale === "log" ? low * (high / low) ** place : low + (high - low) * place;
  return Number(value.toPrecision(3));
}

function placeOf({ low, high, scale }: Row, value: number): number {
  const inside = Math.max(low, Math.min(high, value));
  return scale === "log" ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low);
}
