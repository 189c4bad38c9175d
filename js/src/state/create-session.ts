// One session per widget model, shared by its views: store, data, clock and selection, wired to the
// model. Small and synchronous, since it runs in anywidget's `initialize`.

import { hiddenPoints } from "../geometry/filters";
import type { Incoming } from "../protocol/decode";
import type { Ablation } from "../protocol/messages";
import { createDisposer } from "../util/disposable";
import { createActions } from "./actions";
import { createClock, type Ticker } from "./clock";
import { filteredBy, hasFilteredChannels, infoOf } from "./coloring";
import { COMPANY, type Company, type Member } from "./company";
import { createStore } from "./create-store";
import { createData, type OwnedData } from "./data";
import { createHealer } from "./healer";
import { LOOKED_AT, lookedAt } from "./looked-at";
import { createModelLink, type LinkListener, type Missed, type WidgetModel } from "./model";
import { createOutbox } from "./outbox";
import { createPanelData } from "./panel-data";
import { createRest } from "./rest";
import { createSelection } from "./selection";
import type { GroupsState, Session, State, Store } from "./session";
import { createUnitTraces } from "./unit-traces";
import { keepInside } from "./windows";

/** Shown while the kernel that made this picture is gone. */
export const GONE =
  "The kernel was restarted or has ended. This picture can still be looked at, but nothing done here reaches Python: run its cell again.";
/** The same, where no values are here: they never came, or the picture had no view for a while. */
export const GONE_EMPTY =
  "The kernel was restarted or has ended, and this picture's values are not on this page: run its cell again.";

const NO_GROUPS: GroupsState = { revision: 0, entries: [] };
const NO_ABLATION: Ablation = { revision: 0, offered: false, running: false, units: [], effect: null };

export interface SessionOptions {
  /** The kernel's messages that came before the session. */
  readonly missed?: readonly Missed[];
  readonly ticker?: Ticker;
  /** Tells when the page goes; a browser's window. */
  readonly host?: EventTarget;
  /** The page's sessions, for links between widgets. */
  readonly company?: Company;
}

export function createSession(
  model: WidgetModel,
  { missed = [], ticker, host = globalThis.window, company = COMPANY }: SessionOptions = {},
): Session {
  const disposer = createDisposer();
  const link = createModelLink(model);
  const initial = initialState(link.read());
  const store = createStore(initial);
  const data = createData(initial.meta);
  const selection = createSelection(initial.meta.shape);
  let views = 0;
  const { page, follow, unfollow } = link;
  const member: Member = { page, store, isShown: () => views > 0, follow, unfollow };
  const clock = createClock(store, data, () => link.leads() && company.leads(member), ticker);
  const outbox = createOutbox(link);
  const traces = createUnitTraces(({ epoch, unit }) => {
    link.send({ kind: "ask_trace", generation: store.get("meta").generation, epoch, unit });
  });
  const panel = createPanelData(store, data, (message) => link.send(message));
  const healer = createHealer(
    () => {
      if (store.get("kernelGone")) return false;
      return selection.pending > 0 || (!data.released && (isIncomplete(store, data) || link.owed));
    },
    () => {
      // The kernel takes a hello for a page that shows the picture.
      if (!data.released) hello();
      outbox.sendAgain();
    },
  );

  const hello = () => {
    const { generation, revision: meta } = store.get("meta");
    const [frames, channels] = [data.runs(), data.revisions()];
    link.hello({
      generation,
      frames,
      channels,
      selection: selection.pending > 0 ? -1 : selection.revision,
      meta,
    });
  };
  const look = () => {
    const answers = store.get("meta").has_activity && !store.get("kernelGone");
    traces.look(answers ? lookedAt(store) : undefined);
  };
  const hide = () => store.set({ hidden: hiddenPoints(store.get("meta").shape, filteredBy(store, data)) });
  const showSelection = () => store.set({ selection: selection.current(store.get("unitRule")) });

  const receive = (message: Incoming) => {
    switch (message.kind) {
      case "frames":
        if (data.putFrames(message)) store.set({ loaded: data.loaded });
        break;
      case "channel":
        if (data.putChannel(message)) store.set({ channelData: store.get("channelData") + 1 });
        panel.channelArrived();
        break;
      case "selection":
        if (message.generation !== store.get("meta").generation) break;
        selection.confirm({ ...message, canUndo: message.can_undo, canRedo: message.can_redo });
        outbox.forget(message.done);
        showSelection();
        break;
      case "trace":
        if (data.released || message.generation !== store.get("meta").generation) break;
        traces.put(message, store.get("meta").shape[1]);
        store.set({ traceData: store.get("traceData") + 1 });
        break;
      case "groups":
        if (message.generation !== store.get("meta").generation) break;
        if (message.revision < store.get("groups").revision) break;
        store.set({ groups: { revision: message.revision, entries: message.groups } });
        break;
      case "ablation":
        if (message.generation !== store.get("meta").generation) break;
        if (message.revision > store.get("ablation").revision) store.set({ ablation: message });
        break;
      case "group":
      case "means":
        if (panel.put(message)) store.set({ answers: store.get("answers") + 1 });
        break;
      case "meta":
        if (message.meta.revision > store.get("meta").revision) store.set({ meta: message.meta });
        break;
      case "told":
        link.take(message.told);
        link.takeHeard(message.heard);
        if (message.meta > store.get("meta").revision || message.selection > selection.revision) link.miss();
        break;
      case "error":
        store.set({ notice: message.message });
        break;
    }
    healer.touch(true);
  };

  const takeMeta = () => {
    const meta = store.get("meta");
    if (data.accept(meta)) {
      selection.reset(meta.shape);
      traces.forget();
      panel.forget();
      const nothing = { loaded: 0, hover: undefined, found: undefined, groups: NO_GROUPS, ablation: NO_ABLATION };
      store.set({ ...nothing, selection: selection.current(store.get("unitRule")) });
      hello();
    }
    store.set({ channelData: store.get("channelData") + 1 });
    healer.touch(true);
  };
  const lost = (kernelGone: boolean) => {
    const notice = store.get("notice");
    const said = notice === GONE || notice === GONE_EMPTY;
    const gone = store.get("loaded") > 0 ? GONE : GONE_EMPTY;
    store.set({ kernelGone, notice: kernelGone ? gone : said ? undefined : notice });
    healer.touch(true);
  };

  const rest = createRest({
    letGo() {
      // A kernel that is gone could not send it again.
      if (store.get("kernelGone")) return;
      data.release();
      traces.forget();
      panel.forget();
      store.set({ loaded: 0, hover: undefined, found: undefined });
      link.send({ kind: "rest", page: link.page, going: false });
    },
    comeBack() {
      if (!data.released) return;
      data.resume();
      hello();
      healer.touch(true);
    },
    ask() {
      if (store.get("kernelGone")) return false;
      hello();
      return true;
    },
    answered: () => link.answered,
  });
  const attachView = () => {
    const detach = [rest.attach(), clock.attach()];
    views++;
    let attached = true;
    return () => {
      for (const release of detach) release();
      if (attached) views--;
      attached = false;
    };
  };

  const leave = (going: boolean) => {
    if (!data.released) link.leave(going);
  };

  showSelection();
  hide();
  disposer.add(keepInside(store));
  if (host !== undefined) {
    disposer.listen(host, "pagehide", () => leave(true));
    // A page that was only put aside goes on where it was.
    disposer.listen(host, "pageshow", () => {
      if (data.released) return;
      hello();
      healer.touch(true);
    });
  }
  disposer.add(link.dispose);
  disposer.add(clock.dispose);
  disposer.add(rest.dispose);
  disposer.add(healer.dispose);
  disposer.add(traces.dispose);
  disposer.add(panel.dispose);
  disposer.add(store.dispose);
  disposer.add(store.on(["meta"], takeMeta));
  disposer.add(store.on(["unitRule"], showSelection));
  disposer.add(store.on([...LOOKED_AT, "kernelGone"], look));
  disposer.add(store.on(["filters", "meta", "channelData"], hide));
  disposer.add(company.join(member));
  const moved: LinkListener["moved"] = (name) => company.carry(member, name);
  const gaveWay = company.release;
  link.connect(store, { receive, lost, moved, gaveWay, said: () => healer.touch(false) }, missed);
  hello();
  healer.touch(true);
  const touch = () => healer.touch(true);
  const actions = createActions({ store, data, selection, link, outbox, showSelection, touch });
  const dispose = () => {
    leave(false);
    disposer.dispose();
  };
  return { store, data, traces, panel, actions, attachView, dispose };
}

/** True while positions or the values colored or filtered by are missing; other channels come when asked for. */
function isIncomplete(store: Store, data: OwnedData): boolean {
  const wanted = infoOf(store, store.get("colorBy"));
  const colored = wanted === undefined || data.revisions()[wanted.name] === wanted.revision;
  return data.loaded < store.get("meta").shape[0] || !colored || !hasFilteredChannels(store, data);
}

function initialState(traits: Partial<State>): State {
  const nothing = new Uint8Array(0);
  const local = {
    tool: "orbit",
    combine: "replace",
    selection: { mask: nothing, count: 0, units: [], revision: 0, canUndo: false, canRedo: false, pending: false },
    hover: undefined,
    found: undefined,
    hidden: undefined,
    loaded: 0,
    channelData: 0,
    traceData: 0,
    groups: NO_GROUPS,
    ablation: NO_ABLATION,
    answers: 0,
    notice: undefined,
    kernelGone: false,
  } as const;
  // The model carries every trait of `Traits` by then: anywidget creates it from the kernel's state.
  return { ...(traits as State), ...local };
}
