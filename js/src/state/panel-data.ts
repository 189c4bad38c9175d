// What the panel asks the kernel for: the mean activity of the selected units and of the rest, the
// points of groups, and channels that are counted though nothing is colored by them.

import { pointCount } from "../geometry/points";
import type { Incoming } from "../protocol/decode";
import type { ToKernel } from "../protocol/messages";
import { infoOf } from "./coloring";
import type { OwnedData } from "./data";
import { createAsking, createQuestions, type Questions } from "./questions";
import type { Store } from "./session";

export interface MeansQuestion {
  readonly epoch: number;
  readonly units: readonly number[];
}

/** By step, over the units: NaN where there are none or no sample takes part. */
export interface Means {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

export interface MeansOfParts {
  readonly chosen: Means;
  readonly rest: Means;
}

export interface GroupQuestion {
  readonly name: string;
  /** Of the list of groups: what a name stands for may change. */
  readonly revision: number;
}

type Answer = Extract<Incoming, { kind: "means" | "group" }>;

/** Answers that are kept: as many selections and epochs as one goes back and forth between. */
const MOST_MEANS = 64;
/** Of half a million points, some two megabytes. */
const MOST_GROUPS = 32;

export interface PanelData {
  readonly means: Pick<Questions<MeansQuestion, MeansOfParts>, "get" | "want">;
  readonly groups: Pick<Questions<GroupQuestion, Uint8Array>, "get" | "want">;
  /** Channels that `owner` counts, by name; they arrive as any channel does. */
  wantChannels(owner: object, names: readonly string[]): void;
  /** Whether all of a channel's values are here. */
  hasChannel(name: string): boolean;
}

export interface OwnedPanelData extends PanelData {
  /** Takes an answer; false where nobody asked. */
  put(answer: Answer): boolean;
  /** A channel has arrived, in whole or in part. */
  channelArrived(): void;
  forget(): void;
  dispose(): void;
}

export function createPanelData(store: Store, data: OwnedData, send: (message: ToKernel) => void): OwnedPanelData {
  const generation = () => store.get("meta").generation;
  const means = createQuestions<MeansQuestion, MeansOfParts>({
    ask: ({ epoch, units }, question) => send({ kind: "ask_means", generation: generation(), question, epoch, units }),
    keyOf: ({ epoch, units }) => `${epoch}/${units.join(",")}`,
    most: MOST_MEANS,
  });
  const groups = createQuestions<GroupQuestion, Uint8Array>({
    ask: ({ name }, question) => send({ kind: "ask_group", generation: generation(), question, name }),
    keyOf: ({ name, revision }) => `${revision}/${name}`,
    most: MOST_GROUPS,
  });
  const hasChannel = (name: string) => {
    const info = infoOf(store, name);
    return info !== undefined && data.revisions()[name] === info.revision;
  };
  const channels = createAsking<string>({
    ask: (name) => send({ kind: "ask_channel", generation: generation(), name }),
    has: (name) => data.released || infoOf(store, name) === undefined || hasChannel(name),
  });
  return {
    means,
    groups,
    wantChannels: channels.want,
    hasChannel,
    put(answer) {
      const { shape } = store.get("meta");
      if (answer.kind === "means") return means.put(answer.question, partsOf(answer.rows, shape[1]));
      const bytes = (pointCount(shape) + 7) >> 3;
      if (answer.mask.length !== bytes) throw new RangeError(`a group has ${bytes} bytes, got ${answer.mask.length}`);
      return groups.put(answer.question, answer.mask);
    },
    channelArrived: channels.answered,
    forget() {
      means.forget();
      groups.forget();
    },
    dispose() {
      means.dispose();
      groups.dispose();
      channels.dispose();
    },
  };
}

function partsOf(rows: Float32Array, steps: number): MeansOfParts {
  if (rows.length !== 4 * steps) throw new RangeError(`means have ${4 * steps} values, got ${rows.length}`);
  const row = (index: number) => rows.slice(index * steps, (index + 1) * steps);
  return { chosen: { mean: row(0), deviation: row(1) }, rest: { mean: row(2), deviation: row(3) } };
}
