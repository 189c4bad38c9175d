// The bar below a picture without a kernel: named groups to select and to make, and the selection to
// take along as JSON, copied or as a file. It says that Python hears nothing of all this.

import type { GroupInfo, Keeper } from "../state/keeper";
import type { Session } from "../state/session";
import { setEnabled } from "./controls";
import { createScope, el, KEEPS_SHORTCUTS_OUT, type Part, type Scope, setText } from "./dom";
import { download } from "./download";
import css from "./kept-bar.css";
import { countOf } from "./text";

const FILE_NAME = "mmphate-selection.json";
const ABOUT = "Saved picture \u00b7 nothing done here reaches Python";
const COPY_TITLE = "Copy selected points and units, and the groups, as JSON";
const SAVE_TITLE = "Save selected points and units, and the groups, as a JSON file";
const ADD_TITLE = "Name the selection; it stays until the page is closed";

export function createKeptBar(session: Session, keeper: Keeper): Part {
  const scope = createScope();
  const said = el("span", "kept-said", { role: "status", "aria-live": "polite" });
  const say = (text: string) => setText(said, text);
  const element = el(
    "div",
    "kept",
    { role: "group", "aria-label": "Groups and selection" },
    el("style", "", {}, css),
    createGroups(scope, keeper, say),
    createNaming(scope, session, keeper, say),
    createTaking(scope, keeper, say),
    said,
    el("span", "kept-about", {}, ABOUT),
  );
  return { element, dispose: scope.dispose };
}

type Say = (text: string) => void;

function textButton(scope: Scope, text: string, title: string, press: () => void): HTMLButtonElement {
  const button = el("button", "button text-button", { type: "button", title, ...KEEPS_SHORTCUTS_OUT }, text);
  scope.listen(button, "click", () => {
    if (button.getAttribute("aria-disabled") !== "true") press();
  });
  return button;
}

function createGroups(scope: Scope, keeper: Keeper, say: Say): HTMLElement {
  const list = el("div", "kept-list", { role: "group", "aria-label": "Groups" });
  let inner = createScope();
  const draw = () => {
    inner.dispose();
    inner = createScope();
    const groups = keeper.groups();
    list.hidden = groups.length === 0;
    const label = el("span", "field-label", { "aria-hidden": "true" }, "Groups");
    list.replaceChildren(label, ...groups.map((group) => createGroup(inner, group, keeper, say)));
  };
  scope.add(keeper.onGroups(draw));
  scope.add(() => inner.dispose());
  draw();
  return list;
}

function createGroup(scope: Scope, { name, units, points }: GroupInfo, keeper: Keeper, say: Say): HTMLElement {
  const title = `Select ${countOf(units, "unit")}, ${countOf(points, "point")}`;
  return textButton(scope, name, title, () => {
    keeper.select(name);
    say(`Group ${name} selected`);
  });
}

function createNaming(scope: Scope, { store }: Session, keeper: Keeper, say: Say): HTMLElement {
  const field = el("input", "kept-field", {
    type: "text",
    "aria-label": "Name of a new group",
    placeholder: "Name of a new group",
    autocomplete: "off",
    spellcheck: "false",
  });
  const name = () => field.value.trim();
  const isReady = () => name() !== "" && store.get("selection").count > 0;
  const add = () => {
    if (!isReady()) return;
    keeper.add(name());
    say(`Group ${name()} added`);
    field.value = "";
    update();
  };
  const button = textButton(scope, "Add group", ADD_TITLE, add);
  const update = () => setEnabled(button, isReady());
  scope.listen(field, "input", update);
  scope.listen(field, "keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) add();
    // Keys typed here are no shortcuts of the picture.
    event.stopPropagation();
  });
  scope.watch(store, ["selection"], update);
  return el("div", "kept-naming", {}, field, button);
}

function createTaking(scope: Scope, keeper: Keeper, say: Say): HTMLElement {
  const copyAll = () =>
    copy(keeper.describe()).then(
      () => say("Copied"),
      () => say("The browser refused to copy: save the file instead"),
    );
  const saveAll = () => {
    download(new Blob([keeper.describe()], { type: "application/json" }), FILE_NAME);
    say(`${FILE_NAME} saved`);
  };
  return el(
    "div",
    "kept-taking",
    {},
    textButton(scope, "Copy selection", COPY_TITLE, () => void copyAll()),
    textButton(scope, "Save selection", SAVE_TITLE, saveAll),
  );
}

/** By the clipboard's own interface, or where a frame may not use that, as a hand would. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const before = document.activeElement;
    const area = el("textarea", "kept-copied", { "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    if (!done) throw new Error("the browser refused to copy");
  }
}
