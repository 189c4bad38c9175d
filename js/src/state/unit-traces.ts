// The activity of single units through the steps of an epoch, asked of the kernel when the pointer
// rests on one, one at a time, and kept. A busy kernel has one question before it however many units
// the pointer passed; one that got lost is asked again, each time after a longer silence.

import type { Incoming } from "../protocol/decode";

type TraceMessage = Extract<Incoming, { kind: "trace" }>;

export interface UnitTrace {
  readonly mean: Float32Array;
  /** Standard deviation over samples. */
  readonly deviation: Float32Array;
  readonly classes: readonly { readonly name: string; readonly mean: Float32Array }[];
}

export interface UnitAtEpoch {
  readonly epoch: number;
  readonly unit: number;
}

/** Milliseconds that the pointer rests on a unit before its trace is asked for: a question and its
 *  answer cost the page, most of all its host, more than everything else a move does. */
export const REST = 120;
/** Milliseconds without an answer until the question counts as lost, and the most of them. */
export const PATIENCE = 3_000;
export const LONGEST_PATIENCE = 60_000;
/** Traces that are kept: of 600 steps and ten classes, some seven megabytes. */
export const MOST_KEPT = 256;

export interface UnitTraces {
  get(place: UnitAtEpoch): UnitTrace | undefined;
  /** What is looked at now, to be asked for where it is not here; undefined for nothing. */
  look(place: UnitAtEpoch | undefined): void;
  put(message: TraceMessage, steps: number): void;
  forget(): void;
  dispose(): void;
}

export function createUnitTraces(ask: (place: UnitAtEpoch) => void): UnitTraces {
  const kept = new Map<string, UnitTrace>();
  let wanted: UnitAtEpoch | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let askedUntil = 0;
  let patience = PATIENCE;

  const stop = () => {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
  };
  const arm = (wait: number) => {
    stop();
    timer = setTimeout(askWanted, wait);
  };
  const askWanted = () => {
    stop();
    if (wanted === undefined || kept.has(keyOf(wanted))) return;
    const now = Date.now();
    if (now >= askedUntil) {
      ask(wanted);
      askedUntil = now + patience;
      patience = Math.min(LONGEST_PATIENCE, 2 * patience);
    }
    arm(askedUntil - now);
  };

  return {
    get: (place) => kept.get(keyOf(place)),
    look(place) {
      if (place?.epoch === wanted?.epoch && place?.unit === wanted?.unit) return;
      wanted = place;
      if (place === undefined) stop();
      else arm(REST);
    },
    put(message, steps) {
      kept.set(keyOf(message), toTrace(message, steps));
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST_KEPT) break;
        kept.delete(oldest);
      }
      askedUntil = 0;
      patience = PATIENCE;
      if (timer !== undefined) askWanted();
    },
    forget() {
      kept.clear();
      askedUntil = 0;
    },
    dispose: stop,
  };
}

function keyOf({ epoch, unit }: UnitAtEpoch): string {
  return `${epoch}/${unit}`;
}

function toTrace({ rows, classes }: TraceMessage, steps: number): UnitTrace {
  const expected = (2 + classes.length) * steps;
  if (rows.length !== expected) throw new RangeError(`a trace has ${expected} values, got ${rows.length}`);
  const row = (index: number) => rows.slice(index * steps, (index + 1) * steps);
  return {
    mean: row(0),
    deviation: row(1),
    classes: classes.map((name, code) => ({ name, mean: row(2 + code) })),
  };
}
