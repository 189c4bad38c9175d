// The one place where the hosts' ways of handing over a binary buffer become typed arrays. JupyterLab
// gives DataViews into a larger message, other hosts ArrayBuffers, Uint8Arrays or base64 strings.
// Numbers on the wire are little-endian, as every machine that runs a browser today is.

export function toBytes(buffer: unknown): Uint8Array {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (typeof buffer === "string") return Uint8Array.from(atob(buffer), (char) => char.charCodeAt(0));
  throw new TypeError(`a buffer must be an ArrayBuffer, a view or base64, got ${typeof buffer}`);
}

/** A float32 view of the same bytes where their alignment allows it, else of a copy. */
export function toFloat32(buffer: unknown): Float32Array {
  const bytes = toBytes(buffer);
  const size = Float32Array.BYTES_PER_ELEMENT;
  if (bytes.byteLength % size !== 0) throw new RangeError(`float32 needs whole words, got ${bytes.byteLength} bytes`);
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
}

/** A buffer of its own: the hosts' serialisers would send all that lies behind a view. */
export function ownBuffer(array: Uint8Array | Float32Array): ArrayBuffer {
  const copy = array.slice();
  return copy.buffer as ArrayBuffer;
}
