// The one file that touches the Jupyter model. Traits come in as store keys and go out throttled
// with an exact trailing edge; custom messages come in decoded and acknowledged.

import { decode, type Incoming, sequenceOf } from "../protocol/decode";
import { encode } from "../protocol/encode";
import type { Moved, PageWord, ToKernel, Told, Traits } from "../protocol/messages";
import { createDisposer } from "../util/disposable";
import { createThrottle } from "../util/throttle";
import type { State, Store } from "./session";

/** What anywidget hands over, as far as it is used. */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: string, handler: (...args: never[]) => void): void;
  off(event: string, handler: (...args: never[]) => void): void;
}

/** A custom message as the model hands it over: content and buffers. */
export type Missed = [content: unknown, buffers?: readonly unknown[]];

/** Milliseconds between two updates of the kernel: about eight a second. */
export const SYNC_INTERVAL = 125;

type Trait = keyof Traits;
type Synced = { readonly trait: Trait; readonly key: keyof State };

/** Traits and the store's names for them. */
const SYNCED: readonly Synced[] = [
  { trait: "_meta", key: "meta" },
  { trait: "epoch", key: "epoch" },
  { trait: "step", key: "step" },
  { trait: "show", key: "show" },
  { trait: "color_by", key: "colorBy" },
  { trait: "playing", key: "playing" },
  { trait: "speed", key: "speed" },
  { trait: "view", key: "view" },
  { trait: "depth", key: "depth" },
  { trait: "unit_rule", key: "unitRule" },
  { trait: "hidden_units", key: "hiddenUnits" },
  { trait: "height", key: "height" },
];

/** The kernel's word alone: never sent back. */
const INCOMING_ONLY: ReadonlySet<keyof State> = new Set(["meta"]);
/** Change many times a second while a hand or the clock moves them. */
const THROTTLED: ReadonlySet<keyof State> = new Set(["epoch", "view", "height"]);
/**
 * Moved by Python and here. Their traits are read once; after that they travel as one word in each
 * direction, since ipywidgets merges what it holds back and would mix older values with newer ones.
 */
const MOVED: readonly (keyof Moved & keyof State)[] = ["epoch", "step", "show", "view", "playing"];

export interface ModelLink {
  /** The store's keys as the model has them now. */
  read(): Partial<State>;
  /** Starts both directions, first with the messages that came before. */
  connect(store: Store, receive: (message: Incoming) => void, missed: readonly Missed[]): void;
  send(message: ToKernel, ...payload: Uint8Array[]): void;
  /** Saves what waits now, so that a message sent next meets the same traits in the kernel. */
  flush(): void;
  /** How many of Python's moves have been taken over here. */
  readonly seen: number;
  dispose(): void;
}

export function createModelLink(model: WidgetModel): ModelLink {
  const disposer = createDisposer();
  const dirty = new Set<Synced>();
  let moved = false;
  let seen = 0;
  let store: Store | undefined;
  let writing = false;

  const save = () => {
    if (store === undefined || (dirty.size === 0 && !moved)) return;
    writing = true;
    for (const { trait, key } of dirty) model.set(trait, store.get(key));
    if (moved) model.set("_page", pageWord(store, seen));
    writing = false;
    moved = false;
    dirty.clear();
    model.save_changes();
  };
  const throttle = createThrottle(save, SYNC_INTERVAL);
  disposer.add(throttle.cancel);
  const saveSoon = (key: keyof State) => (THROTTLED.has(key) ? throttle.call() : save());

  const send: ModelLink["send"] = (message, ...payload) => {
    const { content, buffers } = encode(message, ...payload);
    model.send(content, undefined, buffers);
  };

  const takeTrait = (synced: Synced) => {
    if (writing || store === undefined) return;
    dirty.delete(synced);
    store.set({ [synced.key]: model.get(synced.trait) });
    dirty.delete(synced);
  };

  const putTrait = (synced: Synced) => {
    if (Object.is(model.get(synced.trait), store?.get(synced.key))) return;
    dirty.add(synced);
    saveSoon(synced.key);
  };

  /** Goes where Python has moved since the last word, and says so. */
  const takeTold = () => {
    const told = toldBy(model);
    const news = MOVED.filter((key) => (told[key]?.[0] ?? 0) > seen);
    seen = lastMoment(told);
    store?.set(Object.fromEntries(news.map((key) => [key, told[key]?.[1]])));
    moved = true;
    save();
  };

  const putMoved = (key: keyof State) => {
    moved = true;
    saveSoon(key);
  };

  return {
    read: () => Object.fromEntries(SYNCED.map(({ trait, key }) => [key, model.get(trait)])),
    connect(target, receive, missed) {
      store = target;
      const onMessage = (content: unknown, buffers: readonly unknown[] = []) => {
        const seq = sequenceOf(content);
        try {
          receive(decode(content, buffers));
        } catch (error) {
          target.set({ notice: `A message from the kernel could not be read: ${String(error)}` });
        }
        if (seq !== undefined) send({ kind: "ack", seq });
      };
      for (const message of missed) onMessage(...message);
      model.on("msg:custom", onMessage);
      disposer.add(() => model.off("msg:custom", onMessage));
      seen = lastMoment(toldBy(model));
      model.on("change:_told", takeTold);
      disposer.add(() => model.off("change:_told", takeTold));
      for (const key of MOVED) disposer.add(target.on([key], () => putMoved(key)));
      for (const synced of SYNCED) {
        if (MOVED.some((key) => key === synced.key)) continue;
        const onChange = () => takeTrait(synced);
        model.on(`change:${synced.trait}`, onChange);
        disposer.add(() => model.off(`change:${synced.trait}`, onChange));
        if (!INCOMING_ONLY.has(synced.key)) disposer.add(target.on([synced.key], () => putTrait(synced)));
      }
    },
    send,
    flush() {
      throttle.flush();
      save();
    },
    get seen() {
      return seen;
    },
    dispose: disposer.dispose,
  };
}

function toldBy(model: WidgetModel): Told {
  return (model.get("_told") ?? {}) as Told;
}

function lastMoment(told: Told): number {
  return Math.max(0, ...MOVED.map((key) => told[key]?.[0] ?? 0));
}

function pageWord(store: Store, seen: number): PageWord {
  return { seen, ...Object.fromEntries(MOVED.map((key) => [key, store.get(key)])) };
}
