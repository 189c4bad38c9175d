// Keys for time besides Space and the plain arrows: Home and End go to the window's ends, "," and "."
// to the step before and after, O lets time start over or not, B turns it around, "<" and ">" change
// the speed.

import type { Session } from "../state/session";
import { nextSpeed } from "./speeds";

type Shortcut = () => void;

export function timeShortcut({ key, repeat }: KeyboardEvent, session: Session): Shortcut | undefined {
  const { store, actions } = session;
  // A key that is held must not switch to and fro.
  const once = (turn: Shortcut) => (repeat ? () => {} : turn);
  switch (key.toLowerCase()) {
    case "home":
      return () => actions.seek(0);
    case "end":
      return () => actions.seek(store.get("meta").shape[0] - 1);
    case ",":
      return () => actions.stepStep(-1);
    case ".":
      return () => actions.stepStep(1);
    case "o":
      return once(() => actions.setLoop(!store.get("loop")));
    case "b":
      return once(() => turnAround(session));
    // On many keyboards these take Shift.
    case "<":
      return () => changeSpeed(session, -1);
    case ">":
      return () => changeSpeed(session, 1);
    default:
      return undefined;
  }
}

export function turnAround({ store, actions }: Session): void {
  actions.setDirection(store.get("direction") === "forward" ? "back" : "forward");
}

function changeSpeed({ store, actions }: Session, delta: 1 | -1): void {
  actions.setSpeed(nextSpeed(store.get("speed"), delta));
}
