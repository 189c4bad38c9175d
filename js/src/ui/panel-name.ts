// The name of a panel among others, for those who do not see where its title stands.

import type { Session } from "../state/session";
import type { Scope } from "./dom";

/** Makes the root a group of this name while the picture has one. */
export function followTitle(scope: Scope, root: HTMLElement, { store }: Session): void {
  scope.watch(store, ["meta"], () => {
    const { title } = store.get("meta");
    setOrRemove(root, "role", title && "group");
    setOrRemove(root, "aria-label", title);
  });
}

function setOrRemove(element: HTMLElement, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
