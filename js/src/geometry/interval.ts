// Windows on the axes of epochs and steps: first and last position, both included, null for the
// whole axis. The twin of widget/interval.py.

import type { Interval, Show } from "../protocol/messages";

/** First and last position; those of the whole axis for null. */
export function endsOf(interval: Interval | null, size: number): Interval {
  return interval ?? [0, size - 1];
}

/** How many positions lie inside. */
export function lengthOf(interval: Interval | null, size: number): number {
  const [first, last] = endsOf(interval, size);
  return last - first + 1;
}

/** The position between two ends that is nearest to this one. */
export function nearestIn([first, last]: Interval, position: number): number {
  return Math.max(first, Math.min(last, position));
}

/** A window with its ends in order; null where it leaves nothing out. */
export function intervalOf(one: number, other: number, size: number): Interval | null {
  const [first, last] = one <= other ? [one, other] : [other, one];
  return first <= 0 && last >= size - 1 ? null : [first, last];
}

export function isSameInterval(a: Interval | null, b: Interval | null): boolean {
  return a === b || (a !== null && b !== null && a[0] === b[0] && a[1] === b[1]);
}

interface Stepped {
  readonly show: Show;
  readonly step: number | null;
  readonly stepWindow: Interval | null;
}

/** The one step shown, null for several: paths through epochs run at the last where none is chosen. */
export function oneStep({ show, step, stepWindow }: Stepped, steps: number): number | null {
  return show === "epochs" ? (step ?? endsOf(stepWindow, steps)[1]) : step;
}
