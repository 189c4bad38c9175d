// Groups as JSON, to copy or to download, in the form of Python's `w.groups.to_json()`. Their points come
// from the kernel first, so that what is written is whole.

import { bitIds } from "../protocol/bitmask";
import type { GroupEntry, Meta } from "../protocol/messages";
import type { Session } from "../state/session";
import { createScope, el, focusedBeside, type Part, setText } from "./dom";
import { createTextButton, NO_KERNEL } from "./panel-parts";
import { countOf } from "./text";

/** Of the form; Python's EXPORT_VERSION. */
const VERSION = 1;
const FILE = "mmphate-groups.json";

type Way = "copy" | "download";

export function exportGroups(
  shape: Meta["shape"],
  entries: readonly GroupEntry[],
  masks: readonly Uint8Array[],
): string {
  const groups = entries.map(({ name, color, units }, at) => {
    const points = Array.from(bitIds(masks[at] ?? new Uint8Array(0)));
    return { name, color, units, points };
  });
  return JSON.stringify({ version: VERSION, shape, groups });
}

export function createGroupExport(session: Session): Part {
  const { store, panel } = session;
  const scope = createScope();
  const owner = {};
  const said = el("span", "panel-muted", { "aria-live": "polite" });
  let way: Way | undefined;

  const ask = (next: Way) => {
    way = next;
    setText(said, "waiting for Python");
    proceed();
  };
  const copy = createTextButton(scope, "Copy JSON", "Copy units and points of all groups as JSON", () => ask("copy"));
  const save = createTextButton(scope, "Download JSON", "Save units and points of all groups as a file", () =>
    ask("download"),
  );
  const proceed = () => {
    if (way === undefined) return;
    const { entries, revision } = store.get("groups");
    const questions = entries.map(({ name }) => ({ name, revision }));
    panel.groups.want(owner, questions);
    const masks = questions.map(panel.groups.get);
    if (!masks.every((mask) => mask !== undefined)) return;
    const done = way;
    way = undefined;
    panel.groups.want(owner, []);
    const text = exportGroups(store.get("meta").shape, entries, masks);
    const what = countOf(entries.length, "group");
    if (done === "copy") {
      copyText(text, copy.element)
        .then(() => setText(said, `${what} copied`))
        .catch(() => setText(said, "The browser refused; download it"));
    } else {
      download(text);
      setText(said, `${what} saved`);
    }
  };
  scope.watch(store, ["groups", "answers", "kernelGone"], () => {
    const gone = store.get("kernelGone");
    if (gone && way !== undefined) {
      way = undefined;
      setText(said, NO_KERNEL);
    }
    for (const button of [copy, save]) button.allow(gone ? NO_KERNEL : undefined);
    proceed();
  });
  scope.add(() => panel.groups.want(owner, []));
  return { element: el("div", "panel-row", {}, copy.element, save.element, said), dispose: scope.dispose };
}

/** Pages without HTTPS have no clipboard of their own; there a hidden field is copied from. */
async function copyText(text: string, button: HTMLElement): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  const before = focusedBeside(button);
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!copied) throw new Error("nothing was copied");
}

function download(text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = FILE;
  link.click();
  // The click starts the download in a task of its own.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
