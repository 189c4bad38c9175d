// Questions to the kernel, one at a time, so that a busy kernel has one before it however often the
// wish changed; one that got lost is asked again, each time after a longer silence.

import { uniqueId } from "../util/uuid";

/** Milliseconds between two questions. */
export const PAUSE = 120;
/** Milliseconds without an answer until a question counts as lost, and the most of them. */
export const PATIENCE = 1_000;
export const LONGEST_PATIENCE = 60_000;

export interface Asking<Q> {
  /** What `owner` would know now, in this order; an empty list for nothing. */
  want(owner: object, questions: readonly Q[]): void;
  wanted(): readonly Q[];
  /** Something was answered: the next question may follow. */
  answered(): void;
  dispose(): void;
}

export interface AskingOptions<Q> {
  ask(question: Q): void;
  /** Whether the answer is here. */
  has(question: Q): boolean;
}

export function createAsking<Q>({ ask, has }: AskingOptions<Q>): Asking<Q> {
  const wishes = new Map<object, readonly Q[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let askedUntil = 0;
  let patience = PATIENCE;

  const stop = () => {
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
  };
  const wanted = () => [...wishes.values()].flat();
  const next = () => wanted().find((question) => !has(question));
  const askNext = () => {
    stop();
    const question = next();
    if (question === undefined) return;
    const now = Date.now();
    if (now >= askedUntil) {
      ask(question);
      askedUntil = now + patience;
      patience = Math.min(LONGEST_PATIENCE, 2 * patience);
    }
    timer = setTimeout(askNext, askedUntil - now);
  };

  return {
    wanted,
    want(owner, questions) {
      if (questions.length === 0) wishes.delete(owner);
      else wishes.set(owner, questions);
      if (next() === undefined) stop();
      else timer ??= setTimeout(askNext, PAUSE);
    },
    answered() {
      askedUntil = 0;
      patience = PATIENCE;
      stop();
      if (next() !== undefined) timer = setTimeout(askNext, PAUSE);
    },
    dispose() {
      wishes.clear();
      stop();
    },
  };
}

/** Questions whose answers are kept, in the place where they are asked. */
export interface Questions<Q, A> {
  get(question: Q): A | undefined;
  want(owner: object, questions: readonly Q[]): void;
  /** An answer to what was asked under this id; false where it is none of these. */
  put(id: string, answer: A): boolean;
  forget(): void;
  dispose(): void;
}

export interface QuestionOptions<Q> {
  ask(question: Q, id: string): void;
  /** Equal for questions with the same answer. */
  keyOf(question: Q): string;
  /** Answers that are kept beyond those that are wanted. */
  readonly most: number;
}

export function createQuestions<Q, A>({ ask, keyOf, most }: QuestionOptions<Q>): Questions<Q, A> {
  const kept = new Map<string, A>();
  /** Keys of what is under way, by id: a late answer is an answer, too. */
  const asked = new Map<string, string>();
  const asking = createAsking<Q>({
    ask(question) {
      const id = uniqueId();
      asked.set(id, keyOf(question));
      ask(question, id);
    },
    has: (question) => kept.has(keyOf(question)),
  });
  const trim = () => {
    const wanted = new Set(asking.wanted().map(keyOf));
    for (const key of kept.keys()) {
      if (kept.size <= most) break;
      if (!wanted.has(key)) kept.delete(key);
    }
  };

  return {
    get: (question) => kept.get(keyOf(question)),
    want: asking.want,
    put(id, answer) {
      const key = asked.get(id);
      if (key === undefined) return false;
      for (const [other, same] of asked) if (same === key) asked.delete(other);
      kept.delete(key);
      kept.set(key, answer);
      trim();
      asking.answered();
      return true;
    },
    forget() {
      kept.clear();
      asked.clear();
    },
    dispose: asking.dispose,
  };
}
