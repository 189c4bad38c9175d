// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { createScope } from "../../src/ui/dom";
import { followTitle } from "../../src/ui/panel-name";

import { createFakeSession, META } from "./fake-session";

it("names the root while the picture has a title", () => {
  const session = createFakeSession();
  const root = document.createElement("div");
  const scope = createScope();
  followTitle(scope, root, session);
  expect(root.hasAttribute("role")).toBe(false);
  session.store.set({ meta: { ...META, title: "<b>LSTM</b>" } });
  expect([root.getAttribute("role"), root.getAttribute("aria-label")]).toEqual(["group", "<b>LSTM</b>"]);
  session.store.set({ meta: META });
  expect([root.getAttribute("role"), root.getAttribute("aria-label")]).toEqual([null, null]);
  scope.dispose();
});
