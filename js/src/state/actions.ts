// What the interface and the tools may do. Each action changes the store at once; the model link
// carries it to the kernel.

import { boundsOf, homeView, inMode, zoomView } from "../geometry/fit";
import { distanceOf } from "../geometry/flat";
import { endsOf, isSameInterval, nearestIn, oneStep } from "../geometry/interval";
import { resolveLasso } from "../geometry/lasso";
import { pointsOfUnits } from "../geometry/promote";
import { steerView, zoomBy } from "../geometry/steer";
import { nearestEpoch, visibleMask } from "../geometry/visible";
import { pointsWhere } from "../geometry/where";
import { bitIds, intersection } from "../protocol/bitmask";
import type { Combine, Command, Operated, PolygonRecord, View, WindowRecord } from "../protocol/messages";
import { uniqueId } from "../util/uuid";
import { hasFilteredChannels } from "./coloring";
import type { OwnedData } from "./data";
import type { ModelLink } from "./model";
import type { Outbox } from "./outbox";
import { scopeOf } from "./scope";
import type { Operation, Selection } from "./selection";
import type { Actions, Store } from "./session";

export interface ActionContext {
  readonly store: Store;
  readonly data: OwnedData;
  readonly selection: Selection;
  readonly link: Pick<ModelLink, "operation" | "flush" | "send">;
  readonly outbox: Outbox;
  /** Puts the selection as it stands into the store. */
  showSelection(): void;
  /** Says that an answer is awaited. */
  touch(): void;
}

export function createActions(context: ActionContext): Actions {
  const { store } = context;
  const epochs = () => endsOf(store.get("epochWindow"), store.get("meta").shape[0]);
  const steps = () => endsOf(store.get("stepWindow"), store.get("meta").shape[1]);
  const clampEpoch = (epoch: number) => nearestIn(epochs(), epoch);
  const setStep = (step: number | null) => store.set({ step: step === null ? null : nearestIn(steps(), step) });
  let solid: View | undefined;
  return {
    seek: (epoch) => store.set({ epoch: clampEpoch(epoch) }),
    stepEpoch(delta) {
      const epoch = store.get("epoch");
      const next = delta > 0 ? Math.floor(epoch) + 1 : Math.ceil(epoch) - 1;
      store.set({ playing: false, epoch: clampEpoch(next) });
    },
    stepStep(delta) {
      const [first, last] = steps();
      const step = oneStep(scopeOf(store), store.get("meta").shape[1]);
      setStep(step === null ? (delta > 0 ? first : last) : step + delta);
    },
    setEpochWindow(interval) {
      if (isSameInterval(interval, store.get("epochWindow"))) return;
      const ends = endsOf(interval, store.get("meta").shape[0]);
      store.set({ epochWindow: interval, epoch: nearestIn(ends, store.get("epoch")) });
    },
    setStepWindow(interval) {
      if (isSameInterval(interval, store.get("stepWindow"))) return;
      const ends = endsOf(interval, store.get("meta").shape[1]);
      const step = store.get("step");
      store.set({ stepWindow: interval, step: step === null ? null : nearestIn(ends, step) });
    },
    setPlaying: (playing) => store.set({ playing }),
    setStep,
    setShow: (show) => store.set({ show }),
    setColorBy: (colorBy) => store.set({ colorBy }),
    setFilter: (name, filter) => store.set({ filters: replaced(store.get("filters"), name, filter) }),
    showAll: () => store.set({ filters: {}, hiddenUnits: [], epochWindow: null, stepWindow: null }),
    setColorLimits: (name, limits) => store.set({ colorLimits: replaced(store.get("colorLimits"), name, limits) }),
    setStyle: (style) => store.set(style),
    setTool: (tool) => store.set({ tool }),
    setCombine: (combine) => store.set({ combine }),
    setDepth: (depth) => store.set({ depth }),
    setSpeed: (speed) => store.set({ speed }),
    setLoop: (loop) => store.set({ loop }),
    setDirection: (direction) => store.set({ direction }),
    setHeight: (height) => store.set({ height }),
    setView: (view) => store.set({ view }),
    setMode(mode) {
      const view = store.get("view");
      if (view.mode === "3d") solid = view;
      store.set({ view: inMode(view, mode, store.get("meta"), solid) });
    },
    steer: (right, upward) => store.set({ view: steerView(store.get("view"), right, upward) }),
    zoom(factor) {
      const view = store.get("view");
      const home = distanceOf(homeView(store.get("meta"), view.mode, view, view.fov));
      store.set({ view: zoomBy(view, factor, home) });
    },
    resetView() {
      const view = store.get("view");
      store.set({ view: homeView(store.get("meta"), view.mode, view) });
    },
    zoomToSelection: () => zoomToSelection(context),
    beginPolygon: () => snap(store),
    selectPolygon: (polygon, tool, combine) => selectPolygon(context, { polygon, tool, combine }),
    selectUnits: (units, combine) => selectUnits(context, units, combine),
    selectWhere: (channel, where, combine) => selectWhere(context, { channel, where, combine }),
    grow(k) {
      snap(store);
      wait(context, { kind: "grow", k, window: windowOf(store) });
    },
    editGroup: (deed, name, value) => wait(context, { kind: "group", deed, name, value }),
    ablate: () => context.link.send({ kind: "ask_ablation", generation: store.get("meta").generation }),
    find: (found) => store.set({ found }),
    command: (name) => command(context, name),
    dismissNotice: () => store.set({ notice: undefined }),
  };
}

/** The record with another entry under this name, or none. */
function replaced<T>(record: Readonly<Record<string, T>>, name: string, entry: T | undefined): Record<string, T> {
  const { [name]: _, ...rest } = record;
  return entry === undefined ? rest : { ...rest, [name]: entry };
}

/** Said where a zoom to the selection has nowhere to go. */
export const NONE_SHOWN =
  "None of the selected points is shown now: another epoch, step or window, or Show all, has them.";

function zoomToSelection({ store, data }: ActionContext): void {
  const view = store.get("view");
  const visible = visibleMask(data.positions(), scopeOf(store), view);
  const bounds = boundsOf(data.positions(), bitIds(intersection(store.get("selection").mask, visible)));
  if (bounds !== undefined) store.set({ view: zoomView(view, bounds, store.get("meta").radius) });
  else if (store.get("selection").count > 0) store.set({ notice: NONE_SHOWN });
}

/** Pauses on the nearest whole epoch. */
function snap(store: Store): void {
  const [nEpochs] = store.get("meta").shape;
  store.set({ playing: false, epoch: nearestEpoch(store.get("epoch"), nEpochs) });
}

function windowOf(store: Store): WindowRecord {
  const [nEpochs] = store.get("meta").shape;
  return {
    view: store.get("view"),
    show: store.get("show"),
    epoch: nearestEpoch(store.get("epoch"), nEpochs),
    step: store.get("step"),
    epoch_window: store.get("epochWindow"),
    step_window: store.get("stepWindow"),
    hidden_units: store.get("hiddenUnits"),
    filters: store.get("filters"),
  };
}

type Drawn = Pick<PolygonRecord, "polygon" | "tool" | "combine">;

function selectPolygon(context: ActionContext, drawn: Drawn): void {
  const { store, data } = context;
  // Python or a key may have moved time during the drag: what is resolved is what is shown now.
  snap(store);
  const record: PolygonRecord = {
    op: "polygon",
    ...drawn,
    ...windowOf(store),
    depth: store.get("depth"),
    rule: store.get("unitRule"),
  };
  const complete = hasArrived(context, record);
  const { hits, visible } = resolveLasso(data.positions(), scopeOf(store), record.view, record.depth, drawn.polygon);
  const id = uniqueId();
  const after = context.outbox.waiting();
  const message = context.link.operation({ kind: "polygon", after, complete, record }, id);
  perform(context, { kind: "polygon", combine: drawn.combine, hits, visible }, message, hits);
}

function selectUnits(context: ActionContext, units: readonly number[], combine: Combine): void {
  const hits = pointsOfUnits(context.store.get("meta").shape, units);
  const after = context.outbox.waiting();
  const message = context.link.operation({ kind: "units", after, combine, units }, uniqueId());
  // All that is asked for is offered: the units count as whole.
  perform(context, { kind: "units", combine, hits, visible: hits }, message);
}

type Wanted = Pick<Extract<Operated, { kind: "where" }>, "channel" | "where" | "combine">;

function selectWhere(context: ActionContext, wanted: Wanted): void {
  const { store, data } = context;
  const found = data.channel(wanted.channel);
  const whole = found !== undefined && data.revisions()[wanted.channel] === found.info.revision;
  const gone = store.get("kernelGone");
  // Without the values only the kernel could tell.
  if (!whole && gone) return;
  snap(store);
  const window = windowOf(store);
  const after = context.outbox.waiting();
  const message = context.link.operation({ kind: "where", after, ...wanted, window }, uniqueId());
  // After its end no more comes: of what is here is taken, as by a lasso.
  if (!whole || (!gone && !hasArrived(context, window))) {
    // The kernel finds the same, and it alone where not all is here.
    perform(context, { kind: "wait" }, message);
    return;
  }
  const visible = visibleMask(data.positions(), scopeOf(store), window.view);
  const hits = pointsWhere(store.get("meta").shape, found, wanted.where, visible);
  perform(context, { kind: "where", combine: wanted.combine, hits, visible }, message);
}

/** Whether all that is shown is here, and all that is hidden known. */
function hasArrived({ store, data }: ActionContext, { show, epoch }: WindowRecord): boolean {
  const arrived = show === "all" || show === "epochs" ? data.hasAllEpochs() : data.hasEpoch(epoch);
  return arrived && hasFilteredChannels(store, data);
}

type Waiting<M> = M extends { kind: "grow" | "group" } ? Omit<M, "id" | "page" | "after" | "seen" | "word"> : never;

/** An operation that the kernel resolves: it is pending until the answer. */
function wait(context: ActionContext, wanted: Waiting<Operated>): void {
  // Groups and neighbors are in the kernel alone.
  if (context.store.get("kernelGone")) return;
  const after = context.outbox.waiting();
  perform(context, { kind: "wait" }, context.link.operation({ ...wanted, after }, uniqueId()));
}

function command(context: ActionContext, name: Command): void {
  const { store, data } = context;
  // The kernel owns the history: without one there is nothing to undo.
  if (store.get("kernelGone") && (name === "undo" || name === "redo")) return;
  const offered = name === "clear" || name === "invert";
  const operation: Operation = offered
    ? { kind: name, visible: visibleMask(data.positions(), scopeOf(store), store.get("view")) }
    : { kind: name };
  const after = context.outbox.waiting();
  const sent = { kind: "command", after, name, window: windowOf(store) } as const;
  perform(context, operation, context.link.operation(sent, uniqueId()));
}

/** Shows the operation, brings the kernel's traits up to date, then tells the kernel. */
function perform(context: ActionContext, operation: Operation, message: Operated, ...payload: Uint8Array[]): void {
  context.selection.push(message.id, operation);
  context.showSelection();
  context.link.flush();
  context.outbox.send(message, payload);
  context.touch();
}
