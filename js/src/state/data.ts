// The bulk: positions and channel values as they arrive, in arrays that are filled in place. What
// belongs to another generation of coordinates is refused.

import { pointCount, pointPosition, type Shape } from "../geometry/points";
import type { Incoming } from "../protocol/decode";
import type { ChannelInfo, Meta } from "../protocol/messages";
import type { Data } from "./session";

type Frames = Extract<Incoming, { kind: "frames" }>;
type ChannelChunk = Extract<Incoming, { kind: "channel" }>;

export interface OwnedData extends Data {
  /** Starts afresh when the generation or the shape differ; tells whether it did. */
  accept(meta: Meta): boolean;
  /** False when the frames are stale. */
  putFrames(frames: Frames): boolean;
  putChannel(chunk: ChannelChunk): boolean;
  /** Forgets all values, and refuses others until `resume`. */
  release(): void;
  resume(): void;
  readonly released: boolean;
  readonly loaded: number;
  /** [first, count] runs of whole epochs that are here. */
  runs(): [number, number][];
  /** Revisions of the channels that are here whole. */
  revisions(): Record<string, number>;
}

interface Stored {
  readonly revision: number;
  readonly values: Float32Array;
  received: number;
}

export function createData(first: Meta): OwnedData {
  let meta = first;
  let shape: Shape = first.shape;
  let positions = new Float32Array(0);
  let here = new Uint8Array(0);
  let channels = new Map<string, Stored>();
  let released = false;

  const reset = () => {
    shape = meta.shape;
    positions = new Float32Array(pointCount(shape) * 3).fill(Number.NaN);
    here = new Uint8Array(shape[0]);
    channels = new Map();
  };
  reset();

  const infoOf = (name: string): ChannelInfo | undefined => meta.channels.find((info) => info.name === name);
  const sizeOf = (info: ChannelInfo) => info.axes.reduce((size, axis) => size * lengthOf(shape, axis), 1);

  const channel = (name: string) => {
    const info = infoOf(name);
    const stored = channels.get(name);
    if (info === undefined || stored === undefined || stored.values.length !== sizeOf(info)) return undefined;
    return { info, values: stored.values };
  };

  return {
    accept(next) {
      const fresh = next.generation !== meta.generation || next.shape.some((n, axis) => n !== shape[axis]);
      meta = next;
      if (fresh && !released) reset();
      return fresh;
    },
    putFrames({ generation, first: start, count, positions: values }) {
      const perEpoch = shape[1] * shape[2] * 3;
      if (released || generation !== meta.generation) return false;
      if (start < 0 || start + count > shape[0] || values.length !== count * perEpoch) {
        throw new RangeError(`frames ${start} + ${count} do not fit ${shape.join(" × ")} points`);
      }
      positions.set(values, start * perEpoch);
      here.fill(1, start, start + count);
      return true;
    },
    putChannel({ generation, name, revision, offset, total, values }) {
      if (released || generation !== meta.generation) return false;
      let stored = channels.get(name);
      if (stored !== undefined && stored.revision > revision) return false;
      if (stored === undefined || stored.revision !== revision || stored.values.length !== total) {
        stored = { revision, values: new Float32Array(total).fill(Number.NaN), received: 0 };
        channels.set(name, stored);
      }
      if (offset < 0 || offset + values.length > total) throw new RangeError(`channel ${name} overflows at ${offset}`);
      stored.values.set(values, offset);
      stored.received = Math.max(stored.received, offset + values.length);
      return true;
    },
    release() {
      released = true;
      positions = new Float32Array(0);
      here = new Uint8Array(0);
      channels = new Map();
    },
    resume() {
      released = false;
      reset();
    },
    get released() {
      return released;
    },
    positions: () => positions,
    hasEpoch: (epoch) => here[epoch] === 1,
    hasAllEpochs: () => here.every((epoch) => epoch === 1),
    channel,
    channelValue(name, id) {
      const found = channel(name);
      if (found === undefined) return Number.NaN;
      return found.values[valueIndex(found.info, shape, id)] ?? Number.NaN;
    },
    get loaded() {
      return here.reduce((sum, one) => sum + one, 0);
    },
    runs: () => runsOf(here),
    revisions() {
      const whole = [...channels].filter(([, stored]) => stored.received === stored.values.length);
      return Object.fromEntries(whole.map(([name, stored]) => [name, stored.revision]));
    },
  };
}

function lengthOf(shape: Shape, axis: ChannelInfo["axes"][number]): number {
  return axis === "epoch" ? shape[0] : axis === "step" ? shape[1] : shape[2];
}

/** Where a point's value lies in a channel that may lack axes. */
function valueIndex(info: ChannelInfo, shape: Shape, id: number): number {
  const position = pointPosition(shape, id);
  return info.axes.reduce((index, axis) => index * lengthOf(shape, axis) + position[axis], 0);
}

function runsOf(here: Uint8Array): [number, number][] {
  const runs: [number, number][] = [];
  for (let epoch = 0; epoch < here.length; epoch++) {
    if (here[epoch] !== 1) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === epoch) last[1]++;
    else runs.push([epoch, 1]);
  }
  return runs;
}
