// The channel that is colored by, and those that the legend filters by.

import type { Filtered } from "../geometry/filters";
import type { ChannelInfo } from "../protocol/messages";
import type { OwnedData } from "./data";
import type { Store } from "./session";

/** The channel colored by, as it is colored: between other limits than its own where they were changed. */
export function coloredBy(store: Store): ChannelInfo | undefined {
  const info = infoOf(store, store.get("colorBy"));
  const limits = info === undefined ? undefined : entryOf(store.get("colorLimits"), info.name);
  return info === undefined || limits === undefined ? info : { ...info, limits };
}

export function infoOf(store: Store, name: string): ChannelInfo | undefined {
  return store.get("meta").channels.find((info) => info.name === name);
}

/** What is said of a channel, whatever the user called it. */
export function entryOf<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

/** The filters whose channels are here whole; of others nothing is hidden until they come. */
export function filteredBy(store: Store, data: OwnedData): Filtered[] {
  const here = data.revisions();
  return Object.entries(store.get("filters")).flatMap(([name, filter]) => {
    const found = data.channel(name);
    return found === undefined || here[name] !== found.info.revision ? [] : [{ ...found, filter }];
  });
}

export function hasFilteredChannels(store: Store, data: OwnedData): boolean {
  return filteredBy(store, data).length === Object.keys(store.get("filters")).length;
}
