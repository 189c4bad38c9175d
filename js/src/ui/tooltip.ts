// What the point under the pointer is: unit, layer, epoch, step and the value it is colored by.

import { pointPosition } from "../geometry/points";
import type { ChannelInfo } from "../protocol/messages";
import type { Session } from "../state/session";
import { createScope, el, type Part, setText } from "./dom";
import { formatValue } from "./text";

/** CSS pixels between the pointer and the box. */
const GAP = 14;
/** CSS pixels that stay free at the picture's edge. */
const MARGIN = 4;

export interface Description {
  readonly unit: string;
  readonly layer: string;
  readonly time: string;
  readonly channel: string;
  readonly value: string;
}

/** `bounds` is the element the box must stay inside. */
export function createTooltip(session: Session, bounds: HTMLElement): Part {
  const { store } = session;
  const scope = createScope();
  const unit = el("b", "tooltip-unit");
  const layer = el("span", "tooltip-layer");
  const time = el("div", "tooltip-time");
  const channel = el("span", "tooltip-channel");
  const value = el("span", "tooltip-value");
  const head = el("div", "tooltip-row", {}, unit, layer);
  const element = el(
    "div",
    "tooltip",
    { "aria-hidden": "true" },
    head,
    time,
    el("div", "tooltip-row", {}, channel, value),
  );
  scope.watch(store, ["hover", "meta", "colorBy", "channelData"], () => {
    const hover = store.get("hover");
    element.hidden = hover === undefined;
    if (hover === undefined) return;
    const text = describePoint(session, hover.id);
    setText(unit, text.unit);
    setText(layer, text.layer);
    setText(time, text.time);
    setText(channel, text.channel);
    setText(value, text.value);
    element.style.left = `${place(hover.x, element.offsetWidth, bounds.clientWidth)}px`;
    element.style.top = `${place(hover.y, element.offsetHeight, bounds.clientHeight)}px`;
  });
  return { element, dispose: scope.dispose };
}

/** After the pointer where there is room, else before it, never over the edge. */
export function place(pointer: number, size: number, available: number): number {
  const after = pointer + GAP;
  const wanted = after + size + MARGIN <= available ? after : pointer - GAP - size;
  return Math.max(MARGIN, Math.min(wanted, available - size - MARGIN));
}

export function describePoint({ store, data }: Session, id: number): Description {
  const meta = store.get("meta");
  const { epoch, step, unit } = pointPosition(meta.shape, id);
  const name = store.get("colorBy");
  const info = meta.channels.find((channel) => channel.name === name);
  return {
    unit: meta.units[unit] ?? `unit ${unit}`,
    layer: meta.layers[meta.unit_layers[unit] ?? -1] ?? "",
    time: `epoch ${meta.epochs[epoch] ?? epoch} \u00b7 step ${meta.steps[step] ?? step}`,
    channel: info === undefined ? "" : info.name,
    value: info === undefined ? "" : describeValue(info, data.channelValue(info.name, id)),
  };
}

function describeValue(info: ChannelInfo, value: number): string {
  if (info.kind !== "categorical") return formatValue(value);
  return info.categories[Math.floor(value + 0.5)] ?? "no value";
}
