// The one file that touches the Jupyter model. Its traits are read once, when the page opens. After
// that what moves travels as one word in each direction: the kernel's in a custom message, numbered
// and repeated where lost, this page's in the trait `_page`, throttled with an exact trailing edge,
// since ipywidgets holds traits back while the kernel is busy and merges them.

import { decode, type Incoming, sequenceOf } from "../protocol/decode";
import { encode } from "../protocol/encode";
import type { Joined, Joint, Moved, Operated, PageWord, ToKernel, Told, Traits } from "../protocol/messages";
import type { OfflineData, OfflineNow } from "../protocol/offline";
import { createDisposer } from "../util/disposable";
import { createThrottle } from "../util/throttle";
import { idOnPage } from "../util/uuid";
import type { Carried } from "./company";
import { kernelEnded, watchKernel } from "./presence";
import type { State, Store } from "./session";

/** What anywidget hands over, as far as it is used. */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: string, handler: (...args: never[]) => void): void;
  off(event: string, handler: (...args: never[]) => void): void;
  readonly widget_manager?: unknown;
}

/** A custom message as the model hands it over: content and buffers. */
export type Missed = [content: unknown, buffers?: readonly unknown[]];

/** Milliseconds between two updates of the kernel: about eight a second. */
export const SYNC_INTERVAL = 125;
/** Milliseconds that nothing can be said to a kernel until it counts as gone, where the host knows no better. */
export const GIVE_UP = 20_000;
/** Milliseconds without a move by the page that leads until this page leads again. */
export const FOLLOW_TIME = 1000;

type Name = keyof Moved;

/** What is moved, and the store's names for it. */
const KEYS = {
  epoch: "epoch",
  step: "step",
  epoch_window: "epochWindow",
  step_window: "stepWindow",
  show: "show",
  view: "view",
  playing: "playing",
  color_by: "colorBy",
  speed: "speed",
  loop: "loop",
  direction: "direction",
  depth: "depth",
  unit_rule: "unitRule",
  hidden_units: "hiddenUnits",
  filters: "filters",
  color_limits: "colorLimits",
  point_size: "pointSize",
  opacity: "opacity",
  line_width: "lineWidth",
  fade: "fade",
  height: "height",
} as const satisfies Record<Name, keyof State>;
const NAMES = Object.keys(KEYS) as Name[];
/** Change many times a second while a hand or the clock moves them. */
const THROTTLED: ReadonlySet<Name> = new Set<Name>([
  ...(["epoch", "epoch_window", "step_window"] as const),
  ...(["view", "filters", "color_limits", "height"] as const),
  ...(["point_size", "opacity", "line_width", "fade"] as const),
]);

type Hello = Extract<ToKernel, { kind: "hello" }>;
type Unsent<M> = M extends Operated ? Omit<M, "id" | "page" | "seen" | "word" | "joined"> : never;
export type ToldMessage = Extract<Incoming, { kind: "told" }>;

export interface LinkListener {
  receive(message: Incoming): void;
  /** Something was moved here, by a hand or the clock; says whether linked sessions went along. */
  moved(name: Name): Joint | undefined;
  /** A move made here gave way to another's, perhaps before the kernel heard of it. */
  gaveWay(name: Name, joint: Joint): void;
  /** The kernel has not heard yet what was said. */
  said(): void;
  /** The kernel is gone, or is there after all. */
  lost(gone: boolean): void;
}

export interface ModelLink {
  /** The store's keys as the model has them now. */
  read(): Partial<State>;
  /** Names this page and this model's session on it. */
  readonly page: string;
  /** Starts both directions, first with the messages that came before. */
  connect(store: Store, listener: LinkListener, early: readonly Missed[]): void;
  hello(having: Omit<Hello, "kind" | "page" | "number" | "word">): void;
  /** The operation as it is sent, and sent again. */
  operation(message: Unsent<Operated>, id: string): Operated;
  send(message: ToKernel, ...payload: Uint8Array[]): void;
  /** Says for the last time that nothing is shown here, where that can still be said. */
  leave(going: boolean): void;
  /** Saves what waits now, so that a message sent next meets the same traits in the kernel. */
  flush(): void;
  /** Goes where a linked session of this page has moved; the kernel hears of it from that one. */
  follow(name: Carried, value: State[Carried], joint: Joint): void;
  /** Goes back to where the kernel is, where it stands as it followed this move. */
  unfollow(name: Name, joint: Joint): void;
  /** Goes where others have moved since the last time. */
  take(told: Told): void;
  /** Notes what the kernel has heard of this page. */
  takeHeard(heard: ToldMessage["heard"]): void;
  /** Something must have been lost: an answer is owed. */
  miss(): void;
  /** True while an answer is awaited. */
  readonly owed: boolean;
  /** True when the last hello was answered. */
  readonly answered: boolean;
  /** False while another page that plays, too, moves the epoch. */
  leads(): boolean;
  dispose(): void;
}

export function createModelLink(model: WidgetModel): ModelLink {
  const disposer = createDisposer();
  // Of two pages that play, all sessions of one go after those of the other.
  const page = idOnPage();
  const sent = { word: 0, hello: 0 };
  const heard = { word: 0, hello: 0 };
  let moved = false;
  let missed = false;
  let gone = false;
  let silentSince: number | undefined;
  let seen = 0;
  let latest: Told = {};
  let lastSeq: number | undefined;
  let followUntil = 0;
  const followed = new Set<Name>();
  const joints = new Map<Name, Joint>();
  /** What stands where the kernel said it does, and has not been moved or followed here since. */
  const obeyed = new Set<Name>();
  let store: Store | undefined;
  let listener: LinkListener | undefined;

  const lose = (now: boolean) => {
    if (gone === now) return;
    gone = now;
    listener?.lost(now);
  };
  /** What is said to a kernel that is gone throws, but so may one message alone: the healer says it again. */
  const trySaying = (say: () => void) => {
    if (gone) return;
    try {
      say();
      silentSince = undefined;
    } catch {
      silentSince ??= Date.now();
      if (kernelEnded(model.widget_manager) ?? Date.now() - silentSince >= GIVE_UP) return lose(true);
      missed = true;
      listener?.said();
    }
  };
  const joined = (): Joined => Object.fromEntries(joints);
  const word = (): PageWord => ({
    page,
    word: sent.word,
    seen,
    joined: joined(),
    ...Object.fromEntries(NAMES.filter((name) => !followed.has(name)).map((name) => [name, store?.get(KEYS[name])])),
  });
  const save = () => {
    if (!moved) return;
    moved = false;
    sent.word++;
    trySaying(() => {
      model.set("_page", word());
      model.save_changes();
    });
    listener?.said();
  };
  const throttle = createThrottle(save, SYNC_INTERVAL);
  disposer.add(throttle.cancel);

  const send: ModelLink["send"] = (message, ...payload) => {
    const { content, buffers } = encode(message, ...payload);
    trySaying(() => model.send(content, undefined, buffers));
  };

  let taking = false;
  const goTo = (patch: Partial<State>) => {
    taking = true;
    store?.set(patch);
    taking = false;
  };
  const obey = (names: readonly Name[]) => {
    for (const name of names) {
      followed.delete(name);
      joints.delete(name);
      obeyed.add(name);
    }
    const stands = (name: Name) => (latest[name] === undefined ? model.get(name) : latest[name][1]);
    goTo(Object.fromEntries(names.map((name) => [KEYS[name], stands(name)])));
  };
  const take = (told: Told) => {
    if (lastMoment(told) < seen) return;
    // What a linked session says for this one may reach the kernel after another's move of which this
    // one was told: then its own name stands on what it does not know.
    const isOwn = (name: Name) => told[name]?.[2] === page && !obeyed.has(name);
    const news = NAMES.filter((name) => (told[name]?.[0] ?? 0) > seen && !isOwn(name));
    latest = told;
    seen = lastMoment(told);
    const by = news.includes("epoch") ? (told.epoch?.[2] ?? "") : "";
    // Of two pages that play, the one with the lesser name moves the epoch.
    if (by !== "" && by < page) followUntil = Date.now() + FOLLOW_TIME;
    const given = [...joints].filter(([name]) => news.includes(name) && !followed.has(name));
    obey(news);
    for (const [name, joint] of given) listener?.gaveWay(name, joint);
  };

  return {
    page,
    read: () => ({
      meta: model.get("_meta") as Traits["_meta"],
      ...Object.fromEntries(NAMES.map((name) => [KEYS[name], model.get(name)])),
    }),
    connect(target, hears, early) {
      store = target;
      listener = hears;
      const onMessage = (content: unknown, buffers: readonly unknown[] = []) => {
        silentSince = undefined;
        lose(false);
        const seq = sequenceOf(content);
        if (seq !== undefined && lastSeq !== undefined && seq > lastSeq + 1) missed = true;
        if (seq !== undefined) lastSeq = seq;
        try {
          hears.receive(decode(content, buffers));
        } catch (error) {
          target.set({ notice: `A message from the kernel could not be read: ${String(error)}` });
        }
        if (seq !== undefined) send({ kind: "ack", seq });
      };
      const onMoved = (name: Name) => {
        if (taking) return;
        followed.delete(name);
        joints.delete(name);
        obeyed.delete(name);
        const joint = hears.moved(name);
        if (joint !== undefined) joints.set(name, joint);
        moved = true;
        if (THROTTLED.has(name)) throttle.call();
        else save();
      };
      // After a connection that broke, ipywidgets reads the traits anew.
      const onTold = () => take(toldBy(model));
      const onMeta = () => target.set({ meta: model.get("_meta") as Traits["_meta"] });
      // It does not say how; to a comm that was cut, nothing can be said.
      const onCommUpdate = () => send({ kind: "ack", seq: 0 });
      latest = toldBy(model);
      seen = lastMoment(latest);
      for (const message of early) onMessage(...message);
      for (const [event, handler] of [
        ["msg:custom", onMessage],
        ["change:_told", onTold],
        ["change:_meta", onMeta],
        ["comm_live_update", onCommUpdate],
      ] as const) {
        model.on(event, handler);
        disposer.add(() => model.off(event, handler));
      }
      for (const name of NAMES) disposer.add(target.on([KEYS[name]], () => onMoved(name)));
      disposer.add(watchKernel(model.widget_manager, () => lose(true)));
    },
    hello(having) {
      missed = false;
      sent.hello++;
      send({ kind: "hello", page, ...having, number: sent.hello, word: word() });
    },
    operation: (message, id) => ({ ...message, id, page, seen, word: sent.word, joined: joined() }) as Operated,
    send,
    leave(going) {
      if (gone) return;
      try {
        model.send(encode({ kind: "rest", page, going }).content);
      } catch {
        // The comm is closed already, and the kernel knows.
      }
    },
    flush() {
      throttle.flush();
      save();
    },
    follow(name, value, joint) {
      followed.add(name);
      obeyed.delete(name);
      joints.set(name, joint);
      goTo({ [KEYS[name]]: value });
    },
    unfollow(name, { at }) {
      if (followed.has(name) && joints.get(name)?.at === at) obey([name]);
    },
    take,
    takeHeard(all) {
      const [lastWord, lastHello] = all[page] ?? [0, 0];
      heard.word = Math.max(heard.word, lastWord);
      heard.hello = Math.max(heard.hello, lastHello);
    },
    miss() {
      missed = true;
    },
    get owed() {
      return !gone && (missed || heard.word < sent.word || heard.hello < sent.hello);
    },
    get answered() {
      return heard.hello === sent.hello;
    },
    leads: () => Date.now() >= followUntil,
    dispose: disposer.dispose,
  };
}

/** What the widget's state keeps of the picture after `w.embed(True)`; undefined where it keeps nothing. */
export function keptIn(model: WidgetModel): { data: OfflineData; now: OfflineNow } | undefined {
  const [data, now] = [model.get("_offline"), model.get("_offline_now")];
  const version = (data as Partial<OfflineData> | undefined)?.version;
  return version === 1 ? { data: data as OfflineData, now: now as OfflineNow } : undefined;
}

function toldBy(model: WidgetModel): Told {
  return (model.get("_told") ?? {}) as Told;
}

function lastMoment(told: Told): number {
  return Math.max(0, ...NAMES.map((name) => told[name]?.[0] ?? 0));
}
