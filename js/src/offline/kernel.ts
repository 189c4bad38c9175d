// The kernel's part, played in the page: a model that answers as Python does, from what a file or a
// notebook has kept, so that session, scene and interface are those of a live picture.

import { type Filtered, hiddenPoints } from "../geometry/filters";
import { resolveLasso } from "../geometry/lasso";
import { pointCount } from "../geometry/points";
import { pointsOfUnits } from "../geometry/promote";
import { type Scope, visibleMask } from "../geometry/visible";
import { countBits } from "../protocol/bitmask";
import { ownBuffer } from "../protocol/buffers";
import type { FromKernel, Operated, PageWord, ToKernel, UnitRule, WindowRecord } from "../protocol/messages";
import type { Keeper } from "../state/keeper";
import type { WidgetModel } from "../state/model";
import { apply, type Operation, type Sets } from "../state/selection";
import { rowsOf } from "./activity";
import { createHistory } from "./history";
import { describeSelected, unitsOf } from "./take-along";
import type { Group, Unpacked } from "./unpacked";

type Unnumbered<M> = M extends FromKernel ? Omit<M, "seq"> : never;
type Handler = (...args: unknown[]) => void;

export interface OfflineKernel {
  readonly model: WidgetModel;
  readonly keeper: Keeper;
}

export function createOfflineKernel(kept: Unpacked): OfflineKernel {
  const { meta, positions } = kept;
  const { shape, generation } = meta;
  const handlers = new Map<string, Set<Handler>>();
  const listeners = new Set<() => void>();
  const history = createHistory<Sets>(kept.selection);
  const groups = new Map<string, Group>(kept.groups);
  const done: string[] = [];
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
  const saySelection = () => {
    const { selected, domain } = history.state;
    const { revision, canUndo: can_undo, canRedo: can_redo } = history;
    const units = unitsOf(shape, history.state, rule);
    say({ kind: "selection", generation, revision, done: [...done], units, can_undo, can_redo }, selected, domain);
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

  const scopeOf = ({ show, epoch, step, hidden_units: hiddenUnits, filters }: WindowRecord): Scope => {
    const filtered = Object.entries(filters).flatMap(([name, filter]): Filtered[] => {
      const info = meta.channels.find((channel) => channel.name === name);
      const values = kept.channels.get(name);
      return info === undefined || values === undefined ? [] : [{ info, values, filter }];
    });
    return { shape, show, epoch, step, hiddenUnits, hidden: hiddenPoints(shape, filtered) };
  };

  const operationOf = (message: Operated): Operation => {
    switch (message.kind) {
      case "polygon": {
        const { record } = message;
        const found = resolveLasso(positions, scopeOf(record), record.view, record.depth, record.polygon);
        return { kind: "polygon", combine: record.combine, ...found };
      }
      case "units": {
        const hits = pointsOfUnits(shape, message.units);
        return { kind: "units", combine: message.combine, hits, visible: hits };
      }
      case "command": {
        const { name, window } = message;
        if (name === "undo" || name === "redo") return { kind: name };
        return { kind: name, visible: visibleMask(positions, scopeOf(window), window.view) };
      }
    }
  };
  const operate = (message: Operated) => {
    const operation = operationOf(message);
    if (operation.kind === "undo" || operation.kind === "redo") history.move(operation.kind === "undo" ? -1 : 1);
    else history.push(apply(history.state, operation));
    // Each operation has an answer of its own, which cannot get lost.
    done.splice(0, done.length, message.id);
    saySelection();
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
      case "polygon":
      case "units":
      case "command":
        operate(message);
        break;
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

  const keeper: Keeper = {
    groups: () =>
      [...groups].map(([name, group]) => ({
        name,
        units: unitsOf(shape, group.sets, group.rule).length,
        points: countBits(group.sets.selected),
      })),
    select(name) {
      const group = groups.get(name);
      if (group === undefined) return;
      history.push(group.sets);
      saySelection();
    },
    add(name) {
      groups.set(name, { sets: history.state, rule });
      for (const listener of [...listeners]) listener();
    },
    describe: () => describeSelected({ meta, hash: kept.hash, selection: { sets: history.state, rule }, groups }),
    onGroups(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  checkSizes(kept);
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
