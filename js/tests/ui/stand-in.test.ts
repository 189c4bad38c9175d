// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import golden from "../../../tests/golden/stand_in.json" with { type: "json" };
import { createUi } from "../../src/ui/create-ui";
import { fragmentOf } from "../../src/ui/stand-in";
import { createFakeSession, META } from "./fake-session";
import { mount } from "./mount";

const RULE = ".jp-OutputArea:has";

describe("the picture that stays", () => {
  it("is known by the text that Python writes into it", () => {
    expect(fragmentOf(golden.generation)).toBe(golden.fragment);
  });

  it("is hidden by a rule that goes with the view", () => {
    const session = createFakeSession();
    session.store.set({ meta: { ...META, generation: golden.generation } });
    const { root, dispose } = mount(session);
    expect(root.dataset.generation).toBe(golden.generation);
    const style = [...root.querySelectorAll("style")].filter((e) => e.textContent?.includes(RULE));
    expect(style).toHaveLength(1);
    expect(style[0]?.textContent).toContain(golden.fragment);
    session.store.set({ meta: { ...META, generation: "f".repeat(32) } });
    expect(style[0]?.textContent).toContain(fragmentOf("f".repeat(32)));
    dispose();
    expect(document.querySelectorAll("style")).toHaveLength(0);
  });

  it("stays in sight where the view cannot be made", () => {
    const session = createFakeSession();
    session.store.set({ meta: { ...META, generation: golden.generation } });
    const host = document.createElement("div");
    const mountScene = () => {
      throw new Error("no WebGL");
    };
    expect(() => createUi({ session, el: host, mountScene })).toThrow("no WebGL");
    expect(host.querySelectorAll("[data-generation]")).toHaveLength(0);
  });
});
