// Hosts differ in what a buffer is when it arrives and in what they let through. Each kind of host
// hands over the same run; what is loaded, seen, selected and sent back must be the same in all.

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createOfflineKernel } from "../../src/offline/kernel";
import { unpackAll } from "../../src/offline/unpacked";
import { bitIds } from "../../src/protocol/bitmask";
import type { FromKernel, ToKernel } from "../../src/protocol/messages";
import type { OfflineData, OfflineNow } from "../../src/protocol/offline";
import { createSession } from "../../src/state/create-session";
import type { WidgetModel } from "../../src/state/model";
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
  "Colab: base64": base64,
};

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

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

describe("a message to the kernel", () => {
  it("stays under a megabyte as text at five million points: what Colab lets through", () => {
    const model = createFakeModel({ _meta: { ...META, shape: [100, 100, 500] } });
    const session = createSession(model, { ticker: { request: () => 0, cancel: () => undefined } });
    session.actions.selectPolygon(WHOLE, "lasso", "replace");
    session.actions.selectUnits(
      Array.from({ length: 500 }, (_, unit) => unit),
      "add",
    );
    session.actions.command("invert");
    const sizes = model.log.flatMap((entry) => {
      if (!("content" in entry)) return [JSON.stringify(entry.saved).length];
      const bits = entry.buffers.reduce((sum, { byteLength }) => sum + 4 * Math.ceil(byteLength / 3), 0);
      return [JSON.stringify(entry.content).length + bits];
    });
    expect(model.sent("polygon")).toHaveLength(1);
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
    session.dispose();
  });
});

/** How often a message is lost, in either direction, and whether a cell runs in the kernel's only thread. */
interface Strictness {
  readonly lost: () => boolean;
  busy: boolean;
}

/**
 * A host between page and kernel: text for bytes, a largest size, messages that get lost, and a kernel
 * without subshells, which hears nothing until its cell ends. Its kernel does each operation once.
 */
function strictHost(model: WidgetModel, strict: Strictness): WidgetModel & { endCell(): void } {
  const waiting: (() => void)[] = [];
  const done: string[] = [];
  const ends = new Map<unknown, (...args: never[]) => void>();
  let last: readonly [FromKernel, readonly unknown[]] | undefined;
  let again: (content: unknown, buffers: readonly unknown[]) => void = () => undefined;
  const hear = (act: () => void) => {
    if (strict.busy) waiting.push(act);
    else act();
  };
  const take = (message: ToKernel) => {
    if (!("after" in message)) model.send(message);
    else if (done.includes(message.id)) last !== undefined && again(...last);
    else if (message.after.every((id) => done.includes(id))) {
      done.push(message.id);
      model.send(message);
    }
  };
  return {
    get: (name) => model.get(name),
    set: (name, value) => model.set(name, value),
    save_changes: () => hear(() => strict.lost() || model.save_changes()),
    send(content, _, buffers = []) {
      const size = buffers.reduce((sum, { byteLength }) => sum + byteLength, JSON.stringify(content).length);
      if (size > MOST_BYTES) throw new Error("the connection was closed");
      if (!strict.lost()) hear(() => take(content as ToKernel));
    },
    on(event, handler) {
      if (event !== "msg:custom") return model.on(event, handler);
      const receive = handler as unknown as typeof again;
      again = (content, buffers) => {
        const message = content as FromKernel;
        const text = buffers.map((buffer) => base64(new Uint8Array(buffer as ArrayBuffer)));
        const told = message.kind === "selection" ? { ...message, done: [...done] } : message;
        if (message.kind === "selection") last = [message, buffers];
        if (!strict.lost()) receive(told, text);
      };
      ends.set(handler, again as (...args: never[]) => void);
      model.on(event, again as (...args: never[]) => void);
    },
    off: (event, handler) => model.off(event, ends.get(handler) ?? handler),
    endCell() {
      strict.busy = false;
      for (const act of waiting.splice(0)) act();
    },
  };
}

describe("a host that imposes all at once", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([1, 2, 3, 4, 5])("leaves page and kernel of one mind (%i)", async (seed) => {
    const golden = JSON.parse(readFileSync(new URL("../../../tests/golden/offline.json", import.meta.url), "utf8")) as {
      data: OfflineData;
      now: OfflineNow;
    };
    const kept = await unpackAll(golden.data, golden.now);
    const { model, keeper } = createOfflineKernel(kept);
    let state = seed * 7919;
    const random = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    let share = 0.4;
    const strict: Strictness = { lost: () => random() < share, busy: true };
    const host = strictHost(model, strict);
    const session = createSession(host, { ticker: { request: () => 0, cancel: () => undefined } });
    session.attachView();
    const { store, actions, data } = session;
    // A cell runs for two minutes: nothing is heard, and what is done here is shown at once.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.get("loaded")).toBe(0);
    actions.selectUnits([0, 2], "replace");
    expect(store.get("selection")).toMatchObject({ units: [0, 2], pending: true });
    await vi.advanceTimersByTimeAsync(60_000);
    host.endCell();
    await vi.advanceTimersByTimeAsync(120_000);
    // Then the kernel is free, and the host goes on losing two of five messages.
    for (let turn = 0; turn < 12; turn++) {
      const [x, y] = [100 + 600 * random(), 100 + 400 * random()];
      actions.seek(turn % 3);
      actions.selectPolygon(
        [
          [0, 0],
          [x, 0],
          [x, y],
          [0, y],
        ],
        "lasso",
        turn % 2 ? "subtract" : "add",
      );
      if (turn % 5 === 4) actions.command("undo");
      await vi.advanceTimersByTimeAsync(5_000 * random());
    }
    actions.selectUnits([1], "add");
    share = 0;
    await vi.advanceTimersByTimeAsync(200_000);
    expect(store.get("selection").pending).toBe(false);
    expect(store.get("notice")).toBeUndefined();
    expect(data.hasAllEpochs()).toBe(true);
    expect([...data.positions()]).toEqual([...kept.positions]);
    const selected = [...bitIds(store.get("selection").mask)];
    expect(selected.length).toBeGreaterThan(0);
    expect(JSON.parse(keeper.describe()).points).toEqual(selected);
    session.dispose();
  });
});
