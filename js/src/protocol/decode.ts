// From a custom message (JSON header with `kind`, binary buffers) to a checked value. Whatever does
// not fit raises here, so that the state never sees half a message.

import { toBytes, toFloat32 } from "./buffers";
import type { FromKernel, GroupEntry, Meta, Told } from "./messages";

type Header<K extends FromKernel["kind"]> = Extract<FromKernel, { kind: K }>;

export type Incoming =
  | (Header<"frames"> & { readonly positions: Float32Array })
  | (Header<"channel"> & { readonly values: Float32Array })
  | (Header<"selection"> & { readonly mask: Uint8Array; readonly domain: Uint8Array })
  | (Header<"trace"> & { readonly rows: Float32Array })
  | Header<"groups">
  | (Header<"group"> & { readonly mask: Uint8Array })
  | (Header<"means"> & { readonly rows: Float32Array })
  | Header<"ablation">
  | Header<"told">
  | Header<"meta">
  | Header<"error">;

type Fields = Readonly<Record<string, unknown>>;

export function decode(content: unknown, buffers: readonly unknown[]): Incoming {
  const fields = asFields(content);
  const seq = integer(fields, "seq");
  const kind = text(fields, "kind") as FromKernel["kind"];
  switch (kind) {
    case "frames": {
      const positions = toFloat32(bufferAt(buffers, 0));
      const [first, count] = [integer(fields, "first"), integer(fields, "count")];
      return { kind, seq, generation: text(fields, "generation"), first, count, positions };
    }
    case "channel":
      return { kind, seq, ...channelFields(fields), values: toFloat32(bufferAt(buffers, 0)) };
    case "selection": {
      const [mask, domain] = [toBytes(bufferAt(buffers, 0)).slice(), toBytes(bufferAt(buffers, 1)).slice()];
      return { kind, seq, ...selectionFields(fields), mask, domain };
    }
    case "trace":
      return { kind, seq, ...traceFields(fields), rows: toFloat32(bufferAt(buffers, 0)) };
    case "groups":
      return { kind, seq, ...groupsFields(fields) };
    case "group":
      return { kind, seq, question: text(fields, "question"), mask: toBytes(bufferAt(buffers, 0)).slice() };
    case "means":
      return { kind, seq, question: text(fields, "question"), rows: toFloat32(bufferAt(buffers, 0)) };
    case "ablation":
      return { ...(fields as unknown as Header<"ablation">), revision: integer(fields, "revision") };
    case "told":
      return { kind, seq, ...toldFields(fields) };
    case "meta":
      return { kind, seq, meta: asFields(fields.meta) as unknown as Meta };
    case "error":
      return { kind, seq, message: text(fields, "message") };
    default:
      return unknownKind(kind);
  }
}

function channelFields(fields: Fields): Omit<Header<"channel">, "kind" | "seq"> {
  return {
    generation: text(fields, "generation"),
    name: text(fields, "name"),
    revision: integer(fields, "revision"),
    offset: integer(fields, "offset"),
    total: integer(fields, "total"),
  };
}

function selectionFields(fields: Fields): Omit<Header<"selection">, "kind" | "seq"> {
  return {
    generation: text(fields, "generation"),
    revision: integer(fields, "revision"),
    done: list(fields, "done").map(String),
    units: list(fields, "units").map(Number),
    can_undo: fields.can_undo === true,
    can_redo: fields.can_redo === true,
  };
}

function traceFields(fields: Fields): Omit<Header<"trace">, "kind" | "seq"> {
  return {
    generation: text(fields, "generation"),
    epoch: integer(fields, "epoch"),
    unit: integer(fields, "unit"),
    classes: list(fields, "classes").map(String),
  };
}

function groupsFields(fields: Fields): Omit<Header<"groups">, "kind" | "seq"> {
  return {
    generation: text(fields, "generation"),
    revision: integer(fields, "revision"),
    groups: list(fields, "groups").map((entry) => groupEntry(asFields(entry))),
  };
}

function groupEntry(fields: Fields): GroupEntry {
  return {
    name: text(fields, "name"),
    color: text(fields, "color"),
    units: list(fields, "units").map(Number),
    points: integer(fields, "points"),
  };
}

function toldFields(fields: Fields): Omit<Header<"told">, "kind" | "seq"> {
  return {
    told: asFields(fields.told) as Told,
    heard: asFields(fields.heard) as Header<"told">["heard"],
    meta: integer(fields, "meta"),
    selection: integer(fields, "selection"),
  };
}

/** The sequence number of any message that has one, decodable or not: all are acknowledged. */
export function sequenceOf(content: unknown): number | undefined {
  if (typeof content !== "object" || content === null || !("seq" in content)) return undefined;
  return typeof content.seq === "number" ? content.seq : undefined;
}

function asFields(content: unknown): Fields {
  if (typeof content !== "object" || content === null) throw new TypeError("a message must be an object");
  return content as Fields;
}

function integer(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isInteger(value)) throw fieldError(name, "an integer", value);
  return value;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw fieldError(name, "a string", value);
  return value;
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw fieldError(name, "a list", value);
  return value;
}

function bufferAt(buffers: readonly unknown[], index: number): unknown {
  if (index >= buffers.length) throw new RangeError(`buffer ${index} is missing, got ${buffers.length}`);
  return buffers[index];
}

function fieldError(name: string, wanted: string, got: unknown): TypeError {
  return new TypeError(`\`${name}\` must be ${wanted}, got ${JSON.stringify(got)}`);
}

function unknownKind(kind: never): never {
  throw new TypeError(`\`kind\` must be one this page knows, got ${JSON.stringify(kind)}`);
}
