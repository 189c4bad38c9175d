// Sets of points as bits: bit i & 7 of byte i >> 3 is point i, as numpy.packbits(bitorder="little").

const POPCOUNT = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
});

export function createMask(points: number): Uint8Array {
  return new Uint8Array((points + 7) >> 3);
}

export function hasBit(mask: Uint8Array, id: number): boolean {
  return (((mask[id >> 3] ?? 0) >> (id & 7)) & 1) === 1;
}

export function setBit(mask: Uint8Array, id: number): void {
  const byte = id >> 3;
  mask[byte] = (mask[byte] ?? 0) | (1 << (id & 7));
}

export function countBits(mask: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += POPCOUNT[mask[i] ?? 0] ?? 0;
  return count;
}

export function union(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte | (b[i] ?? 0));
}

export function intersection(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte & (b[i] ?? 0));
}

/** The points of `a` that are not in `b`. */
export function difference(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte & ~(b[i] ?? 0));
}

/** Ids of the set bits, ascending. */
export function bitIds(mask: Uint8Array): Int32Array {
  const ids = new Int32Array(countBits(mask));
  let n = 0;
  for (let i = 0; i < mask.length; i++) {
    const byte = mask[i] ?? 0;
    for (let bit = 0; byte >> bit > 0; bit++) if ((byte >> bit) & 1) ids[n++] = i * 8 + bit;
  }
  return ids;
}
