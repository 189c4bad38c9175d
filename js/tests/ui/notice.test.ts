// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createNotice } from "../../src/ui/notice";
import { createFakeSession } from "./fake-session";
import { get } from "./roles";

describe("createNotice", () => {
  it("appears with its text and goes when dismissed", () => {
    const session = createFakeSession();
    const { element } = createNotice(session);
    expect(element.hidden).toBe(true);
    session.store.set({ notice: "`units` must be below 4, got 9" });
    expect([element.hidden, element.textContent]).toEqual([false, "`units` must be below 4, got 9"]);
    get(element, "button", "Dismiss message").click();
    expect([element.hidden, session.calls]).toEqual([true, [["dismissNotice"]]]);
  });
});
