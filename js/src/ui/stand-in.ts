// The picture that stays is an output beside the live view, for when the view is gone. While a live
// view stands in the same output area a rule hides it; the rule goes when the view goes, and a
// picture that is replaced under it stays hidden, without a listener.

import type { Session } from "../state/session";
import { createScope, el, type Part } from "./dom";

/** Keyword of the text chunk with which the kernel's pictures begin (widget/stand_in.py). */
const KEYWORD = "mmphate-stand-in";
const GENERATION = /^[0-9a-f]{32}$/;

/** How the data URL of every picture of this widget goes on after its size: it names the widget. */
export function fragmentOf(generation: string): string {
  const text = `${KEYWORD}\0${generation}`;
  // A PNG's signature and header are 33 bytes, so that base64 begins a group with the first chunk.
  return btoa(`\0\0\0${String.fromCharCode(text.length)}tEXt${text}`);
}

/** Hides the widget's pictures wherever `root` stands beside them. */
export function createStandInRule(session: Session, root: HTMLElement): Part {
  const scope = createScope();
  const element = el("style", "");
  scope.watch(session.store, ["meta"], () => {
    const { generation } = session.store.get("meta");
    if (!GENERATION.test(generation)) return;
    root.dataset.generation = generation;
    element.textContent = `
      .jp-OutputArea:has(.mmp-root[data-generation="${generation}"])
        > .jp-OutputArea-child:has(img[src^="data:image/png;base64,"][src*="${fragmentOf(generation)}"]) {
        display: none;
      }`;
  });
  return { element, dispose: scope.dispose };
}
