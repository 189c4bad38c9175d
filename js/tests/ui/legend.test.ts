// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { categoryColor } from "../../src/palette/categories";
import { createLegend } from "../../src/ui/legend";
import { createFakeSession, META } from "./fake-session";

const texts = (element: HTMLElement, part: string) =>
  [...element.querySelectorAll(`.mmp-${part}`)].map((found) => found.textContent);

describe("createLegend", () => {
  it("shows categories by name in the palette's colors", () => {
    const { element } = createLegend(createFakeSession({ colorBy: "layer" }));
    expect(texts(element, "legend-title")).toEqual(["layer"]);
    expect(texts(element, "legend-name")).toEqual(["gru", "out"]);
    const colors = [...element.querySelectorAll<HTMLElement>(".mmp-swatch")].map((swatch) => swatch.style.background);
    const numbers = (color: string) => color.match(/\d+/g)?.map(Number);
    expect(colors.map(numbers)).toEqual([categoryColor(0, 2), categoryColor(1, 2)]);
  });

  it("cuts a long list and says how much is missing", () => {
    const categories = Array.from({ length: 23 }, (_, i) => `c${i}`);
    const channels = META.channels.map((info) => (info.name === "layer" ? { ...info, categories } : info));
    const { element } = createLegend(createFakeSession({ colorBy: "layer", meta: { ...META, channels } }));
    expect(texts(element, "legend-name")).toHaveLength(10);
    expect(texts(element, "legend-more")).toEqual(["+ 13 more"]);
  });

  it.each([
    ["epoch", ["0", "19"]],
    ["phase", ["0", "6.283"]],
    ["drift", ["\u22122", "0", "2"]],
  ])("writes the limits of %s under a bar", (colorBy, limits) => {
    const { element } = createLegend(createFakeSession({ colorBy }));
    expect([...element.querySelectorAll(".mmp-legend-limits span")].map((span) => span.textContent)).toEqual(limits);
    expect(element.querySelector<HTMLElement>(".mmp-legend-bar")?.style.background).toMatch(/^linear-gradient/);
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
