// A session without a kernel: the real store, actions that do the obvious to it and write down their
// calls, and values that can be told from the point's id.

import type { Filter, Meta, View } from "../../src/protocol/messages";
import { createStore, type OwnedStore } from "../../src/state/create-store";
import type { GroupQuestion, MeansOfParts, MeansQuestion, PanelData } from "../../src/state/panel-data";
import type { Actions, Data, SceneHandle, Session, State } from "../../src/state/session";
import type { UnitAtEpoch, UnitTrace } from "../../src/state/unit-traces";

export type Call = readonly [name: string, ...values: unknown[]];

export interface FakeSession extends Session {
  readonly store: OwnedStore;
  readonly calls: Call[];
  /** What the panel asked for last, and the answers that it finds. */
  readonly wishes: FakeWishes;
  /** A trace arrives. */
  arrive(place: UnitAtEpoch, trace: UnitTrace): void;
}

export const VIEW: View = {
  mode: "3d",
  position: [0, 0, 5],
  target: [0, 0, 0],
  up: [0, 1, 0],
  fov: 50,
  width: 800,
  height: 600,
};

const CONTINUOUS = {
  kind: "continuous",
  axes: ["epoch", "step", "unit"],
  categories: [],
  scale: "linear",
  revision: 0,
} as const;

/** 5 epochs recorded unevenly, 3 steps, 4 units in 2 layers. */
export const META: Meta = {
  version: 1,
  generation: "g",
  shape: [5, 3, 4],
  epochs: [0, 1, 2, 9, 19],
  steps: [0, 2, 4],
  units: ["gru.0", "gru.1", "out.0", "out.1"],
  layers: ["gru", "out"],
  unit_layers: [0, 0, 1, 1],
  curves: [
    { name: "loss", values: [2, 1, null, 0.5, 0.25] },
    { name: "accuracy", values: [0.1, 0.4, 0.6, 0.8, 0.9] },
  ],
  channels: [
    { ...CONTINUOUS, name: "epoch", limits: [0, 19] },
    { ...CONTINUOUS, name: "layer", kind: "categorical", categories: ["gru", "out"], axes: ["unit"], limits: [0, 1] },
    { ...CONTINUOUS, name: "phase", kind: "cyclic", limits: [0, 6.283185] },
    { ...CONTINUOUS, name: "drift", kind: "diverging", limits: [-2, 2] },
  ],
  has_activity: true,
  center: [0, 0, 0],
  radius: 1,
  extent: [0.5, 0.5, 0.5],
  revision: 1,
};

export const NOTHING: State["selection"] = {
  mask: new Uint8Array(8),
  count: 0,
  units: [],
  revision: 0,
  canUndo: false,
  canRedo: false,
  pending: false,
};

export function createFakeSession(
  patch: Partial<State> = {},
  values: (id: number) => number = (id) => id,
): FakeSession {
  const meta = patch.meta ?? META;
  const store = createStore({
    meta,
    epoch: 0,
    step: null,
    epochWindow: null,
    stepWindow: null,
    show: "epoch",
    colorBy: "epoch",
    playing: false,
    speed: 4,
    loop: true,
    direction: "forward",
    view: VIEW,
    depth: "through",
    unitRule: "majority",
    hiddenUnits: [],
    filters: {},
    hidden: undefined,
    colorLimits: {},
    pointSize: null,
    opacity: null,
    lineWidth: null,
    fade: 0.5,
    height: 480,
    tool: "orbit",
    combine: "replace",
    selection: NOTHING,
    hover: undefined,
    found: undefined,
    loaded: meta.shape[0],
    channelData: 0,
    traceData: 0,
    groups: { revision: 0, entries: [] },
    ablation: { revision: 0, offered: false, running: false, units: [], effect: null },
    answers: 0,
    notice: undefined,
    kernelGone: false,
    ...patch,
  });
  const calls: Call[] = [];
  const traces = new Map<string, UnitTrace>();
  const wishes = createFakeWishes();
  return {
    store,
    traces: { get: ({ epoch, unit }) => traces.get(`${epoch}/${unit}`) },
    arrive({ epoch, unit }, trace) {
      traces.set(`${epoch}/${unit}`, trace);
      store.set({ traceData: store.get("traceData") + 1 });
    },
    panel: createFakePanel(store, wishes),
    wishes,
    data: createFakeData(store, values),
    actions: createFakeActions(store, calls),
    calls,
    attachView: () => () => {},
    dispose() {},
  };
}

export interface FakeWishes {
  means: readonly MeansQuestion[];
  groups: readonly GroupQuestion[];
  channels: readonly string[];
  readonly meansOf: Map<string, MeansOfParts>;
  readonly pointsOf: Map<string, Uint8Array>;
}

function createFakeWishes(): FakeWishes {
  return { means: [], groups: [], channels: [], meansOf: new Map(), pointsOf: new Map() };
}

function createFakePanel(store: OwnedStore, wishes: FakeWishes): PanelData {
  return {
    means: {
      get: ({ epoch, units }) => wishes.meansOf.get(`${epoch}/${units.join(",")}`),
      want: (_, questions) => {
        wishes.means = questions;
      },
    },
    groups: {
      get: ({ name }) => wishes.pointsOf.get(name),
      want: (_, questions) => {
        wishes.groups = questions;
      },
    },
    wantChannels: (_, names) => {
      wishes.channels = names;
    },
    hasChannel: (name) => store.get("meta").channels.some((info) => info.name === name),
  };
}

function createFakeData(store: OwnedStore, values: (id: number) => number): Data {
  return {
    positions: () => new Float32Array(0),
    hasEpoch: () => true,
    hasAllEpochs: () => true,
    channel(name) {
      const info = store.get("meta").channels.find((channel) => channel.name === name);
      return info === undefined ? undefined : { info, values: new Float32Array(0) };
    },
    channelValue: (_name, id) => values(id),
  };
}

function createFakeActions(store: OwnedStore, calls: Call[]): Actions {
  const note = <A extends unknown[]>(name: string, effect: (...values: A) => Partial<State>) => {
    return (...values: A): void => {
      calls.push([name, ...values]);
      store.set(effect(...values));
    };
  };
  const last = () => store.get("meta").shape[0] - 1;
  return {
    seek: note("seek", (epoch: number) => ({ epoch })),
    stepEpoch: note("stepEpoch", (delta: 1 | -1) => ({
      epoch: Math.max(0, Math.min(last(), Math.round(store.get("epoch")) + delta)),
      playing: false,
    })),
    stepStep: note("stepStep", () => ({})),
    setEpochWindow: note("setEpochWindow", (epochWindow: State["epochWindow"]) => ({ epochWindow })),
    setStepWindow: note("setStepWindow", (stepWindow: State["stepWindow"]) => ({ stepWindow })),
    setPlaying: note("setPlaying", (playing: boolean) => ({ playing })),
    setSpeed: note("setSpeed", (speed: number) => ({ speed })),
    setLoop: note("setLoop", (loop: boolean) => ({ loop })),
    setDirection: note("setDirection", (direction: State["direction"]) => ({ direction })),
    setStep: note("setStep", (step: number | null) => ({ step })),
    setShow: note("setShow", (show: State["show"]) => ({ show })),
    setFilter: note("setFilter", (name: string, filter: Filter | undefined) => {
      const { [name]: _, ...rest } = store.get("filters");
      return { filters: filter === undefined ? rest : { ...rest, [name]: filter } };
    }),
    showAll: note("showAll", () => ({ filters: {}, hiddenUnits: [], epochWindow: null, stepWindow: null })),
    setColorLimits: note("setColorLimits", (name: string, limits: readonly [number, number] | undefined) => {
      const { [name]: _, ...rest } = store.get("colorLimits");
      return { colorLimits: limits === undefined ? rest : { ...rest, [name]: limits } };
    }),
    setColorBy: note("setColorBy", (colorBy: string) => ({ colorBy })),
    setStyle: note("setStyle", (style: Partial<State>) => style),
    setTool: note("setTool", (tool: State["tool"]) => ({ tool })),
    setCombine: note("setCombine", (combine: State["combine"]) => ({ combine })),
    setDepth: note("setDepth", (depth: State["depth"]) => ({ depth })),
    setView: note("setView", (view: View) => ({ view })),
    setMode: note("setMode", (mode: View["mode"]) => ({ view: { ...store.get("view"), mode } })),
    setHeight: note("setHeight", (height: number) => ({ height })),
    steer: note("steer", (_right: number, _upward: number) => ({})),
    zoom: note("zoom", (_factor: number) => ({})),
    resetView: note("resetView", () => ({})),
    zoomToSelection: note("zoomToSelection", () => ({})),
    beginPolygon: note("beginPolygon", () => ({ playing: false })),
    selectPolygon: note("selectPolygon", () => ({})),
    selectUnits: note("selectUnits", () => ({})),
    selectWhere: note("selectWhere", () => ({})),
    grow: note("grow", () => ({})),
    editGroup: note("editGroup", () => ({})),
    ablate: note("ablate", () => ({})),
    find: note("find", (found: number | undefined) => ({ found })),
    command: note("command", () => ({})),
    dismissNotice: note("dismissNotice", () => ({ notice: undefined })),
  };
}

/** A picture that counts how often it was let go of. */
export function createFakeScene(host: HTMLElement): SceneHandle & { readonly disposed: () => number } {
  const canvas = document.createElement("canvas");
  host.append(canvas);
  let disposed = 0;
  return {
    canvas,
    capture: () => Promise.resolve(new Blob(["png"], { type: "image/png" })),
    dispose() {
      disposed += 1;
      canvas.remove();
    },
    disposed: () => disposed,
  };
}
