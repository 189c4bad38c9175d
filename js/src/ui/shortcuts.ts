// The keys that work anywhere inside the widget, each with what it does: keyboard.ts acts on this table
// and help.ts shows it.

import type { Session } from "../state/session";
import type { Help } from "./help";
import { nextSpeed } from "./speeds";

/** What keys act on. `find` takes the keyboard to the field that looks units up. */
export interface Reach {
  readonly session: Session;
  readonly find: () => void;
  readonly help: Pick<Help, "isOpen" | "toggle" | "close">;
}

export interface Shortcut {
  /** As the help shows them. */
  readonly keys: readonly string[];
  readonly does: string;
  /** Whether the event is one of them; Ctrl is looked at by `command`, and none takes Alt. */
  readonly hears: (event: KeyboardEvent) => boolean;
  /** With Ctrl, on a Mac Command. */
  readonly command?: true;
  /** False where a held key must not act again. */
  readonly repeats?: false;
  /** Whether there is something to do; where there is not, the key is the host's. */
  readonly can?: (reach: Reach) => boolean;
  readonly act: (reach: Reach, key: string) => void;
}

/** Nearer by this factor with each press. */
const ZOOM = 1.2;
/** Presses of Shift and an arrow that move the camera, to the right and upward. */
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Shift or not: many keyboards have signs above others, and letters may be capital. */
const eitherWay =
  (...keys: readonly string[]) =>
  ({ key }: KeyboardEvent) =>
    keys.includes(key.toLowerCase());
const plain =
  (...keys: readonly string[]) =>
  ({ key, shiftKey }: KeyboardEvent) =>
    !shiftKey && keys.includes(key);
const shifted =
  (...keys: readonly string[]) =>
  ({ key, shiftKey }: KeyboardEvent) =>
    shiftKey && keys.includes(key);

export const TIME: readonly Shortcut[] = [
  {
    keys: ["Space"],
    does: "Play or pause",
    hears: plain(" "),
    repeats: false,
    act: ({ session: { store, actions } }) => actions.setPlaying(!store.get("playing")),
  },
  {
    keys: ["\u2190", "\u2192"],
    does: "Epoch before, after",
    hears: plain("ArrowLeft", "ArrowRight"),
    act: ({ session }, key) => session.actions.stepEpoch(key === "ArrowLeft" ? -1 : 1),
  },
  {
    keys: ["Home", "End"],
    does: "First, last epoch of the window",
    hears: eitherWay("home", "end"),
    act: ({ session: { store, actions } }, key) => actions.seek(key === "Home" ? 0 : store.get("meta").shape[0] - 1),
  },
  {
    keys: [",", "."],
    does: "Step before, after",
    hears: eitherWay(",", "."),
    act: ({ session }, key) => session.actions.stepStep(key === "," ? -1 : 1),
  },
  {
    keys: ["O"],
    does: "Start over at the end, or stop there",
    hears: eitherWay("o"),
    repeats: false,
    act: ({ session: { store, actions } }) => actions.setLoop(!store.get("loop")),
  },
  {
    keys: ["B"],
    does: "Turn time around",
    hears: eitherWay("b"),
    repeats: false,
    act: ({ session }) => turnAround(session),
  },
  {
    keys: ["<", ">"],
    does: "Slower, faster",
    hears: eitherWay("<", ">"),
    act: ({ session: { store, actions } }, key) =>
      actions.setSpeed(nextSpeed(store.get("speed"), key === "<" ? -1 : 1)),
  },
];

export const VIEW: readonly Shortcut[] = [
  {
    keys: ["Shift+\u2190\u2191\u2193\u2192"],
    does: "Turn the picture; in 2-D, move it",
    hears: shifted(...Object.keys(ARROWS)),
    act: ({ session }, key) => session.actions.steer(...(ARROWS[key] ?? [0, 0])),
  },
  {
    keys: ["+", "\u2212"],
    does: "Nearer, farther",
    hears: (event) => eitherWay("+", "=")(event) || plain("-")(event),
    act: ({ session }, key) => session.actions.zoom(key === "-" ? 1 / ZOOM : ZOOM),
  },
];

export const CHOICE: readonly Shortcut[] = [
  { keys: ["/"], does: "Find a unit by name or number", hears: eitherWay("/"), act: ({ find }) => find() },
  {
    keys: ["Ctrl+Z"],
    does: "Undo",
    command: true,
    hears: ({ key, shiftKey }) => key.toLowerCase() === "z" && !shiftKey,
    act: ({ session }) => session.actions.command("undo"),
  },
  {
    keys: ["Ctrl+Shift+Z"],
    does: "Redo",
    command: true,
    hears: ({ key, shiftKey }) => key.toLowerCase() === "z" && shiftKey,
    act: ({ session }) => session.actions.command("redo"),
  },
  {
    keys: ["Esc"],
    does: "Close this; put out the unit that was found; clear the selection",
    hears: plain("Escape"),
    can: ({ session: { store }, help }) =>
      help.isOpen() || store.get("found") !== undefined || store.get("selection").count > 0,
    act({ session: { store, actions }, help }) {
      if (help.isOpen()) help.close();
      else if (store.get("found") !== undefined) actions.find(undefined);
      else actions.command("clear");
    },
  },
];

export const HELP: Shortcut = {
  keys: ["?"],
  does: "Show or hide this",
  hears: eitherWay("?"),
  repeats: false,
  act: ({ help }) => help.toggle(),
};

export function turnAround({ store, actions }: Session): void {
  actions.setDirection(store.get("direction") === "forward" ? "back" : "forward");
}
