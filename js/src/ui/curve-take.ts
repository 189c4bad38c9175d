// The button beside the training curves that selects what is visible of the epochs brushed there: the
// legend's range on the channel "epoch", by one press. Enter on the curves does the same.

import type { Where } from "../protocol/messages";
import { infoOf } from "../state/coloring";
import type { Session } from "../state/session";
import { windowName } from "../state/shown";
import { combineFor } from "../tools/pointer";
import { setEnabled } from "./controls";
import { el, type Scope, setAttribute, setText } from "./dom";
import { titleOfTake } from "./legend-take";

const CHANNEL = "epoch";

export function createCurveTake(scope: Scope, session: Session, plot: HTMLElement): HTMLButtonElement {
  const { store, actions, panel } = session;
  const button = el("button", "button text-button take curve-take", { type: "button" });
  const take = (event: { shiftKey: boolean; altKey: boolean }) => {
    if (button.hidden || button.getAttribute("aria-disabled") === "true") return;
    actions.selectWhere(CHANNEL, rangeOf(session), combineFor(event, store.get("combine")));
  };
  scope.listen(button, "click", take);
  scope.listen(plot, "keydown", (event) => {
    if (event.key !== "Enter" || store.get("epochWindow") === null) return;
    event.preventDefault();
    event.stopPropagation();
    take(event);
  });
  scope.add(() => panel.wantChannels(button, []));
  scope.watch(store, ["meta", "epochWindow", "show", "channelData", "kernelGone"], () => {
    const isWindowed = store.get("epochWindow") !== null;
    // So that the points are found in the page, while the kernel may be busy.
    panel.wantChannels(button, isWindowed && !store.get("kernelGone") ? [CHANNEL] : []);
    const info = infoOf(store, CHANNEL);
    // A user may have called something else so.
    button.hidden = info?.kind !== "continuous" || info.axes.join() !== CHANNEL;
    setEnabled(button, panel.hasChannel(CHANNEL) || !store.get("kernelGone"));
    const what = describeTaken(session);
    setText(button, `Select ${what}`);
    setAttribute(button, "title", titleOfTake(what));
  });
  return button;
}

/** What is visible there: of two of the four pictures, one epoch alone. */
function describeTaken({ store }: Session): string {
  const show = store.get("show");
  if (show === "epoch" || show === "steps") return "this epoch";
  return windowName(store, "epoch") ?? "all epochs";
}

/** From the least to the greatest number in the window, as the channel has them. */
function rangeOf({ store, data, panel }: Session): Where {
  const interval = store.get("epochWindow");
  if (interval === null) return { range: [null, null] };
  const { epochs } = store.get("meta");
  const values = panel.hasChannel(CHANNEL) ? data.channel(CHANNEL)?.values : undefined;
  const [first, last] = interval;
  const named = epochs.slice(first, last + 1).map((epoch, i) => values?.[first + i] ?? Math.fround(epoch));
  const numbers = named.filter((number) => !Number.isNaN(number));
  return { range: numbers.length === 0 ? [null, null] : [Math.min(...numbers), Math.max(...numbers)] };
}
