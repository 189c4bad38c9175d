// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createTransport } from "../../src/ui/transport";
import { createFakeSession, META } from "./fake-session";
import { get, getSelect, getSlider, press } from "./roles";

function setUp(patch: Parameters<typeof createFakeSession>[0] = {}) {
  const session = createFakeSession(patch);
  const { element, dispose } = createTransport(session);
  const label = (name: string) =>
    getSlider(element, name).parentElement?.querySelector(".mmp-slider-label")?.textContent;
  return { session, element, dispose, label };
}

describe("playing", () => {
  it("the button's name says what it does", () => {
    const { session, element } = setUp();
    get(element, "button", "Play").click();
    expect(session.calls).toEqual([["setPlaying", true]]);
    get(element, "button", "Pause").click();
    expect(session.store.get("playing")).toBe(false);
    expect(get(element, "button", "Play").title).toBe("Play (Space)");
  });

  it("previous and next move whole epochs", () => {
    const { session, element } = setUp({ epoch: 2 });
    get(element, "button", "Next epoch").click();
    get(element, "button", "Previous epoch").click();
    expect(session.calls).toEqual([
      ["stepEpoch", 1],
      ["stepEpoch", -1],
    ]);
  });

  it("a speed set from Python that is not in the list joins it", () => {
    const { session, element } = setUp();
    const speed = getSelect(element, "Speed");
    session.store.set({ speed: 3 });
    expect(speed.value).toBe("3");
    expect([...speed.options].map((option) => option.text)).toContain("3 / s");
    speed.value = "8";
    speed.dispatchEvent(new Event("change"));
    expect(session.calls).toEqual([["setSpeed", 8]]);
  });
});

describe("the epoch slider", () => {
  it("runs over positions and writes recorded numbers, uneven as they are", () => {
    const { session, element, label } = setUp();
    const slider = getSlider(element, "Epoch");
    expect([slider.min, slider.max, slider.step]).toEqual(["0", "4", "any"]);
    expect(label("Epoch")).toBe("epoch 0 / 19");
    session.store.set({ epoch: 2.5 });
    expect(label("Epoch")).toBe("epoch 9 / 19");
    expect(slider.getAttribute("aria-valuetext")).toBe("epoch 9 of 19");
    session.store.set({ epoch: 2.49 });
    expect(label("Epoch")).toBe("epoch 2 / 19");
  });

  it("seeks smoothly under the pointer", () => {
    const { session, element } = setUp();
    const slider = getSlider(element, "Epoch");
    slider.value = "1.25";
    slider.dispatchEvent(new Event("input"));
    expect(session.calls).toEqual([["seek", 1.25]]);
  });

  it("holds time still while it is dragged, and only then", () => {
    const { session, element } = setUp({ playing: true });
    const slider = getSlider(element, "Epoch");
    slider.dispatchEvent(new Event("pointerdown"));
    expect(session.store.get("playing")).toBe(false);
    slider.dispatchEvent(new Event("pointerup"));
    expect(session.store.get("playing")).toBe(true);
    session.store.set({ playing: false });
    slider.dispatchEvent(new Event("pointerdown"));
    slider.dispatchEvent(new Event("pointerup"));
    expect(session.store.get("playing")).toBe(false);
  });

  it.each([
    ["ArrowRight", ["stepEpoch", 1]],
    ["ArrowUp", ["stepEpoch", 1]],
    ["ArrowLeft", ["stepEpoch", -1]],
    ["ArrowDown", ["stepEpoch", -1]],
    ["Home", ["seek", 0]],
    ["End", ["seek", 4]],
    ["PageDown", ["seek", 0]],
    ["PageUp", ["seek", 4]],
  ])("%s moves whole epochs", (key, call) => {
    const { session, element } = setUp({ epoch: 1.3 });
    const event = press(getSlider(element, "Epoch"), key);
    expect(session.calls).toEqual([call]);
    expect(event.defaultPrevented).toBe(true);
  });

  it("has nothing to move with one epoch", () => {
    const meta = { ...META, shape: [1, 3, 4] as const, epochs: [7] };
    const { element, label } = setUp({ meta });
    expect(getSlider(element, "Epoch").disabled).toBe(true);
    expect(label("Epoch")).toBe("epoch 7 / 7");
    expect(get(element, "button", "Play").getAttribute("aria-disabled")).toBe("true");
  });
});

describe("the step slider", () => {
  it("says all steps until one is taken, and can go back, also from step 0", () => {
    const { session, element, label } = setUp();
    const slider = getSlider(element, "Step");
    const all = get(element, "button", "all steps");
    expect([label("Step"), all.getAttribute("aria-pressed")]).toEqual(["3 steps", "true"]);
    slider.value = "0";
    slider.dispatchEvent(new Event("input"));
    expect(session.store.get("step")).toBe(0);
    expect([label("Step"), all.getAttribute("aria-pressed")]).toEqual(["step 0 / 4", "false"]);
    all.click();
    expect(session.store.get("step")).toBe(null);
    all.click();
    expect(session.store.get("step")).toBe(2);
  });

  it("names the last step for lines through epochs", () => {
    const { session, label } = setUp({ show: "epochs" });
    expect(label("Step")).toBe("step 4 / 4");
    session.store.set({ step: 1 });
    expect(label("Step")).toBe("step 2 / 4");
  });
});
