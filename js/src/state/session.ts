// The contract between the picture, the interface and the Jupyter model. One session per widget
// model, shared by all its views; `createSession` (state/create-session.ts) fills it in, `scene`
// and `ui` read `store`, listen, and call `actions`. Nothing else crosses.

import type {
  Ablation,
  ChannelInfo,
  ColorLimits,
  Combine,
  Command,
  Deed,
  Depth,
  Direction,
  Filter,
  Filters,
  GroupEntry,
  Interval,
  Meta,
  Mode,
  Show,
  UnitRule,
  View,
  Where,
} from "../protocol/messages";
import type { PanelData } from "./panel-data";
import type { UnitAtEpoch, UnitTrace } from "./unit-traces";

export type ToolName = "orbit" | "lasso" | "rectangle";

export interface SelectionState {
  /** Bitmask over points, bit i & 7 of byte i >> 3; a new array at every change. */
  readonly mask: Uint8Array;
  readonly count: number;
  /** Promoted units (by the unit rule), ascending. */
  readonly units: readonly number[];
  readonly revision: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** True while the kernel has not yet confirmed an operation made here. */
  readonly pending: boolean;
}

/** The groups as the kernel has them. */
export interface GroupsState {
  readonly revision: number;
  readonly entries: readonly GroupEntry[];
}

export interface State {
  meta: Meta;
  epoch: number;
  step: number | null;
  /** First and last epoch and step shown; null for all. The epoch and the step lie inside. */
  epochWindow: Interval | null;
  stepWindow: Interval | null;
  show: Show;
  colorBy: string;
  playing: boolean;
  speed: number;
  loop: boolean;
  direction: Direction;
  view: View;
  depth: Depth;
  unitRule: UnitRule;
  hiddenUnits: readonly number[];
  filters: Filters;
  /** One bit a point that the filters hide; undefined without filters. A new array at every change. */
  hidden: Uint8Array | undefined;
  colorLimits: ColorLimits;
  /** CSS pixels, or null where it follows from how many are shown; see geometry/density.ts. */
  pointSize: number | null;
  opacity: number | null;
  lineWidth: number | null;
  /** How fast lines and trails fade with age, from 0 (not at all) to 1 (at once). */
  fade: number;
  height: number;
  tool: ToolName;
  /** How a new lasso combines when no modifier key is held. */
  combine: Combine;
  selection: SelectionState;
  /** Point under the pointer, and where the pointer is (CSS pixels from the canvas's top left). */
  hover: { readonly id: number; readonly x: number; readonly y: number } | undefined;
  /** The unit that was looked up: its trajectory is lit. */
  found: number | undefined;
  /** Epochs whose positions are here. */
  loaded: number;
  /** Grows with every channel chunk that arrives, so that legend and colors redraw. */
  channelData: number;
  /** Grows with every trace of a unit that arrives. */
  traceData: number;
  groups: GroupsState;
  ablation: Ablation;
  /** Grows with every answer to a question of the panel. */
  answers: number;
  /** A message for the user (an error from the kernel, a lost context); undefined when there is none. */
  notice: string | undefined;
  /** True once the kernel behind this picture is gone: what is done here stays here. */
  kernelGone: boolean;
}

export interface Store {
  get<K extends keyof State>(key: K): State[K];
  /** Sets what differs (Object.is) and tells each listener of a changed key once, after all are set. */
  set(patch: Partial<State>): void;
  /** Returns a function that removes the listener. */
  on(keys: readonly (keyof State)[], listener: () => void): () => void;
}

export interface Data {
  /** Positions of all points, 3 floats each, NaN where not yet loaded. */
  positions(): Float32Array;
  hasEpoch(epoch: number): boolean;
  hasAllEpochs(): boolean;
  channel(name: string): { readonly info: ChannelInfo; readonly values: Float32Array } | undefined;
  /** The channel's value at a point, whatever its axes; NaN where there is none. */
  channelValue(name: string, pointId: number): number;
}

/** The activity of units as far as it is here; what is looked at is asked for. */
export interface Traces {
  get(place: UnitAtEpoch): UnitTrace | undefined;
}

export interface Actions {
  /** Seeks to any epoch inside the window, fractions interpolate; pauses nothing. */
  seek(epoch: number): void;
  /** Pauses and moves to the next (+1) or previous (-1) whole epoch. */
  stepEpoch(delta: 1 | -1): void;
  /** Moves to the next (+1) or previous (-1) step, from all steps to the first or last. */
  stepStep(delta: 1 | -1): void;
  /** Shows these epochs alone, null all of them; time moves inside. */
  setEpochWindow(interval: Interval | null): void;
  setStepWindow(interval: Interval | null): void;
  setPlaying(playing: boolean): void;
  /** Epochs a second. */
  setSpeed(speed: number): void;
  setLoop(loop: boolean): void;
  setDirection(direction: Direction): void;
  setStep(step: number | null): void;
  setShow(show: Show): void;
  setColorBy(name: string): void;
  /** Hides points by a channel; undefined shows them again. */
  setFilter(name: string, filter: Filter | undefined): void;
  /** Shows what filters, hidden units and windows left out. */
  showAll(): void;
  /** Values at the ends of a channel's colors; undefined for its own. */
  setColorLimits(name: string, limits: readonly [number, number] | undefined): void;
  /** Sizes and strengths of what is drawn; null leaves one to the picture. */
  setStyle(style: Partial<Pick<State, "pointSize" | "opacity" | "lineWidth" | "fade">>): void;
  setTool(tool: ToolName): void;
  setCombine(combine: Combine): void;
  setDepth(depth: Depth): void;
  setView(view: View): void;
  /** Turns to 2-D, the first two axes from above, or to 3-D. */
  setMode(mode: Mode): void;
  /** Height of the canvas in CSS pixels. */
  setHeight(height: number): void;
  /** Moves the camera by so many presses of a key to the right and upward. */
  steer(right: number, upward: number): void;
  /** Nearer by a factor. */
  zoom(factor: number): void;
  resetView(): void;
  zoomToSelection(): void;
  /** Pauses and snaps to the nearest epoch, as a lasso must before its first point. */
  beginPolygon(): void;
  /** Resolves the polygon here, shows the result at once and tells the kernel. */
  selectPolygon(polygon: readonly (readonly [number, number])[], tool: "lasso" | "rectangle", combine: Combine): void;
  /** Selects all points of units, as Python's `w.select(units=…)` does. */
  selectUnits(units: readonly number[], combine: Combine): void;
  /** Selects what is visible and has some values of a channel, as Python's `w.select_category(…)` does. */
  selectWhere(channel: string, where: Where, combine: Combine): void;
  /** Adds each selected point's `k` nearest neighbors among what is visible; Python finds them. */
  grow(k: number): void;
  /** Does something with a group: `value` is a color (or ""), a way to combine, or a new name. */
  editGroup(deed: Deed, name: string, value: string): void;
  /** Asks what is lost without the selection; the answer comes as `ablation`. */
  ablate(): void;
  /** Lights a unit's trajectory, or none. */
  find(unit: number | undefined): void;
  command(name: Command): void;
  dismissNotice(): void;
}

export interface Session {
  readonly store: Store;
  readonly data: Data;
  readonly traces: Traces;
  readonly panel: PanelData;
  readonly actions: Actions;
  /**
   * Counts a view that shows this session; the returned function uncounts it. Without one playback rests,
   * and soon the values are let go.
   */
  attachView(): () => void;
  dispose(): void;
}

/** What `scene` gives the interface of one view. */
export interface SceneHandle {
  readonly canvas: HTMLCanvasElement;
  /** PNG of the picture as it stands, at the given scale of CSS pixels. */
  capture(scale?: number): Promise<Blob>;
  dispose(): void;
}
