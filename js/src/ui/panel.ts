// The side panel: what is selected, and groups. One button of the toolbar opens it; it stands beside the
// picture, or below where that is narrow. What is open is remembered for each picture on the page, not
// in Python; closed, it does nothing.

import type { Session } from "../state/session";
import { uniqueId } from "../util/uuid";
import { createAblation } from "./ablation";
import { createButton } from "./controls";
import { createScope, el, KEEPS_SHORTCUTS_OUT, type Part, setAttribute } from "./dom";
import { createPanelGroups } from "./panel-groups";
import { PANEL_ICONS } from "./panel-icons";
import { createPanelSummary } from "./panel-summary";
import { createPanelUnits } from "./panel-units";

interface Section {
  readonly label: string;
  readonly title: string;
  readonly create: (session: Session) => Part;
}

/** The panel renders these; an entry makes its part when it is chosen. */
const SECTIONS: readonly Section[] = [
  { label: "Units", title: "Select units from a list", create: createPanelUnits },
  { label: "Groups", title: "Selections with a name", create: createPanelGroups },
  { label: "Summary", title: "What the selection is made of", create: createPanelSummary },
];

interface Remembered {
  open: boolean;
  section: number;
}

const REMEMBERED = new WeakMap<Session, Remembered>();

export interface Panel extends Part {
  /** The button that opens and closes it. */
  readonly toggle: HTMLButtonElement;
}

export function createPanel(session: Session): Panel {
  const scope = createScope();
  const id = `mmp-panel-${uniqueId()}`;
  // A view opens as the one that was changed last.
  const state = { open: false, section: 0, ...REMEMBERED.get(session) };
  const content = el("div", "panel-content", { role: "tabpanel" });
  const tabs = SECTIONS.map(({ label, title }, at) => {
    const attributes = { type: "button", role: "tab", id: `${id}-${at}`, title, "aria-controls": `${id}-content` };
    const tab = el("button", "panel-tab", { ...attributes, ...KEEPS_SHORTCUTS_OUT }, label);
    scope.listen(tab, "click", () => choose(at));
    return tab;
  });
  const waiting = el("span", "panel-waiting", { title: "Python has not answered yet" }, "waiting");
  const bar = el("div", "panel-tabs", { role: "tablist", "aria-label": "Selection and groups" }, ...tabs);
  const head = el("div", "panel-head", {}, bar, waiting);
  content.id = `${id}-content`;
  const element = el("aside", "panel", { "aria-label": "Selection and groups", id }, head, content);
  let parts: readonly Part[] = [];

  const drop = () => {
    for (const part of parts) {
      part.dispose();
      part.element.remove();
    }
    parts = [];
  };
  const draw = () => {
    REMEMBERED.set(session, { ...state });
    drop();
    element.hidden = !state.open;
    setAttribute(toggle, "aria-expanded", String(state.open));
    tabs.forEach((tab, at) => {
      setAttribute(tab, "aria-selected", String(at === state.section));
      tab.tabIndex = at === state.section ? 0 : -1;
    });
    setAttribute(content, "aria-labelledby", `${id}-${state.section}`);
    if (!state.open) return;
    const part = SECTIONS[state.section]?.create(session);
    if (part === undefined) return;
    const below = createAblation(session);
    content.append(part.element);
    element.append(below.element);
    parts = [part, below];
  };
  const choose = (section: number) => {
    state.section = section;
    draw();
    tabs[section]?.focus();
  };
  const toggle = createButton(scope, {
    name: "Selection and groups",
    icon: PANEL_ICONS.panel,
    title: "Selection and groups: units, what they have in common, named groups",
    press() {
      state.open = !state.open;
      draw();
    },
  });
  setAttribute(toggle, "aria-controls", id);
  scope.listen(bar, "keydown", (event) => {
    const at = tabs.indexOf(event.target as HTMLButtonElement);
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const to = moves[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    choose(to);
  });
  scope.watch(session.store, ["selection", "kernelGone"], () => {
    waiting.hidden = !session.store.get("selection").pending || session.store.get("kernelGone");
  });
  draw();
  scope.add(drop);
  return { element, toggle, dispose: scope.dispose };
}
