// The history of a selection where no kernel keeps it: the twin of mmphate_widget/widget/history.py.

/** Steps that can be undone, as in the kernel. */
export const UNDO_LIMIT = 100;

export interface History<S> {
  readonly state: S;
  readonly revision: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Makes a state the current one; what had been undone is cut off. */
  push(state: S): void;
  /** Undoes (-1) or redoes (1), where there is something to. */
  move(steps: -1 | 1): void;
}

export function createHistory<S>(first: S): History<S> {
  let states: readonly S[] = [first];
  let cursor = 0;
  // A page that opens knows of revision 0, with nothing selected.
  let revision = 1;
  return {
    get state() {
      return states[cursor] as S;
    },
    get revision() {
      return revision;
    },
    get canUndo() {
      return cursor > 0;
    },
    get canRedo() {
      return cursor + 1 < states.length;
    },
    push(state) {
      states = [...states.slice(0, cursor + 1), state].slice(-(UNDO_LIMIT + 1));
      cursor = states.length - 1;
      revision++;
    },
    move(steps) {
      if (cursor + steps < 0 || cursor + steps >= states.length) return;
      cursor += steps;
      revision++;
    },
  };
}
