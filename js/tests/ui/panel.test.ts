// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMask, setBit } from "../../src/protocol/bitmask";
import type { GroupEntry } from "../../src/protocol/messages";
import { exportGroups } from "../../src/ui/group-export";
import { createPanel } from "../../src/ui/panel";
import { percent } from "../../src/ui/panel-summary";
import { createFakeSession, type FakeSession, META, NOTHING } from "./fake-session";
import { mount } from "./mount";
import { findAll, get, getSelect, nameOf, press } from "./roles";

const EARLY: GroupEntry = { name: "early", color: "#e69f00", units: [0, 1], points: 30 };
const LATE: GroupEntry = { name: "late <b>", color: "#56b4e9", units: [1, 2, 3], points: 20 };
const GROUP_CHANNEL = {
  name: "group",
  kind: "categorical",
  axes: ["unit"],
  categories: ["early", "late <b>"],
  colors: ["#e69f00", "#56b4e9"],
  limits: [0, 1],
  scale: "linear",
  revision: 1,
} as const;

function mask(...ids: number[]): Uint8Array {
  const made = createMask(60);
  for (const id of ids) setBit(made, id);
  return made;
}

function selected(units: number[], ...ids: number[]) {
  return { selection: { ...NOTHING, units, count: ids.length, mask: mask(...ids) } };
}

function withGroups(patch: Parameters<typeof createFakeSession>[0] = {}): FakeSession {
  const meta = { ...META, channels: [...META.channels, GROUP_CHANNEL] };
  return createFakeSession({ meta, groups: { revision: 3, entries: [EARLY, LATE] }, ...patch });
}

function open(session: FakeSession, section?: string) {
  const panel = createPanel(session);
  document.body.append(panel.toggle, panel.element);
  if (panel.element.hidden) panel.toggle.click();
  if (section !== undefined) get(panel.element, "tab", section).click();
  const calls = (name: string) => session.calls.filter(([called]) => called === name).map(([, ...rest]) => rest);
  return { session, panel, root: panel.element, calls };
}

function field(root: HTMLElement, name: string): HTMLInputElement {
  const found = [...root.querySelectorAll("input")].find((input) => nameOf(input) === name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return found;
}

function type(input: HTMLInputElement, text: string): void {
  input.value = text;
  input.dispatchEvent(new Event("input"));
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the panel", () => {
  it("is closed at first and makes nothing; a button of the toolbar opens it", () => {
    const { root, session, dispose } = mount();
    const panel = root.querySelector<HTMLElement>(".mmp-panel");
    const toggle = get(root, "button", "Selection and groups");
    expect([panel?.hidden, toggle.getAttribute("aria-expanded")]).toEqual([true, "false"]);
    expect(findAll(root, "listbox").filter((box) => box.closest(".mmp-panel") !== null)).toEqual([]);
    const listeners = session.store.listeners;
    toggle.click();
    expect([panel?.hidden, toggle.getAttribute("aria-expanded")]).toEqual([false, "true"]);
    expect(toggle.getAttribute("aria-controls")).toBe(panel?.id);
    toggle.click();
    expect(session.store.listeners).toBe(listeners);
    dispose();
    expect(session.store.listeners).toBe(0);
  });

  it("is remembered for a session, by section", () => {
    const session = withGroups();
    open(session, "Groups").panel.dispose();
    const again = createPanel(session);
    expect(again.element.hidden).toBe(false);
    expect(get(again.element, "tab", "Groups").getAttribute("aria-selected")).toBe("true");
    expect(createPanel(withGroups()).element.hidden).toBe(true);
  });

  it("has tabs that arrow keys move between", () => {
    const { root } = open(withGroups());
    const tab = (name: string) => get(root, "tab", name);
    press(tab("Units"), "ArrowLeft");
    expect(document.activeElement).toBe(tab("Summary"));
    press(tab("Summary"), "Home");
    press(tab("Units"), "ArrowRight");
    expect(tab("Groups").getAttribute("aria-selected")).toBe("true");
    expect(findAll(root, "tab").map((one) => one.tabIndex)).toEqual([-1, 0, -1]);
    const shown = findAll(root, "tabpanel")[0];
    expect(shown?.getAttribute("aria-labelledby")).toBe(tab("Groups").id);
  });

  it.each([
    "Units",
    "Groups",
    "Summary",
  ])("gives every control of %s a title, and keeps the host's keys out", (name) => {
    const { root } = open(withGroups(selected([0], 0, 4)), name);
    for (const control of root.querySelectorAll<HTMLElement>("button, input, select, [tabindex='0']")) {
      expect(control.title, control.outerHTML).not.toBe("");
      expect(control.dataset.lmSuppressShortcuts, control.outerHTML).toBe("true");
    }
  });

  it("says that it waits while Python has not answered", () => {
    const { root, session } = open(withGroups());
    const waiting = root.querySelector<HTMLElement>(".mmp-panel-waiting");
    expect(waiting?.hidden).toBe(true);
    session.store.set({ selection: { ...NOTHING, pending: true } });
    expect(waiting?.hidden).toBe(false);
  });
});

describe("growing", () => {
  it("takes how many neighbors, and needs a selection and a kernel", () => {
    const { root, session, calls } = open(createFakeSession());
    const grow = get(root, "button", "Grow");
    grow.click();
    expect(grow.title).toBe("Select something first");
    session.store.set(selected([1], 1));
    grow.click();
    type(field(root, "Neighbors"), "2");
    press(field(root, "Neighbors"), "Enter");
    type(field(root, "Neighbors"), "");
    grow.click();
    expect(calls("grow")).toEqual([[5], [2]]);
    session.store.set({ kernelGone: true });
    grow.click();
    expect(calls("grow")).toHaveLength(2);
    expect(grow.title).toMatch(/Python is gone/);
  });
});

describe("groups", () => {
  it("are saved under a name by Enter, replaced under one that is there", () => {
    const { root, session, calls } = open(withGroups(selected([1], 1)), "Groups");
    const name = field(root, "Name of the group");
    const outside = vi.fn();
    document.addEventListener("keydown", outside);
    press(name, " ");
    document.removeEventListener("keydown", outside);
    expect(outside).not.toHaveBeenCalled();
    type(name, "  movers ");
    press(name, "Enter");
    expect([calls("editGroup"), name.value]).toEqual([[["save", "movers", ""]], ""]);
    type(name, "early");
    expect(get(root, "button", "Replace").textContent).toBe("Replace");
    session.store.set({ selection: NOTHING });
    press(name, "Enter");
    expect(calls("editGroup")).toHaveLength(1);
  });

  it("are listed with what they hold, as text; a click combines as a lasso does", () => {
    const { root, calls } = open(withGroups(), "Groups");
    const picks = [...root.querySelectorAll<HTMLElement>(".mmp-group-pick")];
    expect(picks.map((pick) => pick.textContent)).toEqual([
      "early2 units \u00b7 30 points",
      "late <b>3 units \u00b7 20 points",
    ]);
    for (const keys of [{}, { shiftKey: true }, { altKey: true }, { shiftKey: true, altKey: true }]) {
      picks[1]?.dispatchEvent(new MouseEvent("click", { bubbles: true, ...keys }));
    }
    expect(calls("editGroup")).toEqual(
      ["replace", "add", "subtract", "intersect"].map((combine) => ["select", "late <b>", combine]),
    );
  });

  it("are renamed in place, not to a name that is taken", () => {
    const { root, calls } = open(withGroups(), "Groups");
    get(root, "button", "Rename early").click();
    const name = field(root, "New name of early");
    expect(document.activeElement).toBe(name);
    type(name, "late <b>");
    press(name, "Enter");
    expect(calls("editGroup")).toEqual([]);
    type(name, "first");
    press(name, "Enter");
    expect(calls("editGroup")).toEqual([["rename", "early", "first"]]);
    get(root, "button", "Rename early").click();
    press(field(root, "New name of early"), "Escape");
    expect(document.activeElement?.textContent).toContain("early");
    expect(calls("editGroup")).toHaveLength(1);
  });

  it("leave the keyboard to who renames one while others come and go, in a shadow root, too", () => {
    const { root, session } = open(withGroups(), "Groups");
    const host = document.createElement("div");
    document.body.append(host);
    host.attachShadow({ mode: "open" }).append(root);
    get(root, "button", "Rename late <b>").click();
    const name = field(root, "New name of late <b>");
    const focused = () => (root.getRootNode() as ShadowRoot).activeElement;
    expect(focused()).toBe(name);
    type(name, "half a na");
    const { entries } = session.store.get("groups");
    session.store.set({ groups: { revision: 4, entries: [...entries, { ...LATE, name: "another" }] } });
    expect(focused()).toBe(name);
    session.store.set({ groups: { revision: 5, entries: [LATE] } });
    expect([focused(), name.value]).toEqual([name, "half a na"]);
    // Made anew, its row has the keyboard.
    session.store.set({ groups: { revision: 6, entries: [{ ...LATE, color: "#123456" }] } });
    expect(focused()?.textContent).toContain("late");
  });

  it("are forgotten with two presses, and the keyboard stays in the list", () => {
    const { root, session, calls } = open(withGroups(), "Groups");
    const remove = get(root, "button", "Forget early");
    remove.focus();
    remove.click();
    expect(calls("editGroup")).toEqual([]);
    expect(root.querySelector(".mmp-group-warning")?.textContent).toBe("Press again to forget it");
    remove.click();
    expect(calls("editGroup")).toEqual([["remove", "early", ""]]);
    session.store.set({ groups: { revision: 4, entries: [LATE] } });
    expect(root.contains(document.activeElement)).toBe(true);
    get(root, "button", "Forget late <b>").click();
    get(root, "button", "Forget late <b>").blur();
    get(root, "button", "Forget late <b>").dispatchEvent(new Event("blur"));
    get(root, "button", "Forget late <b>").click();
    expect(calls("editGroup")).toHaveLength(1);
  });

  it("take another color when one is chosen, and color the picture", () => {
    const { root, session, calls } = open(withGroups(), "Groups");
    const color = field(root, "Color of early");
    color.value = "#102030";
    color.dispatchEvent(new Event("change"));
    expect(calls("editGroup")).toEqual([["recolor", "early", "#102030"]]);
    const button = get(root, "button", "Color by group");
    button.click();
    expect([session.store.get("colorBy"), button.getAttribute("aria-pressed")]).toEqual(["group", "true"]);
    button.click();
    expect(session.store.get("colorBy")).toBe("epoch");
  });

  it("need a kernel, and say so", () => {
    const { root, session, calls } = open(withGroups({ ...selected([0], 0), kernelGone: true }), "Groups");
    for (const name of ["Save", "Rename early", "Forget early", "Copy JSON", "Download JSON"]) {
      const button = get(root, "button", name);
      button.click();
      expect([button.getAttribute("aria-disabled"), button.title]).toEqual(["true", expect.stringMatching(/gone/)]);
    }
    root.querySelector<HTMLElement>(".mmp-group-pick")?.click();
    expect(calls("editGroup")).toEqual([]);
    expect(session.wishes.groups).toEqual([]);
  });
});

describe("the legend", () => {
  it("selects a category, or a range, as a lasso combines", () => {
    const { root, session, dispose } = mount(createFakeSession({ colorBy: "layer" }));
    const take = get(root, "button", "Select out");
    take.click();
    take.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
    session.store.set({ combine: "subtract" });
    take.click();
    session.store.set({ colorBy: "epoch", filters: { epoch: { range: [2, null] } } });
    get(root, "button", "Select the range").click();
    expect(session.calls.filter(([name]) => name === "selectWhere").map(([, ...rest]) => rest)).toEqual([
      ["layer", { codes: [1] }, "replace"],
      ["layer", { codes: [1] }, "add"],
      ["layer", { codes: [1] }, "subtract"],
      ["epoch", { range: [2, null] }, "subtract"],
    ]);
    dispose();
  });

  it("is walked through by arrow keys, with the button that selects", () => {
    const { root, dispose } = mount(createFakeSession({ colorBy: "layer" }));
    const box = get(root, "checkbox", "gru");
    box.focus();
    press(box, "ArrowRight");
    press(get(root, "button", "Only gru"), "ArrowRight");
    expect(document.activeElement).toBe(get(root, "button", "Select gru"));
    press(get(root, "button", "Select gru"), "ArrowDown");
    expect(document.activeElement).toBe(get(root, "button", "Select out"));
    dispose();
  });
});

describe("comparing", () => {
  const cells = (root: HTMLElement) =>
    [...root.querySelectorAll(".mmp-compare-table tbody tr")].map((row) =>
      [...row.querySelectorAll("td")].map((cell) => cell.textContent),
    );

  it("two groups counts units at once and points when they have come", () => {
    const { root, session } = open(withGroups(), "Groups");
    const pick = (name: string, value: string) => {
      const select = getSelect(root, name);
      select.value = value;
      select.dispatchEvent(new Event("change"));
    };
    pick("First", "=early");
    pick("Second", "=late <b>");
    expect(session.wishes.groups).toEqual([
      { name: "early", revision: 3 },
      { name: "late <b>", revision: 3 },
    ]);
    expect(cells(root)).toEqual([
      ["2", "3", "1", "0.25"],
      ["30", "20", "\u2026", "\u2026"],
    ]);
    session.wishes.pointsOf.set("early", mask(...Array.from({ length: 30 }, (_, i) => i)));
    session.wishes.pointsOf.set("late <b>", mask(...Array.from({ length: 20 }, (_, i) => i + 20)));
    session.store.set({ answers: 1 });
    expect(cells(root)[1]).toEqual(["30", "20", "10", "0.25"]);
    // One that is gone is compared no more.
    session.store.set({ groups: { revision: 4, entries: [EARLY] } });
    expect(getSelect(root, "Second").value).toBe("");
  });

  it("a group with the selection follows the selection", () => {
    const { root, session } = open(withGroups(), "Groups");
    expect([getSelect(root, "First").value, getSelect(root, "Second").value]).toEqual(["", "=early"]);
    expect(cells(root)[0]).toEqual(["0", "2", "0", "0"]);
    session.store.set(selected([0, 1], 0, 1));
    expect(cells(root)[0]).toEqual(["2", "2", "2", "1"]);
  });
});

describe("exporting", () => {
  it("writes units and ids of points, as Python's to_json does", () => {
    const text = exportGroups([5, 3, 4], [EARLY], [mask(0, 7, 59)]);
    expect(JSON.parse(text)).toEqual({
      version: 1,
      shape: [5, 3, 4],
      groups: [{ name: "early", color: "#e69f00", units: [0, 1], points: [0, 7, 59] }],
    });
  });

  it("copies once the points of all groups have come", async () => {
    const { root, session } = open(withGroups(), "Groups");
    const writeText = vi.fn().mockResolvedValue(undefined);
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    get(root, "button", "Copy JSON").click();
    expect(session.wishes.groups).toHaveLength(2);
    expect(writeText).not.toHaveBeenCalled();
    session.wishes.pointsOf.set("early", mask(1));
    session.wishes.pointsOf.set("late <b>", mask(2));
    session.store.set({ answers: 1 });
    await vi.advanceTimersByTimeAsync(1);
    expect(JSON.parse(writeText.mock.calls[0]?.[0]).groups.map((one: { points: number[] }) => one.points)).toEqual([
      [1],
      [2],
    ]);
    expect(root.textContent).toContain("2 groups copied");
    vi.unstubAllGlobals();
  });
});

describe("the summary", () => {
  function summarized(patch: Parameters<typeof createFakeSession>[0] = {}) {
    const session = createFakeSession({ ...selected([2], 2, 3, 14, 0), ...patch });
    // Layers of units: gru, gru, out, out.
    const channel = session.data.channel;
    session.data.channel = (name) => {
      const found = channel(name);
      return found === undefined ? undefined : { ...found, values: Float32Array.of(0, 0, 1, Number.NaN) };
    };
    return open(session, "Summary");
  }
  const rows = (root: HTMLElement) =>
    [...root.querySelectorAll(".mmp-shares-table tbody tr")].map((row) =>
      [...row.querySelectorAll("th, td:not([aria-hidden])")].map((cell) => cell.textContent),
    );

  it("gives the share of each layer of the selected points beside that of all, with numbers", () => {
    const { root, session } = summarized();
    expect(session.wishes.channels).toEqual(["layer"]);
    expect(rows(root)).toEqual([
      ["gru", "25\u202f%", "50\u202f%"],
      ["out", "50\u202f%", "25\u202f%"],
      ["no value", "25\u202f%", "25\u202f%"],
    ]);
    session.store.set(selected([0], 0));
    vi.advanceTimersByTime(200);
    expect(rows(root)[0]).toEqual(["gru", "100\u202f%", "50\u202f%"]);
    session.store.set({ selection: NOTHING });
    vi.advanceTimersByTime(200);
    expect(rows(root)).toEqual([]);
    expect(session.wishes.channels).toEqual([]);
    expect(root.textContent).toContain("Nothing is selected.");
  });

  it("asks for the means of the selected units at the whole epoch, and keeps the last while it waits", () => {
    const { root, session } = summarized({ epoch: 1.6 });
    expect(session.wishes.means).toEqual([{ epoch: 2, units: [2] }]);
    const plot = root.querySelector<HTMLElement>(".mmp-means");
    expect(plot?.textContent).toContain("waiting for Python");
    expect(plot?.classList.contains("mmp-stale")).toBe(true);
    const flat = { mean: Float32Array.of(1, 2, 3), deviation: Float32Array.of(0, 1, 0) };
    const none = Float32Array.of(Number.NaN, Number.NaN, Number.NaN);
    session.wishes.meansOf.set("2/2", { chosen: flat, rest: { mean: none, deviation: none } });
    session.store.set({ answers: 1 });
    expect(plot?.classList.contains("mmp-stale")).toBe(false);
    expect(plot?.textContent).toContain("1 selected unit \u00b1 SD");
    expect(plot?.textContent).toContain("the other 3");
    const line = plot?.querySelector("path.mmp-curve-line.mmp-means-chosen")?.getAttribute("d");
    expect(line).toBe("M0 1000h0L500 500L1000 0");
    session.store.set({ epoch: 3 });
    expect(plot?.classList.contains("mmp-stale")).toBe(true);
    expect(plot?.querySelector("path.mmp-curve-line.mmp-means-chosen")?.getAttribute("d")).toBe(line);
  });

  it("leaves the means out without a trace, and without a kernel that could tell them", () => {
    const bare = summarized({ meta: { ...META, has_activity: false } });
    expect(bare.root.querySelector<HTMLElement>(".mmp-means")?.hidden).toBe(true);
    expect(bare.session.wishes.means).toEqual([]);
    const gone = summarized({ kernelGone: true });
    expect(gone.root.querySelector<HTMLElement>(".mmp-means")?.hidden).toBe(true);
    expect(gone.session.wishes.channels).toEqual([]);
    // What is here is counted all the same.
    expect(rows(gone.root)).toHaveLength(3);
  });

  it("never says none where there are some", () => {
    expect([0, 0.001, 0.5, 0.999, 1].map(percent)).toEqual([
      "0\u202f%",
      "<1\u202f%",
      "50\u202f%",
      ">99\u202f%",
      "100\u202f%",
    ]);
  });
});
