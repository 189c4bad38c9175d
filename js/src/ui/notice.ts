// A bar for messages that need attention: an error from the kernel, a lost graphics context.

import type { Session } from "../state/session";
import { createButton } from "./controls";
import { createScope, el, type Part, setText } from "./dom";
import { ICONS } from "./icons";

export function createNotice(session: Session): Part {
  const scope = createScope();
  const text = el("span", "notice-text");
  const dismiss = createButton(scope, {
    name: "Dismiss message",
    icon: ICONS.clear,
    press: session.actions.dismissNotice,
  });
  const element = el("div", "notice", { role: "alert" }, text, dismiss);
  scope.watch(session.store, ["notice"], () => {
    const notice = session.store.get("notice");
    element.hidden = notice === undefined;
    setText(text, notice ?? "");
  });
  return { element, dispose: scope.dispose };
}
