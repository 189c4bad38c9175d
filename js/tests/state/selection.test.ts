import { describe, expect, it } from "vitest";
import { bitIds, createMask, setBit } from "../../src/protocol/bitmask";
import type { Combine } from "../../src/protocol/messages";
import { type Confirmed, createSelection, type Operation } from "../../src/state/selection";

const SHAPE = [2, 2, 5] as const;

function mask(...ids: number[]): Uint8Array {
  const made = createMask(20);
  for (const id of ids) setBit(made, id);
  return made;
}

/** Epoch 0. */
const VISIBLE = mask(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

function polygon(combine: Combine, ...ids: number[]): Operation {
  return { kind: "polygon", combine, hits: mask(...ids), visible: VISIBLE };
}

function answer(patch: Partial<Confirmed> & { ids?: number[] }): Confirmed {
  const { ids = [], ...rest } = patch;
  const none = { domain: VISIBLE, units: [], revision: 1, done: [], canUndo: true, canRedo: false };
  return { ...none, mask: mask(...ids), ...rest };
}

describe("selection", () => {
  it("shows an operation at once and marks it pending", () => {
    const selection = createSelection(SHAPE);
    selection.push("a", polygon("replace", 0, 5, 1));
    const state = selection.current("majority");
    expect([...bitIds(state.mask)]).toEqual([0, 1, 5]);
    expect(state).toMatchObject({ count: 3, units: [0], pending: true, canUndo: true, revision: 0 });
    expect(selection.current("any").units).toEqual([0, 1]);
  });

  it.each([
    ["replace", [2, 3]],
    ["add", [1, 2, 3]],
    ["subtract", [1]],
    ["intersect", [2]],
  ] as const)("combines by %s", (combine, expected) => {
    const selection = createSelection(SHAPE);
    selection.confirm(answer({ ids: [1, 2] }));
    selection.push("a", polygon(combine, 2, 3));
    expect([...bitIds(selection.current("any").mask)]).toEqual(expected);
  });

  it("inverts within what is visible and clears", () => {
    const selection = createSelection(SHAPE);
    selection.confirm(answer({ ids: [1, 2, 15] }));
    selection.push("a", { kind: "invert", visible: VISIBLE });
    expect([...bitIds(selection.current("any").mask)]).toEqual([0, 3, 4, 5, 6, 7, 8, 9]);
    selection.push("b", { kind: "clear", visible: VISIBLE });
    expect(selection.current("any")).toMatchObject({ count: 0, units: [] });
  });

  it("counts toward a unit all that was offered since the last replace", () => {
    const selection = createSelection(SHAPE);
    const later = mask(10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    selection.push("a", polygon("replace", 0, 5));
    selection.push("b", { kind: "polygon", combine: "add", hits: mask(11), visible: later });
    // Unit 0: 2 of 4, no majority; unit 1: 1 of 4.
    expect(selection.current("majority").units).toEqual([]);
    expect(selection.current("any").units).toEqual([0, 1]);
  });

  it("lets the kernel's answer take the place of the operations it names", () => {
    const selection = createSelection(SHAPE);
    selection.push("a", polygon("replace", 0));
    selection.push("b", polygon("add", 1));
    selection.confirm(answer({ ids: [0], done: ["a"], units: [0] }));
    expect([...bitIds(selection.current("any").mask)]).toEqual([0, 1]);
    expect(selection.current("any").pending).toBe(true);
    selection.confirm(answer({ ids: [0, 1], done: ["a", "b"], revision: 2, units: [4] }));
    // The kernel's units stand, whatever rule is asked for here.
    expect(selection.current("all")).toMatchObject({ pending: false, revision: 2, units: [4] });
  });

  it("puts what is pending on top of a conflicting change in Python", () => {
    const selection = createSelection(SHAPE);
    selection.confirm(answer({ ids: [0] }));
    selection.push("a", polygon("add", 1));
    selection.confirm(answer({ ids: [7], revision: 2 }));
    expect([...bitIds(selection.current("any").mask)]).toEqual([1, 7]);
    selection.confirm(answer({ ids: [1, 7], revision: 3, done: ["a"] }));
    expect(selection.current("any").pending).toBe(false);
  });

  it("keeps what it has when an older answer comes late, but drops what that answer includes", () => {
    const selection = createSelection(SHAPE);
    selection.push("a", polygon("replace", 0));
    expect(selection.confirm(answer({ ids: [5], revision: 6 }))).toBe(true);
    expect(selection.confirm(answer({ ids: [9], revision: 5, done: ["a"] }))).toBe(false);
    expect([...bitIds(selection.current("any").mask)]).toEqual([5]);
  });

  it("only waits at undo and redo", () => {
    const selection = createSelection(SHAPE);
    selection.confirm(answer({ ids: [3] }));
    selection.push("u", { kind: "undo" });
    expect(selection.current("any")).toMatchObject({ count: 1, pending: true });
    selection.confirm(answer({ ids: [], revision: 2, done: ["u"], canUndo: false, canRedo: true }));
    expect(selection.current("any")).toMatchObject({ count: 0, pending: false, canUndo: false, canRedo: true });
  });

  it("refuses an answer of another size", () => {
    const selection = createSelection(SHAPE);
    expect(() => selection.confirm({ ...answer({}), mask: new Uint8Array(2) })).toThrow(/has 3 bytes, got 2/);
  });
});
