// Hosts differ in what a buffer is when it arrives and in what they let through. Each kind of host
// hands over the same run; what is loaded, seen, selected and sent back must be the same in all.

import { describe, expect, it } from "vitest";
import { bitIds } from "../../src/protocol/bitmask";
import { createSession } from "../../src/state/create-session";
import { createFakeModel, META } from "./fake-model";

/** What a message may hold: servers close a socket at 10 MiB, ours stay well below. */
const MOST_BYTES = 4_000_000;
const WHOLE = [
  [0, 0],
  [800, 0],
  [800, 600],
  [0, 600],
] as const;

/** Behind other bytes of one larger message, where float32 cannot be read in place. */
function inside(bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(bytes.length + 7).fill(255);
  message.set(bytes, 3);
  return message.subarray(3, 3 + bytes.length);
}

const HOSTS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  "JupyterLab: a DataView into the message": (bytes) => {
    const { buffer, byteOffset, byteLength } = inside(bytes);
    return new DataView(buffer, byteOffset, byteLength);
  },
  "Notebook 7 and marimo: an ArrayBuffer": (bytes) => bytes.slice().buffer,
  "VS Code: a byte view": inside,
  "Colab: base64": (bytes) => btoa(String.fromCharCode(...bytes)),
};

function bytesOf(values: Float32Array | Uint8Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function run(host: (bytes: Uint8Array) => unknown) {
  const model = createFakeModel();
  const session = createSession(model, { ticker: { request: () => 0, cancel: () => undefined } });
  session.attachView();
  const positions = Float32Array.from({ length: 4 * 18 }, (_, i) => Math.sin(i));
  const frames = { kind: "frames", seq: 1, generation: "g1", first: 0, count: 4 };
  model.message(frames, [host(bytesOf(positions))]);
  const channel = { kind: "channel", seq: 2, generation: "g1", name: "unit", revision: 1, offset: 0, total: 3 };
  model.message(channel, [host(bytesOf(Float32Array.of(0, 1, 2)))]);
  const { store, actions, data } = session;
  actions.selectPolygon(WHOLE, "lasso", "replace");
  const drawn = [...bitIds(store.get("selection").mask)];
  const mask = Uint8Array.of(0b101, 0, 0);
  const done = model.sent("polygon").map(({ id }) => id);
  const answer = { kind: "selection", seq: 3, generation: "g1", revision: 9, done, units: [] };
  model.message({ ...answer, can_undo: true, can_redo: false }, [host(mask), host(new Uint8Array(3).fill(255))]);
  const sent = model.log.flatMap((entry) => ("content" in entry ? [entry] : []));
  session.dispose();
  return {
    loaded: store.get("loaded"),
    positions: [...data.positions()],
    values: [...(data.channel("unit")?.values ?? [])],
    drawn,
    told: [...bitIds(store.get("selection").mask)],
    notice: store.get("notice"),
    sent,
  };
}

describe.each(Object.entries(HOSTS))("%s", (_, host) => {
  const found = run(host);
  const { sent } = found;

  it("loads and selects the same", () => {
    expect(found.loaded).toBe(META.shape[0]);
    expect(found.positions).toEqual(Array.from({ length: 72 }, (_, i) => Math.fround(Math.sin(i))));
    expect(found.values).toEqual([0, 1, 2]);
    expect(found.drawn.length).toBeGreaterThan(0);
    expect(found.told).toEqual([0, 2]);
    expect(found.notice).toBeUndefined();
  });

  it("sends buffers that hold nothing but what is meant, in small messages", () => {
    const polygons = sent.filter(({ content }) => content.kind === "polygon");
    expect(polygons).toHaveLength(1);
    for (const { content, buffers } of sent) {
      for (const buffer of buffers) expect(buffer).toBeInstanceOf(ArrayBuffer);
      const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, JSON.stringify(content).length);
      expect(bytes).toBeLessThan(MOST_BYTES);
    }
    expect(polygons[0]?.buffers.map(({ byteLength }) => byteLength)).toEqual([3]);
  });
});
