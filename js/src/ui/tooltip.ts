// A card for what is looked at: unit, layer, epoch, step, the value it is colored by, and the unit's
// activity through the steps of the epoch where the kernel has it. Everything but that is known here,
// so that the card is right at once, and stays so with a kernel that is busy or gone.

import { pointId } from "../geometry/points";
import type { ChannelInfo } from "../protocol/messages";
import { LOOKED_AT, type LookedAt, lookedAt } from "../state/looked-at";
import type { Session } from "../state/session";
import type { UnitTrace } from "../state/unit-traces";
import { createScope, el, type Part, setText } from "./dom";
import { leanOf, MARGIN, place } from "./placing";
import { formatValue } from "./text";
import { createTracePlot } from "./trace-plot";

export interface Description {
  readonly unit: string;
  readonly layer: string;
  readonly time: string;
  readonly channel: string;
  readonly value: string;
}

/** `bounds` is the element the card must stay inside. */
export function createTooltip(session: Session, bounds: HTMLElement): Part {
  const { store, traces } = session;
  const scope = createScope();
  const unit = el("b", "tooltip-unit");
  const layer = el("span", "tooltip-layer");
  const time = el("div", "tooltip-time");
  const channel = el("span", "tooltip-channel");
  const value = el("span", "tooltip-value");
  const valueRow = el("div", "tooltip-row", {}, channel, value);
  const activity = el("span", "tooltip-value tooltip-activity");
  const activityRow = el("div", "tooltip-row", {}, el("span", "tooltip-channel", {}, "activity"), activity);
  const plot = createTracePlot();
  const element = el(
    "div",
    "tooltip",
    { "aria-hidden": "true" },
    el("div", "tooltip-row", {}, unit, layer),
    time,
    valueRow,
    activityRow,
    plot.element,
  );

  const drawActivity = (looked: LookedAt) => {
    const { has_activity: known, steps } = store.get("meta");
    const trace = traces.get(looked);
    // What will never come is not waited for.
    plot.element.hidden = !known || (trace === undefined && store.get("kernelGone"));
    activityRow.hidden = plot.element.hidden || looked.step === undefined;
    if (plot.element.hidden) return;
    setText(activity, trace === undefined || looked.step === undefined ? "…" : describeActivity(trace, looked.step));
    plot.draw(trace, steps, looked.step);
  };
  // Told by an observer, before anything is painted: to ask here would lay the page out anew each time.
  let [width, height, own, tall] = [0, 0, 0, 0];
  /** A unit that was looked up has its card in the corner. */
  const putCard = ({ pointer }: LookedAt) => {
    let [left, top] = [2 * MARGIN, height - tall - 2 * MARGIN];
    if (pointer !== undefined) {
      const lean = leanOf(session, [pointer.x, pointer.y], [width, height]);
      left = place(pointer.x, own, width, lean[0]);
      top = place(pointer.y, tall, height, lean[1]);
    }
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  };
  const draw = () => {
    const looked = lookedAt(store);
    element.hidden = looked === undefined;
    if (looked === undefined) return;
    const text = describePoint(session, looked);
    setText(unit, text.unit);
    setText(layer, text.layer);
    setText(time, text.time);
    setText(channel, text.channel);
    setText(value, text.value);
    valueRow.hidden = text.channel === "";
    drawActivity(looked);
    putCard(looked);
  };
  const observer = new ResizeObserver(() => {
    const looked = lookedAt(store);
    if (looked === undefined) return;
    [width, height] = [bounds.clientWidth, bounds.clientHeight];
    [own, tall] = [element.offsetWidth, element.offsetHeight];
    putCard(looked);
  });
  for (const one of [bounds, element]) observer.observe(one);
  scope.add(() => observer.disconnect());
  scope.watch(store, [...LOOKED_AT, "colorBy", "channelData", "traceData", "kernelGone", "height"], draw);
  return { element, dispose: scope.dispose };
}

type Place = Pick<LookedAt, "epoch" | "step" | "unit">;

export function describePoint({ store, data }: Session, { epoch, step, unit }: Place): Description {
  const meta = store.get("meta");
  const name = store.get("colorBy");
  const info = meta.channels.find((channel) => channel.name === name);
  // Without a step there is a value only where all steps have the same.
  const valued = info !== undefined && (step !== undefined || !info.axes.includes("step"));
  const id = pointId(meta.shape, epoch, step ?? 0, unit);
  const times = [`epoch ${meta.epochs[epoch] ?? epoch}`];
  if (step !== undefined) times.push(`step ${meta.steps[step] ?? step}`);
  return {
    unit: meta.units[unit] ?? `unit ${unit}`,
    layer: meta.layers[meta.unit_layers[unit] ?? -1] ?? "",
    time: times.join(" \u00b7 "),
    channel: valued ? info.name : "",
    value: valued ? describeValue(info, data.channelValue(info.name, id)) : "",
  };
}

function describeValue(info: ChannelInfo, value: number): string {
  if (info.kind !== "categorical") return formatValue(value);
  return info.categories[Math.floor(value + 0.5)] ?? "no value";
}

/** Mean over the samples that take part in the step, and their standard deviation. */
function describeActivity({ mean, deviation }: UnitTrace, step: number): string {
  const [middle, spread] = [mean[step] ?? Number.NaN, deviation[step] ?? Number.NaN];
  if (!Number.isFinite(middle)) return "no value";
  return `${formatValue(middle)} \u00b1 ${formatValue(spread)}`;
}
