// The kernel's part, played in the page: a model that answers as Python does, from what a file or a
// notebook has kept, so that session, scene and interface are those of a live picture.

import { pointCount } from "../geometry/points";
import { ownBuffer } from "../protocol/buffers";
import type { FromKernel, PageWord, ToKernel, UnitRule } from "../protocol/messages";
import type { Keeper } from "../state/keeper";
import type { WidgetModel } from "../state/model";
import { apply, type Sets } from "../state/selection";
import { rowsOf } from "./activity";
import { createKeeper } from "./groups";
import { createHistory } from "./history";
import { type Findable, operationOf } from "./repeat";
import { unitsOf } from "./take-along";
import type { Unpacked } from "./unpacked";

type Unnumbered<M> = M extends FromKernel ? Omit<M, "seq"> : never;
type Handler = (...args: unknown[]) => void;

export interface OfflineKernel {
  readonly model: WidgetModel;
  readonly keeper: Keeper;
}

export function createOfflineKernel(kept: Unpacked): OfflineKernel {
  checkSizes(kept);
  const { meta, positions } = kept;
  const { shape, generation } = meta;
  const handlers = new Map<string, Set<Handler>>();
  const history = createHistory<Sets>(kept.selection);
  const heard: Record<string, [word: number, hello: number]> = {};
  let rule: UnitRule = kept.moved.unit_rule;
  let word: Partial<PageWord> = {};
  let seq = 0;

  /** In a task of its own, as a message arrives. */
  const say = (message: Unnumbered<FromKernel>, ...payload: (Uint8Array | Float32Array)[]) => {
    seq++;
    const content = { ...message, seq };
    const buffers = payload.map(ownBuffer);
    queueMicrotask(() => {
      for (const handler of [...(handlers.get("msg:custom") ?? [])]) handler(content, buffers);
    });
  };
  const saySelection = (...done: string[]) => {
    const { selected, domain } = history.state;
    const { revision, canUndo: can_undo, canRedo: can_redo } = history;
    const units = unitsOf(shape, history.state, rule);
    say({ kind: "selection", generation, revision, done, units, can_undo, can_redo }, selected, domain);
  };
  const sayChannel = (name: string) => {
    const info = meta.channels.find((channel) => channel.name === name);
    const values = kept.channels.get(name);
    if (info === undefined || values === undefined) return;
    const total = values.length;
    say({ kind: "channel", generation, name, revision: info.revision, offset: 0, total }, values);
  };
  const sayWhereThingsStand = () => {
    say({ kind: "told", told: {}, heard: { ...heard }, meta: meta.revision, selection: history.revision });
  };

  /** Where a page stands now; tells what it colors and filters by since then. */
  const hearWord = (said: Partial<PageWord>): string[] => {
    const before = new Set(channelsOf(word));
    word = said;
    const { page, word: number, unit_rule } = said;
    if (page !== undefined) heard[page] = [number ?? 0, heard[page]?.[1] ?? 0];
    if (unit_rule !== undefined && unit_rule !== rule) {
      rule = unit_rule;
      saySelection();
    }
    return channelsOf(said).filter((name) => !before.has(name));
  };

  const operate = (message: Findable) => {
    const operation = operationOf(kept, message);
    if (operation.kind === "undo") history.move(-1);
    else if (operation.kind === "redo") history.move(1);
    else history.push(apply(history.state, operation));
    saySelection(message.id);
  };

  const welcome = (hello: Extract<ToKernel, { kind: "hello" }>) => {
    hearWord(hello.word);
    heard[hello.page] = [hello.word.word, hello.number];
    const here = hello.frames.reduce((count, [, more]) => count + more, 0);
    if (here < shape[0]) say({ kind: "frames", generation, first: 0, count: shape[0] }, positions);
    for (const name of channelsOf(hello.word)) if (hello.channels[name] === undefined) sayChannel(name);
    if (hello.selection !== history.revision) saySelection();
    sayWhereThingsStand();
  };
  const hear = (message: ToKernel) => {
    switch (message.kind) {
      case "hello":
        welcome(message);
        break;
      case "ask_trace": {
        if (kept.activity === undefined) break;
        const { epoch, unit } = message;
        const rows = rowsOf(kept.activity, shape, epoch, unit);
        say({ kind: "trace", generation, epoch, unit, classes: [...kept.activity.classes] }, rows);
        break;
      }
      case "ask_channel":
        sayChannel(message.name);
        break;
      case "polygon":
      case "units":
      case "where":
      case "command":
        operate(message);
        break;
      // Of the panel, which is not here.
      case "ask_ablation":
      case "ask_means":
      case "ask_group":
      case "grow":
      case "group":
      case "ack":
      case "rest":
        break;
    }
  };

  const traits = new Map<string, unknown>([...Object.entries(kept.moved), ["_meta", meta], ["_told", {}]]);
  const model: WidgetModel = {
    get: (name) => traits.get(name),
    set: (name, value) => void traits.set(name, value),
    save_changes() {
      for (const name of hearWord((traits.get("_page") ?? {}) as Partial<PageWord>)) sayChannel(name);
      sayWhereThingsStand();
    },
    send: (content) => hear(content as ToKernel),
    on(event, handler) {
      handlers.set(event, (handlers.get(event) ?? new Set()).add(handler as Handler));
    },
    off: (event, handler) => void handlers.get(event)?.delete(handler as Handler),
  };

  const recall = (sets: Sets) => {
    history.push(sets);
    saySelection();
  };
  const keeper = createKeeper(kept, () => ({ sets: history.state, rule }), recall);
  return { model, keeper };
}

/** Names of the channels that a page shows something of. */
function channelsOf({ color_by, filters }: Partial<PageWord>): string[] {
  return [...new Set([...(color_by === undefined ? [] : [color_by]), ...Object.keys(filters ?? {})])];
}

/** What does not fit is refused before a picture is drawn of it. */
function checkSizes({ meta, positions, selection }: Unpacked): void {
  const points = pointCount(meta.shape);
  if (positions.length !== 3 * points || selection.selected.length !== (points + 7) >> 3) {
    throw new RangeError(`${meta.shape.join(" × ")} points do not fit ${positions.length} coordinates`);
  }
}
