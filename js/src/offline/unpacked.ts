// A picture without a kernel, unpacked: typed arrays in the place of text.

import type { Meta, Moved, UnitRule } from "../protocol/messages";
import type { OfflineData, OfflineNow, PackedActivity, PackedSets } from "../protocol/offline";
import { unpack } from "../protocol/packing";
import type { Sets } from "../state/selection";

export interface Activity {
  readonly classes: readonly string[];
  readonly limits: readonly [low: number, high: number];
  readonly codes: Uint16Array;
}

export interface Group {
  readonly sets: Sets;
  readonly rule: UnitRule;
}

export interface Unpacked {
  readonly meta: Meta;
  readonly moved: Moved;
  readonly hash: string;
  readonly positions: Float32Array;
  readonly channels: ReadonlyMap<string, Float32Array>;
  readonly activity: Activity | undefined;
  readonly selection: Sets;
  readonly groups: ReadonlyMap<string, Group>;
}

export async function unpackAll(data: OfflineData, now: OfflineNow): Promise<Unpacked> {
  const [positions, activity, selection, channels, groups] = await Promise.all([
    unpack(data.positions),
    data.activity === null ? undefined : unpackActivity(data.activity),
    unpackSets(now.selection),
    Promise.all(data.channels.map(async ({ name, values }) => [name, await unpack(values)] as const)),
    Promise.all(now.groups.map(async (group) => [group.name, await unpackGroup(group)] as const)),
  ]);
  const { meta, hash } = data;
  return {
    meta,
    moved: now.moved,
    hash,
    positions,
    activity,
    selection,
    channels: new Map(channels),
    groups: new Map(groups),
  };
}

async function unpackSets({ mask, domain }: PackedSets): Promise<Sets> {
  const [selected, offered] = await Promise.all([unpack(mask), unpack(domain)]);
  return { selected, domain: offered };
}

async function unpackGroup(group: OfflineNow["groups"][number]): Promise<Group> {
  return { sets: await unpackSets(group), rule: group.unit_rule };
}

async function unpackActivity({ classes, limits, codes }: PackedActivity): Promise<Activity> {
  return { classes, limits, codes: await unpack(codes) };
}
