// What the colors mean, over the picture's top right corner, and what of it is shown: categories that
// hide their points, a bar with a range for numbers.

import { infoOf } from "../state/coloring";
import type { Session } from "../state/session";
import { createScope, el, type Part } from "./dom";
import { createCategories } from "./legend-categories";
import { createRange } from "./legend-range";

export function createLegend(session: Session): Part {
  const { store } = session;
  const scope = createScope();
  const element = el("div", "legend", { role: "group", "aria-label": "Legend" });
  let drawn = "";
  let part: Part | undefined;
  const clear = () => {
    part?.dispose();
    part = undefined;
    element.replaceChildren();
  };
  scope.add(clear);
  scope.watch(store, ["meta", "colorBy"], () => {
    const info = infoOf(store, store.get("colorBy"));
    // Other values alone change nothing of it: what is unfolded or dragged there stays.
    const key = JSON.stringify({ ...info, revision: 0 });
    if (key === drawn) return;
    drawn = key;
    clear();
    element.hidden = info === undefined;
    if (info === undefined) return;
    part = info.kind === "categorical" ? createCategories(session, info) : createRange(session, info);
    element.append(el("div", "legend-title", {}, info.name), part.element);
  });
  return { element, dispose: scope.dispose };
}
