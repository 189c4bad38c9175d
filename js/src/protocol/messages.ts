// The wire, seen from the browser. Each type here has its twin in mmphate_widget/widget/protocol.py;
// tests on both sides read the same golden bytes (tests/golden/wire.json). Small state travels in
// traits (`Traits`), bulk in custom messages: a JSON header with `kind`, and binary buffers.

export type Vec3 = readonly [number, number, number];

/** A pinhole camera, or the first two axes from straight above, without perspective. */
export type Mode = "3d" | "2d";

/** Camera in embedding coordinates; `fov` is vertical, in degrees; width and height in CSS pixels. */
export interface View {
  readonly mode: Mode;
  readonly position: Vec3;
  readonly target: Vec3;
  readonly up: Vec3;
  readonly fov: number;
  readonly width: number;
  readonly height: number;
}

/** What is drawn: one epoch, all epochs, unit lines through steps (one epoch) or through epochs (one step). */
export type Show = "epoch" | "all" | "steps" | "epochs";
export type Depth = "through" | "front";
export type UnitRule = "any" | "majority" | "all";
export type Combine = "replace" | "add" | "subtract" | "intersect";
export type Direction = "forward" | "back";
/** Positions on an axis, both included. */
export type Interval = readonly [first: number, last: number];
export type Axis = "epoch" | "step" | "unit";

export interface ChannelInfo {
  readonly name: string;
  readonly kind: "continuous" | "categorical" | "cyclic" | "diverging";
  /** Axes that `values` runs over, in C order; a channel over ["unit"] has H values. */
  readonly axes: readonly Axis[];
  /** Names of the codes 0, 1, … of a categorical channel; values that are NaN have no category. */
  readonly categories: readonly string[];
  readonly limits: readonly [number, number];
  /** Whether equal steps of color are equal differences or equal ratios. */
  readonly scale: "linear" | "log";
  /** Grows whenever the values of this name change. */
  readonly revision: number;
  /** "#rrggbb" for each of the categories; without them the palette's. */
  readonly colors?: readonly string[];
}

export interface Curve {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Stretches of epochs to shade behind the curves: positions, both included, and what each is called. */
export interface BandSet {
  readonly name: string;
  readonly bands: readonly (readonly [first: number, last: number, name: string])[];
}

/**
 * What the legend hides by a channel: categories by code, the code after the last for points without
 * a value; or what lies outside a range, points without a value with it, null being no bound.
 */
export type Filter =
  | { readonly hide: readonly number[] }
  | { readonly range: readonly [low: number | null, high: number | null] };
/** Values of a channel that are selected: some categories by code, or what lies in a range. */
export type Where =
  | { readonly codes: readonly number[] }
  | { readonly range: readonly [low: number | null, high: number | null] };
/** By the names of channels. */
export type Filters = Readonly<Record<string, Filter>>;
/** Values at the ends of the colors by the names of channels, where they were changed. */
export type ColorLimits = Readonly<Record<string, readonly [low: number, high: number]>>;

/** A named selection, as it is listed. */
export interface GroupEntry {
  readonly name: string;
  /** "#rrggbb". */
  readonly color: string;
  /** The units that it stands for, ascending. */
  readonly units: readonly number[];
  /** How many points it holds. */
  readonly points: number;
}

/** What an ablation of the selection did; null where Python does not know. */
export interface AblationEffect {
  /** What was measured; may be empty. */
  readonly metric: string;
  /** The change of it. */
  readonly effect: number;
  readonly baseline: number | null;
  readonly ablated: number | null;
  readonly pvalue: number | null;
  readonly interval: readonly [low: number, high: number] | null;
  /** Effects of random draws, ascending. */
  readonly null: readonly number[];
}

/** Whether the selection can be ablated, is being ablated, and what the last ablation did to whom. */
export interface Ablation {
  readonly revision: number;
  readonly offered: boolean;
  readonly running: boolean;
  readonly units: readonly number[];
  readonly effect: AblationEffect | null;
}

/** Everything about the trace and the embedding but their numbers. Replaced as a whole. */
export interface Meta {
  readonly version: 1;
  /** Names one set of coordinates: frames that carry another are stale and dropped. */
  readonly generation: string;
  readonly shape: readonly [epochs: number, steps: number, units: number];
  readonly epochs: readonly number[];
  readonly steps: readonly number[];
  readonly units: readonly string[];
  readonly layers: readonly string[];
  /** For each unit the position of its layer in `layers`, -1 for none. */
  readonly unit_layers: readonly number[];
  readonly curves: readonly Curve[];
  /** None where it is missing. */
  readonly bands?: readonly BandSet[];
  readonly channels: readonly ChannelInfo[];
  /** Whether the kernel has the activity of units, for the page to ask for. */
  readonly has_activity: boolean;
  /** Bounding sphere of all points. */
  readonly center: Vec3;
  readonly radius: number;
  /** Half the sides of their bounding box. */
  readonly extent: Vec3;
  /** Name of this picture beside others. */
  readonly title?: string;
  /** Links to other widgets; none where it is missing. */
  readonly links?: readonly LinkInfo[];
  /** Grows whenever the description changes. */
  readonly revision: number;
}

/** A link, the same at all its ends: its name, and what pages move together. */
export interface LinkInfo {
  readonly id: string;
  readonly names: readonly (keyof Moved)[];
}

/** What Python and a hand or the clock on a page all move, by their Python names. */
export interface Moved {
  epoch: number;
  step: number | null;
  /** What lies outside a window is not shown; null is the whole axis. */
  epoch_window: Interval | null;
  step_window: Interval | null;
  show: Show;
  view: View;
  playing: boolean;
  color_by: string;
  /** Epochs a second. */
  speed: number;
  /** Whether time starts over at the end, or stops there. */
  loop: boolean;
  direction: Direction;
  depth: Depth;
  unit_rule: UnitRule;
  hidden_units: number[];
  filters: Filters;
  color_limits: ColorLimits;
  /** Sizes in CSS pixels and opacity; null where they follow from how many points are shown. */
  point_size: number | null;
  opacity: number | null;
  line_width: number | null;
  /** How fast lines and trails fade with age, from 0 (not at all) to 1 (at once). */
  fade: number;
  /** Height of the canvas in CSS pixels. */
  height: number;
}

/**
 * The last move of each thing: the count of all moves by then, the value, and the page that made it
 * ("" for Python).
 */
export type Told = { readonly [K in keyof Moved]?: readonly [moment: number, value: Moved[K], by: string] };

/**
 * A move that took linked sessions of its page along: its place among all such moves there, and
 * who has made it.
 */
export interface Joint {
  readonly at: number;
  readonly pages: readonly string[];
}

/** The last move of each thing here, where others made it with this session. */
export type Joined = { readonly [K in keyof Moved]?: Joint };

/**
 * Where a page stands: its name, a count of such words, and up to which moment it knows all moves.
 * What it only went along with, since a linked widget was moved on this page, is left out.
 */
export interface PageWord extends Partial<Moved> {
  readonly page: string;
  readonly word: number;
  readonly seen: number;
  readonly joined?: Joined;
}

/** The synced traits, by their Python names. */
export interface Traits extends Moved {
  _meta: Meta;
  _told: Told;
  _page: Partial<PageWord>;
}

export type FromKernel =
  /** Buffer 0: float32 positions, count × T × H × 3, of the epochs first … first + count - 1. */
  | { kind: "frames"; seq: number; generation: string; first: number; count: number }
  /** Buffer 0: float32 values of a channel from `offset` on, out of `total`. */
  | { kind: "channel"; seq: number; generation: string; name: string; revision: number; offset: number; total: number }
  /**
   * Buffer 0: the selected points, buffer 1: the points that were offered to the operations since
   * the last replace (the rule that promotes units counts among these). Bit i % 8 (least significant
   * first) of byte i >> 3 is point i. `done` holds the ids of the browser's operations it includes.
   */
  | {
      kind: "selection";
      seq: number;
      generation: string;
      revision: number;
      done: string[];
      units: number[];
      can_undo: boolean;
      can_redo: boolean;
    }
  /**
   * Buffer 0: float32 activity of a unit through the steps of an epoch, over the samples that take
   * part in each: mean, standard deviation, then the mean of each of the classes; NaN for none.
   */
  | { kind: "trace"; seq: number; generation: string; epoch: number; unit: number; classes: string[] }
  /** All groups, in their order. */
  | { kind: "groups"; seq: number; generation: string; revision: number; groups: GroupEntry[] }
  /** Buffer 0: the points of the group that `question` was about, as the bits of a selection. */
  | { kind: "group"; seq: number; question: string }
  /**
   * Buffer 0: float32 mean and standard deviation over units by step, of the units that `question`
   * was about, then of the rest; NaN where there are none.
   */
  | { kind: "means"; seq: number; question: string }
  | ({ kind: "ablation"; seq: number; generation: string } & Ablation)
  /** Where things stand. `heard` has the last word and the last hello of each page. */
  | {
      kind: "told";
      seq: number;
      told: Told;
      heard: Record<string, [word: number, hello: number]>;
      meta: number;
      selection: number;
    }
  | { kind: "meta"; seq: number; meta: Meta }
  | { kind: "error"; seq: number; message: string };

/** What was visible when something was done. */
export interface WindowRecord {
  readonly view: View;
  readonly show: Show;
  readonly epoch: number;
  readonly step: number | null;
  readonly epoch_window: Interval | null;
  readonly step_window: Interval | null;
  readonly hidden_units: readonly number[];
  /** The kernel puts the points in their place that they hide now: channels may change. */
  readonly filters: Filters;
}

/** What a lasso or a rectangle was drawn on: enough to repeat it without a browser. */
export interface PolygonRecord extends WindowRecord {
  readonly op: "polygon";
  readonly tool: "lasso" | "rectangle";
  readonly combine: Combine;
  /** CSS pixels from the canvas's top left. */
  readonly polygon: readonly (readonly [number, number])[];
  readonly depth: Depth;
  readonly rule: UnitRule;
}

/**
 * Who did something: the operation's id, the page, its operations before that wait for an answer,
 * up to which moment it knew all moves, its last word before, and what others did with it. It is
 * repeated until an answer
 * names its id; the kernel goes where it was done only if no later word of the page has arrived.
 */
interface Sender {
  readonly id: string;
  readonly page: string;
  readonly after: readonly string[];
  readonly seen: number;
  readonly word: number;
  readonly joined?: Joined;
}

export type Operated =
  /**
   * Buffer 0: bitmask of the points inside the polygon (before combining). The kernel finds them
   * itself where `complete` is false: some of the epochs shown had not arrived here.
   */
  | (Sender & { kind: "polygon"; complete: boolean; record: PolygonRecord })
  /** All points of units that were clicked or looked up. */
  | (Sender & { kind: "units"; combine: Combine; units: readonly number[] })
  /** The visible points with some values of a channel. */
  | (Sender & { kind: "where"; channel: string; where: Where; combine: Combine; window: WindowRecord })
  /** The selection and its `k` nearest neighbors among what is visible. */
  | (Sender & { kind: "grow"; k: number; window: WindowRecord })
  /** What is done with a group: `value` is a color (or ""), a way to combine, or a new name. */
  | (Sender & { kind: "group"; deed: Deed; name: string; value: string })
  /** `window`: what an "invert" is to invert, since traits may arrive after this message. */
  | (Sender & { kind: "command"; name: Command; window: WindowRecord });

export type ToKernel =
  /**
   * What this page has and where it stands; the kernel sends the rest and says where things stand.
   * `frames` lists [first, count] runs of whole epochs, `number` counts the page's hellos.
   */
  | {
      kind: "hello";
      /** Names this page and this model's session on it. */
      page: string;
      generation: string;
      frames: [number, number][];
      channels: Record<string, number>;
      selection: number;
      meta: number;
      number: number;
      word: PageWord;
    }
  | { kind: "ack"; seq: number }
  /**
   * The last view here has been gone for a while, and the values with it; or the page goes (`going`),
   * and another may ask for the same in a moment, if it goes because it is reloaded.
   */
  | { kind: "rest"; page: string; going: boolean }
  /** A unit's activity at an epoch would be shown here; answered by "trace", or not at all. */
  | { kind: "ask_trace"; generation: string; epoch: number; unit: number }
  /** The mean activity of units at an epoch and of the rest; answered by "means", or not at all. */
  | { kind: "ask_means"; generation: string; question: string; epoch: number; units: readonly number[] }
  /** The points of a group; answered by "group" while there is one of this name. */
  | { kind: "ask_group"; generation: string; question: string; name: string }
  /** A channel that is counted here, though nothing is colored by it; answered by "channel". */
  | { kind: "ask_channel"; generation: string; name: string }
  /** What is lost without the selection; answered by "ablation", now and when it is known. */
  | { kind: "ask_ablation"; generation: string }
  | Operated;

export type Command = "undo" | "redo" | "clear" | "invert";
export type Deed = "save" | "select" | "rename" | "recolor" | "remove";
