// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Keeper } from "../../src/state/keeper";
import { createKeptBar } from "../../src/ui/kept-bar";
import { createFakeSession, NOTHING } from "./fake-session";
import { findAll, get, nameOf, press } from "./roles";

function createFakeKeeper(): Keeper & { readonly calls: string[] } {
  const calls: string[] = [];
  const groups = [{ name: "<i>early</i>", units: 2, points: 12 }];
  const listeners = new Set<() => void>();
  return {
    calls,
    groups: () => groups,
    select: (name) => void calls.push(`select ${name}`),
    add(name) {
      calls.push(`add ${name}`);
      groups.push({ name, units: 1, points: 3 });
      for (const listener of listeners) listener();
    },
    describe: () => '{"points":[1]}',
    onGroups(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function setup() {
  const session = createFakeSession();
  const keeper = createFakeKeeper();
  const bar = createKeptBar(session, keeper);
  document.body.append(bar.element);
  const said = () => findAll(bar.element, "status")[0]?.textContent;
  const field = bar.element.querySelector("input") as HTMLInputElement;
  return { session, keeper, bar, said, field };
}

afterEach(() => {
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

describe("createKeptBar", () => {
  it("lists groups by name, as text, and selects them", () => {
    const { keeper, bar, said } = setup();
    const button = get(bar.element, "button", "<i>early</i>");
    expect(bar.element.querySelector("i")).toBeNull();
    expect(button.title).toBe("Select 2 units, 12 points");
    button.click();
    expect([keeper.calls, said()]).toEqual([["select <i>early</i>"], "Group <i>early</i> selected"]);
  });

  it("names what is selected, by button or Enter, and nothing else", () => {
    const { session, keeper, bar, field } = setup();
    const add = get(bar.element, "button", "Add group");
    field.value = "late";
    press(field, "Enter");
    expect([keeper.calls, add.getAttribute("aria-disabled")]).toEqual([[], "true"]);
    session.store.set({ selection: { ...NOTHING, count: 3 } });
    press(field, "Enter");
    field.value = " later ";
    field.dispatchEvent(new Event("input"));
    add.click();
    expect(keeper.calls).toEqual(["add late", "add later"]);
    expect(findAll(bar.element, "button").map(nameOf).slice(0, 3)).toEqual(["<i>early</i>", "late", "later"]);
    expect(field.value).toBe("");
  });

  it("copies, and saves a file", async () => {
    const { bar, said } = setup();
    const written: string[] = [];
    vi.stubGlobal("navigator", { clipboard: { writeText: async (text: string) => void written.push(text) } });
    get(bar.element, "button", "Copy selection").click();
    await vi.waitFor(() => expect(said()).toBe("Copied"));
    expect(written).toEqual(['{"points":[1]}']);
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    get(bar.element, "button", "Save selection").click();
    expect([clicked.mock.calls.length, said()]).toEqual([1, "mmphate-selection.json saved"]);
    vi.unstubAllGlobals();
  });

  it("leaves no listener behind", () => {
    const { session, bar } = setup();
    expect(session.store.listeners).toBeGreaterThan(0);
    bar.dispose();
    expect(session.store.listeners).toBe(0);
  });
});
