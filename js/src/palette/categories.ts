// Colors for categories: Okabe–Ito up to eight, beyond that hues a golden angle apart on three
// levels of lightness.

import { oklch, type Rgb } from "./oklch";
import { fromHex } from "./ramps";

/** Okabe & Ito 2008, https://jfly.uni-koeln.de/color/; black, last, is a grey that both themes show. */
const OKABE_ITO = [0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x0072b2, 0xd55e00, 0xcc79a7, 0x7f7f7f];

const GOLDEN_ANGLE = 180 * (3 - Math.sqrt(5));
const LIGHTNESS = [0.66, 0.8, 0.52];
const CHROMA = [0.17, 0.12, 0.15];

export function categoryColor(index: number, count: number): Rgb {
  if (count <= OKABE_ITO.length) return fromHex(OKABE_ITO[index % OKABE_ITO.length] ?? 0);
  const level = index % LIGHTNESS.length;
  return oklch(LIGHTNESS[level] ?? 0, CHROMA[level] ?? 0, 30 + GOLDEN_ANGLE * index);
}
