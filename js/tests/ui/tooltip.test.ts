// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { pointId } from "../../src/geometry/points";
import { createTooltip, describePoint, place } from "../../src/ui/tooltip";
import { createFakeSession, META } from "./fake-session";

const ID = pointId(META.shape, 3, 1, 2);

describe("describePoint", () => {
  it("names unit, layer, recorded numbers and value", () => {
    expect(
      describePoint(
        createFakeSession({}, () => 9),
        ID,
      ),
    ).toEqual({
      unit: "out.0",
      layer: "out",
      time: "epoch 9 \u00b7 step 2",
      channel: "epoch",
      value: "9",
    });
  });

  it("names the category, the first one too, and says when there is none", () => {
    expect(
      describePoint(
        createFakeSession({ colorBy: "layer" }, () => 0),
        ID,
      ).value,
    ).toBe("gru");
    expect(
      describePoint(
        createFakeSession({ colorBy: "layer" }, () => Number.NaN),
        ID,
      ).value,
    ).toBe("no value");
  });

  it("leaves the layer out where there is none", () => {
    const meta = { ...META, unit_layers: [-1, -1, -1, -1] };
    expect(describePoint(createFakeSession({ meta }), ID).layer).toBe("");
  });
});

describe("createTooltip", () => {
  it("shows point 0 like any other and hides when the pointer leaves", () => {
    const session = createFakeSession();
    const { element } = createTooltip(session, document.createElement("div"));
    expect(element.hidden).toBe(true);
    session.store.set({ hover: { id: 0, x: 10, y: 10 } });
    expect(element.hidden).toBe(false);
    expect(element.querySelector(".mmp-tooltip-unit")?.textContent).toBe("gru.0");
    session.store.set({ hover: undefined });
    expect(element.hidden).toBe(true);
  });
});

describe("place", () => {
  it("stays inside for every pointer position", () => {
    for (let pointer = 0; pointer <= 300; pointer += 5) {
      const left = place(pointer, 120, 300);
      expect(left).toBeGreaterThanOrEqual(4);
      expect(left + 120).toBeLessThanOrEqual(296);
    }
  });

  it("does not cover the pointer where there is room", () => {
    expect(place(50, 120, 300)).toBeGreaterThan(50);
    expect(place(280, 120, 300) + 120).toBeLessThan(280);
  });
});
