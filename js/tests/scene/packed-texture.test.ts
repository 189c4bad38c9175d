import { describe, expect, it } from "vitest";
import { stridesOf } from "../../src/geometry/points";
import { createPackedTexture, layout, WIDTH } from "../../src/scene/packed-texture";
import { META } from "../state/fake-model";

describe("packed texture", () => {
  it.each([1, WIDTH, 487_680, 20_000_000])("holds %i values within what a GPU must allow", (length) => {
    const { rows, layers } = layout(length);
    expect(WIDTH * rows * layers).toBeGreaterThanOrEqual(length);
    expect(layers).toBeLessThanOrEqual(256);
    expect(rows).toBeLessThanOrEqual(2048);
  });

  it("uploads the layers that changed and no others", () => {
    const packed = createPackedTexture(487_680, "rgba32f");
    packed.texture.clearLayerUpdates();
    const perLayer = WIDTH * packed.rows;
    packed.touch(perLayer - 1, 2);
    packed.touch(5 * perLayer, perLayer);
    packed.touch(7 * perLayer, 0);
    expect([...packed.texture.layerUpdates]).toEqual([0, 1, 5]);
  });
});

describe("channel strides", () => {
  it("skip the axes that a channel lacks", () => {
    const [unit, time] = META.channels;
    expect(stridesOf(unit?.axes ?? [], META.shape)).toEqual([0, 0, 1]);
    expect(stridesOf(time?.axes ?? [], META.shape)).toEqual([2, 1, 0]);
    expect(stridesOf([], META.shape)).toEqual([0, 0, 0]);
  });
});
