// Arrays as text inside JSON: little-endian bytes, first all lowest ones, then all second ones and so
// on, which gzip packs better; gzip; base64. The twin of mmphate_widget/widget/packing.py.

const TYPES = { float32: Float32Array, uint16: Uint16Array, uint8: Uint8Array } as const;

export type PackedType = keyof typeof TYPES;

export interface Packed<T extends PackedType = PackedType> {
  readonly type: T;
  readonly length: number;
  readonly data: string;
}

export async function unpack<T extends PackedType>(packed: Packed<T>): Promise<InstanceType<(typeof TYPES)[T]>> {
  const planes = await gunzip(Uint8Array.from(atob(packed.data), (char) => char.charCodeAt(0)));
  const Typed = TYPES[packed.type];
  const width = Typed.BYTES_PER_ELEMENT;
  if (planes.length !== packed.length * width) {
    throw new RangeError(`${packed.length} × ${packed.type} need ${packed.length * width} bytes, got ${planes.length}`);
  }
  const bytes = new Uint8Array(planes.length);
  for (let plane = 0, from = 0; plane < width; plane++) {
    for (let to = plane; to < bytes.length; to += width) bytes[to] = planes[from++] as number;
  }
  return new Typed(bytes.buffer) as InstanceType<(typeof TYPES)[T]>;
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
