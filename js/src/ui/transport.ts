// Time: play, step, scrub. The epoch slider moves smoothly under the pointer and by whole epochs
// under the arrow keys; the step slider narrows the picture to one step, or to none in particular.

import { nearestEpoch } from "../geometry/visible";
import type { Session } from "../state/session";
import { createButton, createSelect, setEnabled } from "./controls";
import { createScope, el, type Part, type Scope, setAttribute, setText } from "./dom";
import { drawIcon, ICONS } from "./icons";
import { createPlaybackHold } from "./playback";

/** Epochs a second. */
const SPEEDS: readonly number[] = [0.5, 1, 2, 4, 8, 16, 32];
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

function createPlayGroup(scope: Scope, { store, actions }: Session): HTMLElement {
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
  scope.watch(store, ["meta"], () => {
    const several = store.get("meta").shape[0] > 1;
    for (const button of [previous, play, next]) setEnabled(button, several);
  });
  return el("div", "group", {}, previous, play, next);
}

function createSlider(name: string, title: string, step: string): HTMLInputElement {
  return el("input", "slider", { type: "range", min: "0", step, "aria-label": name, title });
}

/** Moves the thumb and the filled part of the track with it. */
function placeThumb(slider: HTMLInputElement, last: number, value: number): void {
  setAttribute(slider, "max", String(Math.max(last, 0)));
  slider.disabled = last < 1;
  slider.value = String(value);
  slider.style.setProperty("--mmp-fill", `${last < 1 ? 0 : (100 * value) / last}%`);
}

function createEpochSlider(scope: Scope, session: Session): HTMLElement {
  const { store, actions } = session;
  const slider = createSlider("Epoch", "Epoch: drag to scrub, arrow keys for whole epochs", "any");
  const label = el("span", "slider-label");
  scope.watch(store, ["epoch", "meta"], () => {
    const { epochs, shape } = store.get("meta");
    const epoch = store.get("epoch");
    const now = epochs[nearestEpoch(epoch, shape[0])] ?? 0;
    const last = epochs[shape[0] - 1] ?? 0;
    placeThumb(slider, shape[0] - 1, epoch);
    setText(label, `epoch ${now} / ${last}`);
    label.style.minWidth = `${`epoch ${last} / ${last}`.length}ch`;
    setAttribute(slider, "aria-valuetext", `epoch ${now} of ${last}`);
  });
  scope.listen(slider, "input", () => actions.seek(slider.valueAsNumber));
  scope.listen(slider, "keydown", (event) => {
    if (moveByKey(session, event.key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  const hold = createPlaybackHold(session);
  scope.listen(slider, "pointerdown", hold.begin);
  for (const type of ["pointerup", "pointercancel"] as const) scope.listen(slider, type, hold.end);
  return el("div", "slider-field epoch-field", {}, slider, label);
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
  const field = el("div", "slider-field step-field", {}, slider, label, all);
  scope.watch(store, ["step", "meta", "show"], () => {
    const { steps, shape } = store.get("meta");
    const last = shape[1] - 1;
    const step = store.get("step");
    placeThumb(slider, last, step ?? last);
    const text = describeStep(step, steps, store.get("show") === "epochs");
    setText(label, text);
    setAttribute(slider, "aria-valuetext", text);
    setAttribute(all, "aria-pressed", String(step === null));
    field.classList.toggle("mmp-all-steps", step === null);
  });
  scope.listen(slider, "input", () => actions.setStep(slider.valueAsNumber));
  scope.listen(all, "click", () => actions.setStep(store.get("step") === null ? slider.valueAsNumber : null));
  return field;
}

/** Lines through epochs need one step: without a chosen one they run at the last. */
function describeStep(step: number | null, steps: readonly number[], needsOne: boolean): string {
  const last = steps.at(-1) ?? 0;
  if (step !== null) return `step ${steps[step] ?? step} / ${last}`;
  return needsOne ? `step ${last} / ${last}` : `${steps.length} steps`;
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
