// Colors for categories: Okabe–Ito up to eight, beyond that hues far apart on four levels
// of lightness.

import { oklch, type Rgb } from "./oklch";
import { fromHex } from "./ramps";

/** Okabe & Ito 2008, https://jfly.uni-koeln.de/color/; black, last, is a grey that both themes show. */
const OKABE_ITO = [0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x0072b2, 0xd55e00, 0xcc79a7, 0x7f7f7f];

/** Found by search: no two of the first 24 colors come closer than 50 of 255 in sRGB. */
const FIRST_HUE = 60;
const HUE_STEP = 103;
const LIGHTNESS = [0.7, 0.84, 0.55, 0.42];
const CHROMA = [0.17, 0.12, 0.15, 0.13];

export function categoryColor(index: number, count: number): Rgb {
  if (count <= OKABE_ITO.length) return fromHex(OKABE_ITO[index % OKABE_ITO.length] ?? 0);
  const level = index % LIGHTNESS.length;
  return oklch(LIGHTNESS[level] ?? 0, CHROMA[level] ?? 0, FIRST_HUE + HUE_STEP * index);
}
