// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import load from "../src/loader";

type Handler = (...message: unknown[]) => void;

/** Counts how often it is evaluated, and tells what it was opened with. */
const CODE = `
globalThis.evaluated = (globalThis.evaluated ?? 0) + 1;
export const open = (model, missed, live) => {
  globalThis.live = live;
  model.on("msg:custom", () => undefined);
  return {
    render: (el) => { el.textContent = JSON.stringify(missed); return () => { el.textContent = "removed"; }; },
    dispose: () => { globalThis.disposed = true; },
  };
};`;

const page = globalThis as { evaluated?: number; disposed?: boolean; live?: boolean };

function createModel(getModel: (id: string) => Promise<unknown>) {
  const handlers = new Set<Handler>();
  return {
    get: (name: string) => (name === "_bundle" ? "IPY_MODEL_abc" : undefined),
    set: vi.fn(),
    save_changes: vi.fn(),
    send: vi.fn(),
    on: (_: string, handler: Handler) => void handlers.add(handler),
    off: (_: string, handler: Handler) => void handlers.delete(handler),
    say: (...message: unknown[]) => {
      for (const handler of handlers) handler(...message);
    },
    handlers,
    widget_manager: { get_model: vi.fn(getModel) as never },
  };
}

const bundle = (digest: string, code = CODE) => ({
  get: (name: string) => ({ digest, code })[name as "digest" | "code"],
});

beforeEach(() => {
  // Node imports no blob: the same code as a data URL.
  vi.spyOn(URL, "createObjectURL").mockImplementation(
    () => `data:text/javascript,${encodeURIComponent(CODE)}//${Math.random()}`,
  );
  vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => undefined);
  page.evaluated = 0;
  page.disposed = false;
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("loader", () => {
  it("keeps what the kernel says until the front end is there, then steps aside", async () => {
    let arrive: (model: unknown) => void = () => undefined;
    const model = createModel(() => new Promise((resolve) => (arrive = resolve)));
    const widget = load();
    const release = widget.initialize({ model } as never);
    model.say({ kind: "frames", seq: 1 }, []);
    model.say({ kind: "channel", seq: 2 }, []);
    arrive(bundle("kept"));
    const el = document.createElement("div");
    const remove = await widget.render({ el });
    expect(JSON.parse(el.textContent ?? "")).toEqual([
      [{ kind: "frames", seq: 1 }, []],
      [{ kind: "channel", seq: 2 }, []],
    ]);
    expect(model.handlers.size).toBe(1);
    remove?.();
    expect(el.textContent).toBe("removed");
    release();
    await vi.waitFor(() => expect(page.disposed).toBe(true));
  });

  it("makes one module a page of the same front end, another of another", async () => {
    for (const digest of ["one", "one", "one", "other"]) {
      const widget = load();
      widget.initialize({ model: createModel(async () => bundle(digest)) } as never);
      await widget.render({ el: document.createElement("div") });
    }
    expect(page.evaluated).toBe(2);
  });

  it("says whether a kernel is behind the model, as its host knows", async () => {
    for (const comm_live of [true, false, undefined]) {
      const widget = load();
      widget.initialize({ model: createModel(async () => ({ ...bundle("live"), comm_live })) } as never);
      await widget.render({ el: document.createElement("div") });
      expect(page.live).toBe(comm_live ?? true);
    }
  });

  it("waits for a bundle that the page has not made yet", async () => {
    vi.useFakeTimers();
    let tries = 0;
    const model = createModel(async () => {
      if (++tries < 4) throw new Error("widget model not found");
      return bundle("late");
    });
    const widget = load();
    widget.initialize({ model } as never);
    await vi.advanceTimersByTimeAsync(1000);
    vi.useRealTimers();
    const el = document.createElement("div");
    await widget.render({ el });
    expect(el.textContent).toBe("[]");
  });

  it("fails without a word where nobody looks, and keeps no messages", async () => {
    vi.useFakeTimers();
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const model = createModel(() => Promise.reject(new Error("widget model not found")));
    load().initialize({ model } as never);
    model.say({ kind: "frames", seq: 1 }, []);
    await vi.advanceTimersByTimeAsync(11_000);
    vi.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", unhandled);
    expect([model.handlers.size, unhandled.mock.calls.length]).toEqual([0, 0]);
  });

  it("says in the cell that it could not be loaded", async () => {
    vi.useFakeTimers();
    const widget = load();
    const model = createModel(() => Promise.reject(new Error("widget model not found")));
    widget.initialize({ model } as never);
    const el = document.createElement("div");
    const drawn = expect(widget.render({ el })).rejects.toThrow("not found");
    await vi.advanceTimersByTimeAsync(11_000);
    await drawn;
    expect(model.handlers.size).toBe(0);
    expect(el.textContent).toMatch(/could not be loaded .*not found.* Run the cell again/);
  });
});
