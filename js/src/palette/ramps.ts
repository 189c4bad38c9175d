// Colors for ordered values, as functions of a position from 0 to 1.

import { oklch, type Rgb } from "./oklch";

/** Viridis (Smith, van der Walt, Firing 2015, CC0) at 16 equal steps. */
const VIRIDIS = [
  0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e, 0x1f988b, 0x22a884, 0x35b779,
  0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725,
];

export function fromHex(hex: number): Rgb {
  return [(hex >> 16) & 255, (hex >> 8) & 255, hex & 255];
}

export function viridis(position: number): Rgb {
  const at = position * (VIRIDIS.length - 1);
  const below = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [fromHex(VIRIDIS[below] ?? 0), fromHex(VIRIDIS[below + 1] ?? 0)];
  const mix = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * (at - below));
  return [mix(0), mix(1), mix(2)];
}

/** Blue over a grey that shows on white, too, to red; lightness falls equally to both ends. */
export function diverging(position: number): Rgb {
  const from = 2 * position - 1;
  const away = Math.abs(from);
  return oklch(0.8 - 0.28 * away, 0.175 * away ** 0.8, from < 0 ? 255 : 30);
}

/** Once around the hues at one lightness, so that no phase stands out. */
export function cyclic(position: number): Rgb {
  return oklch(0.7, 0.13, 360 * position + 30);
}
