// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { createUnitList, ROW } from "../../src/ui/unit-list";
import { createFakeSession, type FakeSession, META, NOTHING } from "./fake-session";
import { findAll, get, press } from "./roles";

afterEach(() => document.body.replaceChildren());

function many(count: number): FakeSession {
  const units = Array.from({ length: count }, (_, i) => `rnn[${i}]`);
  const meta = { ...META, shape: [1, 1, count] as const, units, unit_layers: units.map(() => 0) };
  return createFakeSession({ meta });
}

function setUp(session: FakeSession = many(12)) {
  const list = createUnitList(session);
  document.body.append(list.element);
  const box = get(document.body, "listbox", "Units");
  const options = () => findAll(box, "option");
  const names = () => options().map((option) => option.querySelector(".mmp-unit-name")?.textContent);
  const click = (at: number, keys: MouseEventInit = {}) =>
    options()[at]?.firstElementChild?.dispatchEvent(new MouseEvent("click", { bubbles: true, ...keys }));
  const select = (...units: number[]) => session.store.set({ selection: { ...NOTHING, units, count: units.length } });
  const calls = () => session.calls.filter(([name]) => name === "selectUnits").map(([, ...rest]) => rest);
  const active = () => document.getElementById(box.getAttribute("aria-activedescendant") ?? "")?.textContent;
  return { session, list, box, options, names, click, select, calls, active };
}

describe("the list of units", () => {
  it("names every unit with its layer, says which are selected and how many there are", () => {
    const { options, select, box } = setUp(createFakeSession());
    select(1, 2);
    expect(options().map((option) => option.textContent)).toEqual([
      "gru.00 \u00b7 gru",
      "gru.11 \u00b7 gru",
      "out.02 \u00b7 out",
      "out.13 \u00b7 out",
    ]);
    expect(options().map((option) => option.getAttribute("aria-selected"))).toEqual(["false", "true", "true", "false"]);
    expect(options()[2]?.getAttribute("aria-posinset")).toBe("3");
    expect(options()[2]?.getAttribute("aria-setsize")).toBe("4");
    expect(box.getAttribute("aria-multiselectable")).toBe("true");
  });

  it("selects with a click, a range with Shift, one more or less with Ctrl", () => {
    const { click, select, calls } = setUp();
    click(3);
    click(6, { shiftKey: true });
    select(3, 4, 5, 6);
    click(5, { ctrlKey: true });
    select(3, 4, 6);
    click(9, { metaKey: true });
    click(7, { shiftKey: true, ctrlKey: true });
    expect(calls()).toEqual([
      [[3], "replace"],
      [[3, 4, 5, 6], "replace"],
      [[5], "subtract"],
      [[9], "add"],
      [[7, 8, 9], "add"],
    ]);
  });

  it("is moved in with arrows, and selected from by Space, Enter, Shift and Ctrl+A", () => {
    const { box, calls, active, select, options } = setUp();
    press(box, "ArrowDown");
    press(box, "ArrowDown");
    expect(active()).toContain("rnn[2]");
    expect(press(box, " ").defaultPrevented).toBe(true);
    select(2);
    press(box, " ");
    press(box, "ArrowDown", { shiftKey: true });
    press(box, "End", { shiftKey: true });
    const marked = () => options().filter((option) => option.getAttribute("aria-selected") === "true").length;
    expect([calls().length, marked()]).toEqual([2, 10]);
    box.dispatchEvent(new KeyboardEvent("keyup", { key: "Shift" }));
    press(box, "ArrowUp", { shiftKey: true });
    press(box, "Home");
    press(box, "Enter");
    press(box, "a", { ctrlKey: true });
    expect(calls()).toEqual([
      [[2], "add"],
      [[2], "subtract"],
      [[2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "replace"],
      [[2, 3, 4, 5, 6, 7, 8, 9, 10], "replace"],
      [[0], "replace"],
      [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "replace"],
    ]);
    expect(press(box, "Escape").defaultPrevented).toBe(false);
  });

  it("makes one step of a range that grows while Shift is held, also where the keyboard leaves", () => {
    const { box, calls, select } = setUp();
    select(9);
    for (let turn = 0; turn < 3; turn++) press(box, "ArrowDown", { shiftKey: true, ctrlKey: true });
    press(box, "ArrowUp", { shiftKey: true, ctrlKey: true });
    expect(calls()).toEqual([]);
    box.dispatchEvent(new FocusEvent("blur"));
    box.dispatchEvent(new KeyboardEvent("keyup", { key: "Shift" }));
    expect(calls()).toEqual([[[0, 1, 2], "add"]]);
  });

  it("can list the selected units alone", () => {
    const { list, names, select, click, calls } = setUp();
    select(2, 5, 9);
    list.showSelected(true);
    expect(names()).toEqual(["rnn[2]", "rnn[5]", "rnn[9]"]);
    click(0);
    click(2, { shiftKey: true });
    expect(calls().at(-1)).toEqual([[2, 5, 9], "replace"]);
    select();
    expect(names()).toEqual([]);
    list.showSelected(false);
    expect(names()).toHaveLength(12);
  });

  it("has few elements for ten thousand units, and those in sight after scrolling", () => {
    const { box, options, names, active, calls } = setUp(many(10_000));
    expect(options().length).toBeLessThan(40);
    box.scrollTop = 5000 * ROW;
    box.dispatchEvent(new Event("scroll"));
    expect(names()).toContain("rnn[5000]");
    expect(options().length).toBeLessThan(40);
    press(box, "End");
    expect(active()).toContain("rnn[9999]");
    press(box, "Enter");
    expect(calls()).toEqual([[[9999], "replace"]]);
  });

  it("leaves nothing behind", () => {
    const { session, list } = setUp();
    list.dispose();
    expect(session.store.listeners).toBe(0);
  });
});
