// A Jupyter model as anywidget hands it over: a change event at every set that changes, messages
// kept for inspection.

import { fitView } from "../../src/geometry/fit";
import type { Meta, ToKernel, Traits, View } from "../../src/protocol/messages";
import type { WidgetModel } from "../../src/state/model";

export const META: Meta = {
  version: 1,
  generation: "g1",
  shape: [4, 2, 3],
  epochs: [0, 10, 20, 30],
  steps: [0, 1],
  units: ["a", "b", "c"],
  layers: [],
  unit_layers: [-1, -1, -1],
  curves: [],
  channels: [
    {
      name: "unit",
      kind: "categorical",
      axes: ["unit"],
      categories: ["a", "b", "c"],
      limits: [0, 2],
      scale: "linear",
      revision: 1,
    },
    {
      name: "time",
      kind: "continuous",
      axes: ["epoch", "step"],
      categories: [],
      limits: [0, 1],
      scale: "linear",
      revision: 1,
    },
  ],
  has_activity: true,
  center: [0, 0, 0],
  radius: 2,
  extent: [1.5, 1, 0.5],
  revision: 1,
};

export const VIEW: View = fitView({ center: [0, 0, 0], radius: 2 }, 800, 600);

export interface Sent {
  readonly content: ToKernel;
  readonly buffers: readonly ArrayBuffer[];
}

export interface FakeModel extends WidgetModel {
  /** What the page sent, in order; a save of traits is `{ saved: … }`. */
  readonly log: (Sent | { readonly saved: Partial<Traits> })[];
  sent<K extends ToKernel["kind"]>(kind: K): Extract<ToKernel, { kind: K }>[];
  /** A change that comes from the kernel. */
  receive<K extends keyof Traits>(name: K, value: Traits[K]): void;
  message(content: unknown, buffers?: readonly unknown[]): void;
  /** What JupyterLab and ipywidgets do when a kernel restarts: sending throws, signals tell. */
  breakComm(): void;
  mendComm(): void;
  commLiveUpdate(): void;
  kernelStatus(status: string): void;
  readonly listeners: number;
}

export function createFakeModel(patch: Partial<Traits> = {}): FakeModel {
  const traits: Traits = {
    _meta: META,
    epoch: 0,
    step: null,
    epoch_window: null,
    step_window: null,
    show: "epoch",
    color_by: "unit",
    playing: false,
    speed: 10,
    loop: true,
    direction: "forward",
    view: VIEW,
    _told: {},
    _page: {},
    depth: "through",
    unit_rule: "majority",
    hidden_units: [],
    filters: {},
    color_limits: {},
    point_size: null,
    opacity: null,
    line_width: null,
    fade: 0.5,
    height: 480,
    ...patch,
  };
  const values = new Map<string, unknown>(Object.entries(traits));
  const handlers = new Map<string, Set<(...args: never[]) => void>>();
  const log: FakeModel["log"] = [];
  const kernel: { status?: string; statusChanged: unknown } = {
    statusChanged: { connect: (slot: never) => slots.add(slot), disconnect: (slot: never) => slots.delete(slot) },
  };
  const slots = new Set<(sender: unknown, status: unknown) => void>();
  let broken = false;
  const check = () => {
    if (broken) throw new Error("Cannot send");
  };
  let unsaved: Record<string, unknown> = {};
  const emit = (event: string, ...args: unknown[]) => {
    for (const handler of [...(handlers.get(event) ?? [])]) (handler as (...args: unknown[]) => void)(...args);
  };
  const change = (name: string, value: unknown) => {
    if (Object.is(values.get(name), value)) return;
    values.set(name, value);
    emit(`change:${name}`);
  };
  return {
    log,
    get: (name) => values.get(name),
    set(name, value) {
      unsaved[name] = value;
      change(name, value);
    },
    save_changes() {
      check();
      log.push({ saved: unsaved });
      unsaved = {};
    },
    send(content, _, buffers = []) {
      check();
      log.push({ content: content as ToKernel, buffers });
    },
    widget_manager: { kernel },
    breakComm() {
      broken = true;
    },
    mendComm() {
      broken = false;
    },
    commLiveUpdate: () => emit("comm_live_update"),
    kernelStatus(status) {
      kernel.status = status;
      for (const slot of [...slots]) slot(undefined, status);
    },
    on(event, handler) {
      const set = handlers.get(event) ?? new Set();
      handlers.set(event, set.add(handler));
    },
    off: (event, handler) => handlers.get(event)?.delete(handler),
    sent: (kind) =>
      log.flatMap((entry) => ("content" in entry && entry.content.kind === kind ? [entry.content] : [])) as never,
    receive: change,
    message: (content, buffers = []) => emit("msg:custom", content, buffers),
    get listeners() {
      return [...handlers.values()].reduce((sum, set) => sum + set.size, slots.size);
    },
  };
}
