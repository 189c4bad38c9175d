// Without a GPU: how many vertices and which uniforms each layer is given.
import type { Mesh, Points } from "three";
import { describe, expect, it } from "vitest";
import { fadingOf } from "../../src/geometry/age";
import { compose } from "../../src/geometry/composition";
import { fitView } from "../../src/geometry/fit";
import { createLayers, type Thinning } from "../../src/scene/arrange";

const SHAPE = [100, 60, 32] as const;
const [HEADS, ALL] = [60 * 32, 100 * 60 * 32];
const plan = compose({
  shape: SHAPE,
  show: "all",
  step: null,
  within: [100, 60],
  view: fitView({ center: [0, 0, 0], radius: 1 }, 800, 600),
  radius: 1,
  share: 1,
  selected: 0,
  style: { pointSize: null, opacity: 0.2, lineWidth: null },
});

/** Of each layer that is drawn: its place in the order, its vertices, one in how many, its faint points' opacity. */
function drawn(thinning: Thinning, selected?: { ids: Uint32Array | undefined }) {
  const layers = createLayers({});
  layers.select(selected?.ids);
  layers.arrange(plan, fadingOf(0.5, "steps"), selected !== undefined, undefined, thinning);
  const seen = layers.all
    .filter(({ object }) => object.visible)
    .map(({ object, uniforms }) => {
      const { renderOrder, geometry } = object as Mesh | Points;
      return [renderOrder, geometry.drawRange.count, uniforms["uThinning"]?.value, uniforms["uFaint"]?.value];
    });
  layers.dispose();
  return seen.sort((a, b) => a[0] - b[0]);
}

describe("layers where drawing is slow", () => {
  it("hold all points at rest", () => {
    expect(drawn({ heads: 1, trail: 1 }).map((layer) => layer.slice(1, 3))).toEqual([
      [ALL, 1],
      [HEADS, 1],
    ]);
  });

  it("hold a part of all epochs and all of the current one, what is drawn the stronger", () => {
    const [trail, heads] = drawn({ heads: 1, trail: 7 });
    expect(trail?.slice(1, 3)).toEqual([Math.ceil(ALL / 7), 7]);
    expect(trail?.[3]).toBeCloseTo(1 - 0.8 ** 7);
    expect(heads?.slice(1, 3)).toEqual([HEADS, 1]);
  });

  it("hold every selected point of few, and a part of many", () => {
    const thinning = { heads: 1, trail: 7 };
    const layer = {
      few: drawn(thinning, { ids: Uint32Array.of(5, 77, 4000) }),
      many: drawn(thinning, { ids: undefined }),
    };
    const litTrail = 5;
    const of = (layers: typeof layer.few) => layers.find(([order]) => order === litTrail)?.slice(1, 3);
    expect(of(layer.few)).toEqual([3, 1]);
    expect(of(layer.many)).toEqual([Math.ceil(ALL / 7), 7]);
  });
});
