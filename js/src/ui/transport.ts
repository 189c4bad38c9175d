// Time: play, step, scrub, and the windows in which that happens. The epoch slider moves smoothly under
// the pointer, over recorded numbers as they are spaced, and by whole epochs under the arrow keys; the
// step slider narrows the picture to one step, or to none in particular.

import { endsOf } from "../geometry/interval";
import { nearestEpoch } from "../geometry/visible";
import type { Interval } from "../protocol/messages";
import type { Session } from "../state/session";
import { createButton, createSelect, setEnabled, setPressed } from "./controls";
import { createScope, el, type Part, type Scope, setAttribute, setText } from "./dom";
import { axisFraction, axisNumbers, epochAt } from "./epoch-axis";
import { createEpochRug } from "./epoch-rug";
import { drawIcon, ICONS } from "./icons";
import { createPlaybackHold } from "./playback";
import { turnAround } from "./shortcuts";
import { SPEEDS } from "./speeds";
import { countOf } from "./text";
import { createWindowRange, type WindowRange } from "./window-range";

/** Whole epochs that Page Up and Page Down move. */
const PAGE = 10;

export function createTransport(session: Session): Part {
  const scope = createScope();
  const element = el(
    "div",
    "transport",
    { role: "group", "aria-label": "Playback" },
    createPlayGroup(scope, session),
    createSpeed(scope, session),
    createEpochSlider(scope, session),
    createStepSlider(scope, session),
  );
  return { element, dispose: scope.dispose };
}

function createPlayGroup(scope: Scope, session: Session): HTMLElement {
  const { store, actions } = session;
  const previous = createButton(scope, {
    name: "Previous epoch",
    icon: ICONS.previous,
    title: "Previous epoch (Left)",
    press: () => actions.stepEpoch(-1),
  });
  const play = createButton(scope, {
    name: "Play",
    icon: ICONS.play,
    press: () => actions.setPlaying(!store.get("playing")),
  });
  const next = createButton(scope, {
    name: "Next epoch",
    icon: ICONS.next,
    title: "Next epoch (Right)",
    press: () => actions.stepEpoch(1),
  });
  scope.watch(store, ["playing"], () => {
    const name = store.get("playing") ? "Pause" : "Play";
    setAttribute(play, "aria-label", name);
    play.title = `${name} (Space)`;
    play.replaceChildren(drawIcon(store.get("playing") ? ICONS.pause : ICONS.play));
  });
  const loop = createButton(scope, {
    name: "Loop",
    icon: ICONS.loop,
    title: "Start over at the end (O)",
    press: () => actions.setLoop(!store.get("loop")),
  });
  const back = createButton(scope, {
    name: "Reverse",
    icon: ICONS.back,
    title: "Play from the end to the start (B)",
    press: () => turnAround(session),
  });
  scope.watch(store, ["loop", "direction"], () => {
    const isBack = store.get("direction") === "back";
    setPressed(loop, store.get("loop"));
    setPressed(back, isBack);
    play.classList.toggle("mmp-mirrored", isBack);
  });
  scope.watch(store, ["meta", "epochWindow"], () => {
    const [first, last] = endsOf(store.get("epochWindow"), store.get("meta").shape[0]);
    for (const button of [previous, next]) setEnabled(button, last > first);
  });
  scope.watch(store, ["meta", "epochWindow", "playing"], () => {
    const [first, last] = endsOf(store.get("epochWindow"), store.get("meta").shape[0]);
    // What plays can be stopped, wherever it is.
    setEnabled(play, last > first || store.get("playing"));
  });
  return el("div", "group", {}, previous, play, next, loop, back);
}

function createSlider(name: string, title: string, step: string): HTMLInputElement {
  return el("input", "slider", { type: "range", min: "0", step, "aria-label": name, title });
}

/** Moves the thumb and the part of the track that is filled up to it, from the window's start on. */
function placeThumb(slider: HTMLInputElement, last: number, value: number, start: number): void {
  setAttribute(slider, "max", String(Math.max(last, 0)));
  slider.disabled = last < 1;
  slider.value = String(value);
  slider.style.setProperty("--mmp-start", `${last < 1 ? 0 : (100 * start) / last}%`);
  slider.style.setProperty("--mmp-fill", `${last < 1 ? 0 : (100 * value) / last}%`);
}

/** A slider over the window on its axis. */
function stack(slider: HTMLInputElement, { element }: WindowRange, ...marks: Element[]): HTMLElement {
  return el("div", "slider-stack", {}, ...marks, slider, element);
}

function createEpochSlider(scope: Scope, session: Session): HTMLElement {
  const { store, actions } = session;
  const slider = createSlider("Epoch", "Epoch: drag to scrub, arrow keys for whole epochs", "any");
  const label = el("span", "slider-label");
  const rug = createEpochRug();
  let numbers = axisNumbers(store.get("meta").epochs);
  const count = () => store.get("meta").shape[0];
  const range = createWindowRange({
    name: "Epoch window",
    size: count,
    describe: (epoch) => `epoch ${store.get("meta").epochs[epoch] ?? epoch}`,
    place: (epoch) => axisFraction(numbers, epoch),
    positionAt: (fraction) => epochAt(numbers, fraction),
    read: () => store.get("epochWindow"),
    write: actions.setEpochWindow,
  });
  scope.add(range.dispose);
  scope.watch(store, ["meta"], () => {
    numbers = axisNumbers(store.get("meta").epochs);
    rug.update(numbers);
  });
  scope.watch(store, ["epochWindow", "meta"], range.draw);
  const draw = () => {
    const { epochs } = store.get("meta");
    const epoch = store.get("epoch");
    const [now, last] = [epochs[nearestEpoch(epoch, count())] ?? 0, epochs.at(-1) ?? 0];
    const start = endsOf(store.get("epochWindow"), count())[0];
    placeThumb(slider, count() - 1, sliderValue(numbers, epoch), sliderValue(numbers, start));
    setText(label, `epoch ${now} / ${last}`);
    label.style.minWidth = `${`epoch ${last} / ${last}`.length}ch`;
    setAttribute(slider, "aria-valuetext", `epoch ${now} of ${last}`);
  };
  scope.watch(store, ["epoch", "epochWindow", "meta"], draw);
  scope.listen(slider, "input", () => {
    actions.seek(epochAt(numbers, slider.valueAsNumber / (count() - 1)));
    // Beyond the window the thumb must not stay where the pointer is.
    draw();
  });
  scope.listen(slider, "keydown", (event) => {
    if (moveByKey(session, event.key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  const hold = createPlaybackHold(session);
  scope.listen(slider, "pointerdown", hold.begin);
  for (const type of ["pointerup", "pointercancel"] as const) scope.listen(slider, type, hold.end);
  return el("div", "slider-field epoch-field", {}, stack(slider, range, rug.element), label);
}

/** Where the epoch lies on the slider, which is as long as there are epochs: the epoch itself if they are even. */
function sliderValue(numbers: readonly number[], epoch: number): number {
  return Number((axisFraction(numbers, epoch) * (numbers.length - 1)).toFixed(6));
}

function moveByKey({ store, actions }: Session, key: string): boolean {
  const last = store.get("meta").shape[0] - 1;
  const here = nearestEpoch(store.get("epoch"), last + 1);
  if (key === "ArrowRight" || key === "ArrowUp") actions.stepEpoch(1);
  else if (key === "ArrowLeft" || key === "ArrowDown") actions.stepEpoch(-1);
  else if (key === "PageUp") actions.seek(Math.min(here + PAGE, last));
  else if (key === "PageDown") actions.seek(Math.max(here - PAGE, 0));
  else if (key === "Home") actions.seek(0);
  else if (key === "End") actions.seek(last);
  else return false;
  return true;
}

function createStepSlider(scope: Scope, { store, actions }: Session): HTMLElement {
  const slider = createSlider("Step", "Step: drag to look at one step", "1");
  const all = el("button", "button text-button", { type: "button", title: "Show all steps together" }, "all steps");
  const label = el("span", "slider-label step-label");
  const last = () => store.get("meta").shape[1] - 1;
  const range = createWindowRange({
    name: "Step window",
    size: () => last() + 1,
    describe: (step) => `step ${store.get("meta").steps[step] ?? step}`,
    place: (step) => step / Math.max(1, last()),
    positionAt: (fraction) => fraction * last(),
    read: () => store.get("stepWindow"),
    write: actions.setStepWindow,
  });
  scope.add(range.dispose);
  scope.watch(store, ["stepWindow", "meta"], range.draw);
  const field = el("div", "slider-field step-field", {}, stack(slider, range), label, all);
  const draw = () => {
    const step = store.get("step");
    const ends = endsOf(store.get("stepWindow"), last() + 1);
    placeThumb(slider, last(), step ?? ends[1], ends[0]);
    const text = describeStep(step, store.get("meta").steps, ends, store.get("show") === "epochs");
    setText(label, text);
    setAttribute(slider, "aria-valuetext", text);
    setAttribute(all, "aria-pressed", String(step === null));
    field.classList.toggle("mmp-all-steps", step === null);
  };
  scope.watch(store, ["step", "stepWindow", "meta", "show"], draw);
  scope.listen(slider, "input", () => {
    actions.setStep(slider.valueAsNumber);
    draw();
  });
  scope.listen(all, "click", () => actions.setStep(store.get("step") === null ? slider.valueAsNumber : null));
  return field;
}

/** Lines through epochs need one step: without a chosen one they run at the last shown. */
function describeStep(step: number | null, steps: readonly number[], [from, to]: Interval, needsOne: boolean): string {
  const one = step ?? (needsOne ? to : undefined);
  if (one !== undefined) return `step ${steps[one] ?? one} / ${steps.at(-1) ?? 0}`;
  return countOf(to - from + 1, "step");
}

function createSpeed(scope: Scope, { store, actions }: Session): HTMLElement {
  const select = createSelect(scope, {
    name: "Speed",
    title: "Speed of playing, in epochs a second",
    pick: (value) => actions.setSpeed(Number(value)),
  });
  scope.watch(store, ["speed"], () => {
    const speed = store.get("speed");
    const listed = SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
    const options = listed.map((value) => [String(value), `${value} / s`] as const);
    select.update(options, String(speed));
  });
  return select.element;
}
