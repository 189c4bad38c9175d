// The codec must read the same numbers whatever a host hands over and however it lies in memory.

import { describe, expect, it } from "vitest";
import { ownBuffer, toBytes, toFloat32 } from "../../src/protocol/buffers";
import { decode, sequenceOf } from "../../src/protocol/decode";
import { encode } from "../../src/protocol/encode";

const VALUES = [1.5, -2.25, 0, 3e-5, 1e30, 7];

function bytesOf(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** The same bytes at an offset inside a larger buffer, with other bytes around them. */
function embedded(bytes: Uint8Array, offset: number): Uint8Array {
  const large = new Uint8Array(bytes.length + offset + 9).fill(0xaa);
  large.set(bytes, offset);
  return large.subarray(offset, offset + bytes.length);
}

const HOSTS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  "an ArrayBuffer": (bytes) => bytes.slice().buffer,
  "a Uint8Array": (bytes) => bytes,
  "a DataView at an aligned offset": (bytes) => {
    const view = embedded(bytes, 8);
    return new DataView(view.buffer, view.byteOffset, view.byteLength);
  },
  "a DataView at an odd offset": (bytes) => {
    const view = embedded(bytes, 3);
    return new DataView(view.buffer, view.byteOffset, view.byteLength);
  },
  "a Float32Array view": (bytes) => {
    const view = embedded(bytes, 4);
    return new Float32Array(view.buffer, view.byteOffset, view.byteLength / 4);
  },
  base64: (bytes) => btoa(String.fromCharCode(...bytes)),
};

describe("buffers", () => {
  it.each(Object.entries(HOSTS))("reads float32 from %s", (_, wrap) => {
    expect([...toFloat32(wrap(bytesOf(VALUES)))]).toEqual([...Float32Array.from(VALUES)]);
  });

  it("does not copy what is aligned", () => {
    const view = embedded(bytesOf(VALUES), 8);
    expect(toFloat32(view).buffer).toBe(view.buffer);
  });

  it("refuses what is no buffer or no whole words", () => {
    expect(() => toBytes(12)).toThrow(/an ArrayBuffer, a view or base64, got number/);
    expect(() => toFloat32(new Uint8Array(7))).toThrow(/whole words, got 7 bytes/);
  });

  it("sends a view's own bytes and no more", () => {
    const own = ownBuffer(embedded(bytesOf(VALUES), 12));
    expect(own.byteLength).toBe(4 * VALUES.length);
    expect([...new Float32Array(own)]).toEqual([...Float32Array.from(VALUES)]);
  });
});

describe("decode", () => {
  it("reads frames", () => {
    const header = { kind: "frames", seq: 3, generation: "g", first: 2, count: 1 };
    const message = decode(header, [embedded(bytesOf(VALUES), 5)]);
    expect(message).toEqual({ ...header, positions: Float32Array.from(VALUES) });
  });

  it("reads a channel", () => {
    const header = { kind: "channel", seq: 1, generation: "g", name: "unit", revision: 2, offset: 4, total: 10 };
    expect(decode(header, [bytesOf(VALUES)])).toEqual({ ...header, values: Float32Array.from(VALUES) });
  });

  it("reads a selection into arrays of its own", () => {
    const header = { kind: "selection", seq: 9, generation: "g", revision: 4, done: ["a"], units: [0, 2] };
    const mask = embedded(Uint8Array.of(1, 2), 1);
    const message = decode({ ...header, can_undo: true, can_redo: false }, [mask, Uint8Array.of(255, 3)]);
    expect(message).toMatchObject({ ...header, mask: Uint8Array.of(1, 2), domain: Uint8Array.of(255, 3) });
    mask.fill(0);
    expect(message).toMatchObject({ can_undo: true, can_redo: false, mask: Uint8Array.of(1, 2) });
  });

  it("reads an error", () => {
    expect(decode({ kind: "error", seq: 1, message: "no" }, [])).toEqual({ kind: "error", seq: 1, message: "no" });
  });

  it.each([
    [{ kind: "frames", seq: 1.5, generation: "g", first: 0, count: 1 }, [], /`seq` must be an integer, got 1.5/],
    [{ kind: "frames", seq: 1, generation: "g", first: 0, count: 1 }, [], /buffer 0 is missing, got 0/],
    [{ kind: "frames", seq: 1, generation: 2, first: 0, count: 1 }, ["AAAA"], /float32|string/],
    [
      { kind: "selection", seq: 1, generation: "g", revision: 1, done: 3, units: [] },
      ["", ""],
      /`done` must be a list/,
    ],
    [{ kind: "hail", seq: 1 }, [], /`kind` must be one this page knows, got "hail"/],
    [null, [], /a message must be an object/],
  ])("refuses %j", (content, buffers, message) => {
    expect(() => decode(content, buffers)).toThrow(message);
  });

  it("finds the number of a message that it cannot read", () => {
    expect(sequenceOf({ kind: "hail", seq: 0 })).toBe(0);
    expect(sequenceOf({ kind: "hail" })).toBeUndefined();
    expect(sequenceOf("hail")).toBeUndefined();
  });
});

describe("encode", () => {
  it("gives every payload a buffer of its own", () => {
    const mask = embedded(Uint8Array.of(1, 2, 3), 7);
    const { content, buffers } = encode({ kind: "ack", seq: 0 }, mask);
    expect(content).toEqual({ kind: "ack", seq: 0 });
    expect(buffers.map((buffer) => [...new Uint8Array(buffer)])).toEqual([[1, 2, 3]]);
  });
});
