// To the kernel: a JSON header and buffers that own their bytes.

import { ownBuffer } from "./buffers";
import type { ToKernel } from "./messages";

export interface Outgoing {
  readonly content: ToKernel;
  readonly buffers: ArrayBuffer[];
}

export function encode(message: ToKernel, ...payload: Uint8Array[]): Outgoing {
  return { content: message, buffers: payload.map(ownBuffer) };
}
