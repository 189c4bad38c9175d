// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { categoryColor } from "../../src/palette/categories";
import { NO_VALUE } from "../../src/palette/palette";
import { createLegend } from "../../src/ui/legend";
import { createFakeSession, META } from "./fake-session";
import { findAll, get, getSlider, nameOf, press } from "./roles";

const shown = (element: HTMLElement) =>
  findAll(element, "checkbox")
    .filter((box) => box.closest<HTMLElement>(".mmp-legend-row")?.hidden === false)
    .map(nameOf);

const texts = (element: HTMLElement, part: string) =>
  [...element.querySelectorAll(`.mmp-${part}`)].map((found) => found.textContent);

describe("createLegend", () => {
  it("shows categories by name in the palette's colors", () => {
    const { element } = createLegend(createFakeSession({ colorBy: "layer" }));
    expect(texts(element, "legend-title")).toEqual(["layer"]);
    expect(texts(element, "legend-name")).toEqual(["gru", "out", "no value"]);
    expect(shown(element)).toEqual(["gru", "out"]);
    const colors = [...element.querySelectorAll<HTMLElement>(".mmp-swatch")].map((swatch) => swatch.style.background);
    const numbers = (color: string) => color.match(/\d+/g)?.map(Number);
    expect(colors.map(numbers)).toEqual([categoryColor(0, 2), categoryColor(1, 2), NO_VALUE]);
  });

  it("cuts a long list and says how much is missing", () => {
    const categories = Array.from({ length: 23 }, (_, i) => `c${i}`);
    const channels = META.channels.map((info) => (info.name === "layer" ? { ...info, categories } : info));
    const { element } = createLegend(createFakeSession({ colorBy: "layer", meta: { ...META, channels } }));
    expect(shown(element)).toHaveLength(10);
    const more = get(element, "button", "+ 13 more");
    more.click();
    expect(shown(element)).toHaveLength(23);
    expect([more.textContent, more.getAttribute("aria-expanded")]).toEqual(["fewer", "true"]);
    more.click();
    expect(shown(element)).toHaveLength(10);
  });

  it.each([
    ["epoch", ["0", "19"]],
    ["phase", ["0", "6.283"]],
    ["drift", ["\u22122", "0", "2"]],
  ])("writes the limits of %s under a bar", (colorBy, limits) => {
    const { element } = createLegend(createFakeSession({ colorBy }));
    const spans = [...element.querySelectorAll<HTMLElement>(".mmp-legend-limits span")].filter((span) => !span.hidden);
    expect(spans.map((span) => span.textContent)).toEqual(limits);
    expect(element.querySelector<HTMLElement>(".mmp-legend-bar")?.style.background).toMatch(/^linear-gradient/);
  });

  it("takes a range back at Escape, and clears nothing", () => {
    const session = createFakeSession({ colorBy: "drift", filters: { drift: { range: [-1, null] } } });
    const { element } = createLegend(session);
    document.body.replaceChildren(element);
    const thumb = getSlider(element, "Hide below");
    thumb.focus();
    thumb.value = "150";
    thumb.dispatchEvent(new Event("input", { bubbles: true }));
    expect(session.store.get("filters")).toEqual({ drift: { range: [1, null] } });
    let heard = 0;
    const outside = () => heard++;
    document.addEventListener("keydown", outside);
    expect(press(thumb, "Escape").defaultPrevented).toBe(true);
    document.removeEventListener("keydown", outside);
    expect(session.store.get("filters")).toEqual({ drift: { range: [-1, null] } });
    expect([heard, thumb.value]).toEqual([0, "50"]);
  });

  it("follows the channel and hides for one that is not there", () => {
    const session = createFakeSession();
    const { element } = createLegend(session);
    session.store.set({ colorBy: "layer" });
    expect(texts(element, "legend-title")).toEqual(["layer"]);
    session.store.set({ colorBy: "gone" });
    expect(element.hidden).toBe(true);
  });
});

describe("categories", () => {
  const layers = () => {
    const session = createFakeSession({ colorBy: "layer" });
    const { element } = createLegend(session);
    document.body.replaceChildren(element);
    return { session, element, filter: () => session.store.get("filters").layer };
  };

  it("are hidden by a click and shown again by another", () => {
    const { element, filter } = layers();
    const box = get(element, "checkbox", "out");
    expect(box.getAttribute("aria-checked")).toBe("true");
    box.click();
    expect(filter()).toEqual({ hide: [1] });
    expect(box.getAttribute("aria-checked")).toBe("false");
    get(element, "checkbox", "gru").click();
    expect(filter()).toEqual({ hide: [0, 1] });
    box.click();
    get(element, "checkbox", "gru").click();
    expect(filter()).toBeUndefined();
  });

  it("are shown alone by a button or a click with Shift, and all again by the same", () => {
    const { element, filter } = layers();
    const only = get(element, "button", "Only gru");
    only.click();
    expect(filter()).toEqual({ hide: [1, 2] });
    only.click();
    expect(filter()).toBeUndefined();
    get(element, "checkbox", "out").dispatchEvent(new MouseEvent("click", { shiftKey: true, bubbles: true }));
    expect(filter()).toEqual({ hide: [0, 2] });
  });

  it("follow what Python hides", () => {
    const { session, element } = layers();
    session.store.set({ filters: { layer: { hide: [0] } } });
    expect(findAll(element, "checkbox").map((box) => box.getAttribute("aria-checked"))).toEqual([
      "false",
      "true",
      "true",
    ]);
  });

  it("are one stop for Tab, with arrows between them that the picture does not hear", () => {
    const { element } = layers();
    const controls = [...element.querySelectorAll<HTMLElement>(".mmp-legend-rows button")];
    const stops = () => controls.filter(({ tabIndex }) => tabIndex === 0).map(nameOf);
    expect(stops()).toEqual(["gru"]);
    get(element, "checkbox", "gru").focus();
    for (const [key, name] of [
      ["ArrowDown", "out"],
      ["ArrowDown", "out"],
      ["ArrowRight", "Only out"],
      ["ArrowUp", "Only gru"],
      ["ArrowLeft", "gru"],
    ] as const) {
      expect(press(document.activeElement as HTMLElement, key).defaultPrevented).toBe(true);
      expect(nameOf(document.activeElement as HTMLElement)).toBe(name);
      expect(stops()).toEqual([name]);
    }
  });

  it("list points without a value where there are some", () => {
    const session = createFakeSession({ colorBy: "layer" });
    const [info] = META.channels.filter(({ name }) => name === "layer");
    if (info === undefined) throw new Error("no layer");
    session.data.channel = () => ({ info, values: Float32Array.of(0, Number.NaN, 1) });
    const { element } = createLegend(session);
    expect(shown(element)).toEqual(["gru", "out", "no value"]);
    get(element, "checkbox", "no value").click();
    expect(session.store.get("filters")).toEqual({ layer: { hide: [2] } });
  });
});

describe("a range", () => {
  const move = (slider: HTMLInputElement, place: number) => {
    slider.value = String(place);
    slider.dispatchEvent(new Event("input"));
  };
  const drift = (patch = {}) => {
    const session = createFakeSession({ colorBy: "drift", ...patch });
    const { element } = createLegend(session);
    return { session, element, store: session.store };
  };

  it("hides what lies outside it; an end of the bar is no bound", () => {
    const { element, store } = drift();
    const [low, high] = [getSlider(element, "Hide below"), getSlider(element, "Hide above")];
    move(low, 50);
    expect(store.get("filters")).toEqual({ drift: { range: [-1, null] } });
    expect(low.getAttribute("aria-valuetext")).toBe("\u22121");
    move(high, 100);
    expect(store.get("filters")).toEqual({ drift: { range: [-1, 0] } });
    move(low, 150);
    expect(store.get("filters")).toEqual({ drift: { range: [0, 0] } });
    expect(low.valueAsNumber).toBe(100);
    move(low, 0);
    move(high, 200);
    expect(store.get("filters")).toEqual({});
  });

  it("says where the colors begin and end, and is taken back", () => {
    const { element, store } = drift({ filters: { drift: { range: [1, null] } } });
    const reset = get(element, "button", "Reset range");
    get(element, "button", "Colors").click();
    expect(reset.getAttribute("aria-disabled")).toBe("true");
    const before = element.querySelector<HTMLElement>(".mmp-legend-bar")?.style.background;
    move(getSlider(element, "Colors to"), 150);
    expect(store.get("colorLimits")).toEqual({ drift: [-2, 1] });
    expect(element.querySelector<HTMLElement>(".mmp-legend-bar")?.style.background).not.toBe(before);
    expect(store.get("filters")).toEqual({ drift: { range: [1, null] } });
    reset.click();
    expect(store.get("colorLimits")).toEqual({});
    get(element, "button", "Hide").click();
    reset.click();
    expect(store.get("filters")).toEqual({});
  });

  it("spans limits that were set beyond the channel's own", () => {
    const { element } = drift({ colorLimits: { drift: [-2, 6] } });
    get(element, "button", "Colors").click();
    expect(getSlider(element, "Colors to").valueAsNumber).toBe(200);
    get(element, "button", "Hide").click();
    expect(getSlider(element, "Hide above").getAttribute("aria-valuetext")).toBe("6");
  });

  it("is by ratios on a logarithmic scale", () => {
    const channels = META.channels.map((info) => ({ ...info, scale: "log" as const, limits: [0.01, 100] as const }));
    const session = createFakeSession({ meta: { ...META, channels } });
    const { element } = createLegend(session);
    move(getSlider(element, "Hide below"), 50);
    expect(session.store.get("filters")).toEqual({ epoch: { range: [expect.closeTo(0.1, 9), null] } });
    expect(texts(element, "legend-limits")).toEqual(["0.11100"]);
  });

  it("can not be moved where all values are one", () => {
    const channels = META.channels.map((info) => ({ ...info, limits: [3, 3] as const }));
    const { element } = createLegend(createFakeSession({ meta: { ...META, channels } }));
    expect(getSlider(element, "Hide below").disabled).toBe(true);
  });
});
