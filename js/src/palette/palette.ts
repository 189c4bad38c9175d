// A channel's colors as one table of RGBA bytes. The legend reads it here, the shader reads the same
// table as a texture and computes the same row from a value (`colorIndex` and GLSL_COLOR_INDEX),
// so what the legend says is what is drawn.

import type { ChannelInfo } from "../protocol/messages";
import { categoryColor } from "./categories";
import type { Rgb } from "./oklch";
import { cyclic, diverging, fromHex, viridis } from "./ramps";

/** Rows of a table for numbers. */
export const RAMP_SIZE = 256;
/** For points without a value (NaN). */
export const NO_VALUE: Rgb = [150, 150, 150];

type Colored = Pick<ChannelInfo, "kind" | "limits" | "scale" | "categories" | "colors">;

/** Rows of RGBA bytes; the last row is the color of points without a value. */
export interface Palette {
  readonly size: number;
  readonly bytes: Uint8Array;
}

type Ramp = (position: number) => Rgb;

/** An entry maps 0 … 1 to a color; `cyclic` meets itself at the ends. */
const RAMPS: Readonly<Record<Exclude<ChannelInfo["kind"], "categorical">, Ramp>> = {
  continuous: viridis,
  diverging,
  cyclic: (position) => cyclic(position * ((RAMP_SIZE - 1) / RAMP_SIZE)),
};

export function createPalette(info: Colored): Palette {
  const size = info.kind === "categorical" ? Math.max(1, info.categories.length) : RAMP_SIZE;
  const bytes = new Uint8Array((size + 1) * 4);
  const put = (row: number, color: Rgb) => bytes.set([...color, 255], row * 4);
  for (let row = 0; row < size; row++) {
    const own = info.colors?.[row];
    if (own !== undefined) put(row, fromHex(Number.parseInt(own.slice(1), 16)));
    else if (info.kind === "categorical") put(row, categoryColor(row, size));
    else put(row, RAMPS[info.kind](row / (RAMP_SIZE - 1)));
  }
  put(size, NO_VALUE);
  return { size, bytes };
}

/** The row of a value: its category, or its place between the limits. */
export function colorIndex(info: Colored, value: number): number {
  if (info.kind === "categorical") {
    const code = Math.floor(value + 0.5);
    const size = Math.max(1, info.categories.length);
    return code >= 0 && code < size ? code : size;
  }
  if (Number.isNaN(value)) return RAMP_SIZE;
  const place = placeOf(info, value);
  if (info.kind === "cyclic") return Math.min(RAMP_SIZE - 1, Math.floor((place - Math.floor(place)) * RAMP_SIZE));
  return Math.floor(Math.max(0, Math.min(1, place)) * (RAMP_SIZE - 1) + 0.5);
}

/** Where a value lies between the limits, 0 … 1; linear ones may lie beyond. */
export function placeOf({ limits: [low, high], scale }: Pick<ChannelInfo, "limits" | "scale">, value: number): number {
  if (!(high > low)) return 0.5;
  if (scale === "log") return Math.log(Math.max(low, Math.min(high, value)) / low) / Math.log(high / low);
  return (value - low) / (high - low);
}

/** The value at a place from 0 to 1; the ends are the limits to the bit. */
export function valueAt({ limits: [low, high], scale }: Pick<ChannelInfo, "limits" | "scale">, place: number): number {
  if (place <= 0) return low;
  if (place >= 1) return high;
  return scale === "log" ? low * (high / low) ** place : low + place * (high - low);
}

/** CSS color of a row, as `colorIndex` gives it. */
export function cssColor(palette: Palette, row: number): string {
  const at = Math.max(0, Math.min(palette.size, row)) * 4;
  return `rgb(${palette.bytes[at]} ${palette.bytes[at + 1]} ${palette.bytes[at + 2]})`;
}

/** How the shader is told the kind; numbers on a logarithmic scale have a code of their own. */
const KIND_CODES: Readonly<Record<ChannelInfo["kind"], number>> = {
  categorical: 0,
  continuous: 1,
  diverging: 1,
  cyclic: 2,
};
const LOG_CODE = 3;

export function kindCode({ kind, scale }: Pick<ChannelInfo, "kind" | "scale">): number {
  return scale === "log" ? LOG_CODE : KIND_CODES[kind];
}

/** Stands for NaN in a channel's texture: shaders may assume that NaN does not happen. */
export const NO_VALUE_CODE = -3e38;

/** Twin of `colorIndex`; `size` is the palette's. */
export const GLSL_COLOR_INDEX = /* glsl */ `
int colorIndex(float value, int kind, vec2 limits, int size) {
  if (value < -2e38) return size;
  if (kind == ${KIND_CODES.categorical}) {
    int code = int(floor(value + 0.5));
    return code >= 0 && code < size ? code : size;
  }
  float place = !(limits.y > limits.x) ? 0.5
    : kind == ${LOG_CODE} ? log(clamp(value, limits.x, limits.y) / limits.x) / log(limits.y / limits.x)
    : (value - limits.x) / (limits.y - limits.x);
  if (kind == ${KIND_CODES.cyclic}) return min(size - 1, int(floor((place - floor(place)) * float(size))));
  return int(floor(clamp(place, 0.0, 1.0) * float(size - 1) + 0.5));
}`;
