// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { createFind } from "../../src/ui/find";
import { matchUnits } from "../../src/ui/match-units";
import { createFakeSession, type FakeSession, META } from "./fake-session";
import { findAll, get, press } from "./roles";

function setUp(session: FakeSession = createFakeSession()) {
  const leave = vi.fn();
  const find = createFind(session, leave);
  document.body.append(find.element);
  const field = get(find.element, "searchbox", "Find unit") as HTMLInputElement;
  field.focus();
  const type = (text: string) => {
    field.value = text;
    field.dispatchEvent(new Event("input"));
  };
  const popup = find.element.querySelector<HTMLElement>(".mmp-find-popup");
  const options = () => (popup?.hidden ? [] : findAll(find.element, "option"));
  /** The suggestion that Enter would take, as a screen reader is told. */
  const active = () => {
    const option = document.getElementById(field.getAttribute("aria-activedescendant") ?? "");
    expect(option?.getAttribute("aria-selected")).toBe("true");
    return option?.querySelector(".mmp-find-name")?.textContent;
  };
  return { session, find, field, type, options, active, leave, popup };
}

afterEach(() => document.body.replaceChildren());

describe("matchUnits", () => {
  const names = ["rnn[0]", "rnn[1]", "3", "rnn[3]", "out.3", "rnn[10]"];

  it("prefers a name, then a number, then how a name begins, then what it contains", () => {
    expect(matchUnits(names, "3", 9)).toEqual({ units: [2, 3, 4], total: 3 });
    expect(matchUnits(names, "rnn[1", 9).units).toEqual([1, 5]);
    expect(matchUnits(names, "RNN[3] ", 9).units).toEqual([3]);
    expect(matchUnits(names, "5", 9).units).toEqual([5]);
    expect(matchUnits(["ab", "b"], "b", 9).units).toEqual([1, 0]);
  });

  it("finds nothing for nothing, and says how many there are beyond the best", () => {
    expect(matchUnits(names, "  ", 9)).toEqual({ units: [], total: 0 });
    expect(matchUnits(names, "cell", 9)).toEqual({ units: [], total: 0 });
    const thousand = Array.from({ length: 1000 }, (_, i) => `rnn[${i}]`);
    expect(matchUnits(thousand, "rnn", 8)).toEqual({ units: [0, 1, 2, 3, 4, 5, 6, 7], total: 1000 });
    expect(matchUnits(thousand, "999", 8).units).toEqual([999]);
  });
});

describe("Find unit", () => {
  it("suggests while one types, with a first choice, and wraps round with the arrow keys", () => {
    const { field, type, options, active } = setUp();
    expect(options()).toEqual([]);
    type("gru");
    expect(options().map((option) => option.textContent)).toEqual(["gru.0unit 0 \u00b7 gru", "gru.1unit 1 \u00b7 gru"]);
    expect(active()).toBe("gru.0");
    press(field, "ArrowDown");
    expect(active()).toBe("gru.1");
    press(field, "ArrowDown");
    expect(active()).toBe("gru.0");
    press(field, "ArrowUp");
    expect(active()).toBe("gru.1");
  });

  it("lights with Enter, selects with Enter on the same, adds with Shift, takes away with Alt", () => {
    const { session, field, type, options } = setUp();
    type("3");
    press(field, "Enter");
    expect(session.calls).toEqual([["find", 3]]);
    expect([field.value, options().length]).toEqual(["out.1", 0]);
    press(field, "Enter");
    press(field, "Enter", { shiftKey: true });
    press(field, "Enter", { altKey: true });
    expect(session.calls.filter(([name]) => name === "selectUnits")).toEqual([
      ["selectUnits", [3], "replace"],
      ["selectUnits", [3], "add"],
      ["selectUnits", [3], "subtract"],
    ]);
    type("gru.0");
    press(field, "Enter", { shiftKey: true });
    expect(session.calls.at(-1)).toEqual(["selectUnits", [0], "add"]);
    expect(session.store.get("found")).toBe(0);
  });

  it("is left with Escape, which puts the light out and goes no further", () => {
    const { session, field, type, leave } = setUp(createFakeSession({ found: 1 }));
    const outside = vi.fn();
    document.addEventListener("keydown", outside);
    type("gru");
    const event = press(field, "Escape");
    document.removeEventListener("keydown", outside);
    expect([field.value, session.store.get("found")]).toEqual(["", undefined]);
    expect(leave).toHaveBeenCalledOnce();
    expect(event.defaultPrevented).toBe(true);
    expect(outside).not.toHaveBeenCalled();
  });

  it("puts the light out when the field is emptied, and empties it when others put it out", () => {
    const { session, field, type } = setUp();
    type("2");
    press(field, "Enter");
    type("");
    expect(session.store.get("found")).toBeUndefined();
    type("2");
    press(field, "Enter");
    field.blur();
    session.store.set({ found: undefined });
    expect(field.value).toBe("");
  });

  it("says where there is no such unit, and Enter does nothing then", () => {
    const { session, field, type, options, popup } = setUp();
    type("cell");
    expect(options()).toEqual([]);
    expect(popup?.textContent).toBe("No such unit");
    expect(popup?.querySelector("[aria-live='polite']")?.textContent).toBe("No such unit");
    press(field, "Enter");
    press(field, "ArrowDown");
    expect(session.calls).toEqual([]);
  });

  it("takes the suggestion that is pressed, and keeps the keyboard", () => {
    const { session, field, type, options } = setUp();
    type("out");
    const event = new PointerEvent("pointerdown", { bubbles: true, cancelable: true, shiftKey: true });
    options()[1]?.firstElementChild?.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    expect(session.calls).toEqual([
      ["find", 3],
      ["selectUnits", [3], "add"],
    ]);
    expect(document.activeElement).toBe(field);
  });

  it("stays quick and short with a thousand units", () => {
    const units = Array.from({ length: 1000 }, (_, i) => `rnn[${i}]`);
    const meta = { ...META, shape: [5, 3, 1000] as const, units, unit_layers: units.map(() => 0) };
    const { type, options, popup } = setUp(createFakeSession({ meta }));
    type("99");
    expect(options().map((option) => option.querySelector(".mmp-find-name")?.textContent)).toEqual([
      "rnn[99]",
      ...[199, 299, 399, 499, 599, 699, 799].map((unit) => `rnn[${unit}]`),
    ]);
    expect(popup?.textContent).toMatch(/and 11 more$/);
  });

  it("lets go of the store", () => {
    const { session, find } = setUp();
    find.dispose();
    expect(session.store.listeners).toBe(0);
  });
});
