// What the shaders read, kept true to the session: positions, the channel colored by, the selection,
// what is hidden, flags of units, and the palette. Each is uploaded when it changes and in the part that changed.

import { DataTexture, type IUniform, NearestFilter } from "three";
import type { Shape } from "../geometry/points";
import { pointCount, stridesOf } from "../geometry/points";
import { createPalette, kindCode, NO_VALUE, NO_VALUE_CODE } from "../palette/palette";
import type { ChannelInfo } from "../protocol/messages";
import { coloredBy } from "../state/coloring";
import type { Session } from "../state/session";
import { createPackedTexture, type PackedTexture } from "./packed-texture";

export interface Bounds {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface GpuData {
  readonly uniforms: Readonly<Record<string, IUniform>>;
  /** Takes over what arrived since the last call. */
  updatePositions(): void;
  updateChannel(): void;
  updateSelection(): void;
  updateUnits(): void;
  updateHidden(): void;
  /** Box of the positions that are here; undefined when there are none. */
  bounds(): Bounds | undefined;
  dispose(): void;
}

const HIDDEN = 1;
const PROMOTED = 2;

export function createGpuData(session: Session): GpuData {
  const { store, data } = session;
  const shape: Shape = store.get("meta").shape;
  const perEpoch = shape[1] * shape[2];
  const positions = createPackedTexture(pointCount(shape), "rgba32f");
  const mask = createPackedTexture((pointCount(shape) + 7) >> 3, "r8ui");
  const hidden = createPackedTexture(mask.length, "r8ui");
  const units = createPackedTexture(shape[2], "r8ui");
  const uploaded = new Uint8Array(shape[0]);
  const box = { low: [Infinity, Infinity, Infinity], high: [-Infinity, -Infinity, -Infinity] };
  let values = createPackedTexture(1, "r32f");
  let palette = paletteTexture(undefined);

  const uniforms = {
    uPositions: { value: positions.texture },
    uValues: { value: values.texture },
    uMask: { value: mask.texture },
    uHidden: { value: hidden.texture },
    uUnits: { value: units.texture },
    uPalette: { value: palette },
    uRows: { value: [positions.rows, values.rows, mask.rows, units.rows] },
    uShape: { value: [...shape] },
    uStride: { value: [0, 0, 0] },
    uKind: { value: 0 },
    uLimits: { value: [0, 1] },
    uColors: { value: 0 },
    uHasSelection: { value: false },
    uHasHidden: { value: false },
  };

  const showValues = (next: PackedTexture) => {
    if (next !== values) values.dispose();
    values = next;
    uniforms.uValues.value = next.texture;
    uniforms.uRows.value[1] = next.rows;
  };

  return {
    uniforms,
    updatePositions() {
      const source = data.positions();
      for (let epoch = 0; epoch < shape[0]; epoch++) {
        if (uploaded[epoch] === 1 || !data.hasEpoch(epoch)) continue;
        uploaded[epoch] = 1;
        packEpoch(positions.data as Float32Array, source, epoch * perEpoch, perEpoch, box);
        positions.touch(epoch * perEpoch, perEpoch);
      }
    },
    updateChannel() {
      const found = data.channel(store.get("colorBy"));
      const info = found === undefined ? undefined : coloredBy(store);
      palette.dispose();
      palette = paletteTexture(info);
      uniforms.uPalette.value = palette;
      uniforms.uColors.value = palette.image.width - 1;
      uniforms.uKind.value = kindCode(info ?? { kind: "categorical", scale: "linear" });
      uniforms.uLimits.value = [...(info?.limits ?? [0, 1])];
      uniforms.uStride.value = stridesOf(info?.axes ?? [], shape);
      const source = found?.values ?? new Float32Array(1).fill(Number.NaN);
      const next = values.length === source.length ? values : createPackedTexture(source.length, "r32f");
      packValues(next.data as Float32Array, source);
      next.touch(0, source.length);
      showValues(next);
    },
    updateSelection() {
      const selection = store.get("selection");
      uniforms.uHasSelection.value = selection.count > 0;
      mask.data.set(selection.mask);
      mask.touch(0, selection.mask.length);
      this.updateUnits();
    },
    updateUnits() {
      units.data.fill(0);
      for (const unit of store.get("hiddenUnits")) units.data[unit] = HIDDEN;
      for (const unit of store.get("selection").units) units.data[unit] = (units.data[unit] ?? 0) | PROMOTED;
      units.touch(0, shape[2]);
    },
    updateHidden() {
      const bits = store.get("hidden");
      uniforms.uHasHidden.value = bits !== undefined;
      if (bits === undefined) return;
      hidden.data.set(bits);
      hidden.touch(0, bits.length);
    },
    bounds: () => ((box.low[0] ?? 0) <= (box.high[0] ?? 0) ? box : undefined),
    dispose() {
      for (const owned of [positions, mask, hidden, units, values, palette]) owned.dispose();
    },
  };
}

/** Copies xyz with w = 1, or w = 0 for a point that is not finite, and widens the box. */
function packEpoch(
  target: Float32Array,
  source: Float32Array,
  first: number,
  count: number,
  box: { low: number[]; high: number[] },
): void {
  for (let id = first; id < first + count; id++) {
    const finite =
      Number.isFinite(source[id * 3]) && Number.isFinite(source[id * 3 + 1]) && Number.isFinite(source[id * 3 + 2]);
    target[id * 4 + 3] = finite ? 1 : 0;
    if (!finite) continue;
    for (let axis = 0; axis < 3; axis++) {
      const value = source[id * 3 + axis] as number;
      target[id * 4 + axis] = value;
      if (value < (box.low[axis] as number)) box.low[axis] = value;
      if (value > (box.high[axis] as number)) box.high[axis] = value;
    }
  }
}

function packValues(target: Float32Array, source: Float32Array): void {
  for (let i = 0; i < source.length; i++) {
    const value = source[i] as number;
    target[i] = Number.isNaN(value) ? NO_VALUE_CODE : value;
  }
}

function paletteTexture(info: ChannelInfo | undefined): DataTexture {
  const bytes = info === undefined ? Uint8Array.from([...NO_VALUE, 255]) : createPalette(info).bytes;
  const texture = new DataTexture(bytes, bytes.length / 4, 1);
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}
