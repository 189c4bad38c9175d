// Vectors longer than a texture is wide: value i lies in column i % 4096 of row i / 4096, and rows
// are spread over the layers of an array texture. Layers are small, so that an update sends only
// the layers it touches, and grow only when there would be more of them than a GPU must allow.

import {
  DataArrayTexture,
  FloatType,
  NearestFilter,
  RedFormat,
  RedIntegerFormat,
  RGBAFormat,
  type TypedArray,
  UnsignedByteType,
} from "three";

export const WIDTH = 4096;
/** WebGL 2 promises at least this many layers. */
const MOST_LAYERS = 256;
/** Half a megabyte of RGBA32F: about what one message brings. */
const LEAST_ROWS = 8;

/** What one element holds. */
const FORMATS = {
  rgba32f: { format: RGBAFormat, type: FloatType, channels: 4, create: (size: number) => new Float32Array(size) },
  r32f: { format: RedFormat, type: FloatType, channels: 1, create: (size: number) => new Float32Array(size) },
  r8ui: {
    format: RedIntegerFormat,
    type: UnsignedByteType,
    channels: 1,
    create: (size: number) => new Uint8Array(size),
  },
} as const;

export interface PackedTexture {
  readonly texture: DataArrayTexture;
  /** Rows in a layer, which the shader needs to find a value. */
  readonly rows: number;
  readonly length: number;
  readonly data: TypedArray;
  /** Marks elements as changed; uploaded at the next render. */
  touch(first: number, count: number): void;
  dispose(): void;
}

export function layout(length: number): { readonly rows: number; readonly layers: number } {
  const all = Math.max(1, Math.ceil(length / WIDTH));
  const rows = Math.min(all, Math.max(LEAST_ROWS, Math.ceil(all / MOST_LAYERS)));
  return { rows, layers: Math.ceil(all / rows) };
}

export function createPackedTexture(length: number, kind: keyof typeof FORMATS): PackedTexture {
  const { format, type, channels, create } = FORMATS[kind];
  const { rows, layers } = layout(length);
  const data = create(WIDTH * rows * layers * channels);
  const texture = new DataArrayTexture(data, WIDTH, rows, layers);
  texture.format = format;
  texture.type = type;
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.unpackAlignment = 1;
  texture.needsUpdate = true;
  return {
    texture,
    rows,
    length,
    data,
    touch(first, count) {
      if (count <= 0) return;
      const perLayer = WIDTH * rows;
      const last = Math.floor((first + count - 1) / perLayer);
      for (let layer = Math.floor(first / perLayer); layer <= last; layer++) texture.addLayerUpdate(layer);
      texture.needsUpdate = true;
    },
    dispose: () => texture.dispose(),
  };
}
