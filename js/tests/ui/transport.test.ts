// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createTransport } from "../../src/ui/transport";
import { createFakeSession, META } from "./fake-session";
import { get, getSelect, getSlider, press } from "./roles";

function setUp(patch: Parameters<typeof createFakeSession>[0] = {}) {
  const session = createFakeSession(patch);
  const { element, dispose } = createTransport(session);
  const label = (name: string) =>
    getSlider(element, name).closest(".mmp-slider-field")?.querySelector(".mmp-slider-label")?.textContent;
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

  it("loop and reverse are switches, and the triangle points the way", () => {
    const { session, element } = setUp();
    const [loop, reverse] = [get(element, "button", "Loop"), get(element, "button", "Reverse")];
    const play = get(element, "button", "Play");
    const pressed = () => [loop, reverse].map((button) => button.getAttribute("aria-pressed"));
    expect([pressed(), play.classList.contains("mmp-mirrored")]).toEqual([["true", "false"], false]);
    loop.click();
    reverse.click();
    expect([session.store.get("loop"), session.store.get("direction")]).toEqual([false, "back"]);
    expect([pressed(), play.classList.contains("mmp-mirrored")]).toEqual([["false", "true"], true]);
    reverse.click();
    expect(session.store.get("direction")).toBe("forward");
  });

  it("has nothing to play in a window of one epoch", () => {
    const { session, element } = setUp({ epochWindow: [2, 2] });
    const disabled = () => get(element, "button", "Next epoch").getAttribute("aria-disabled");
    expect(disabled()).toBe("true");
    session.store.set({ epochWindow: [2, 3] });
    expect(disabled()).toBe("false");
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
  it("runs over recorded numbers, uneven as they are, and writes them", () => {
    const { session, element, label } = setUp();
    const slider = getSlider(element, "Epoch");
    expect([slider.min, slider.max, slider.step]).toEqual(["0", "4", "any"]);
    expect(label("Epoch")).toBe("epoch 0 / 19");
    session.store.set({ epoch: 2.5 });
    expect(label("Epoch")).toBe("epoch 9 / 19");
    expect(slider.getAttribute("aria-valuetext")).toBe("epoch 9 of 19");
    expect(slider.valueAsNumber / 4).toBeCloseTo(5.5 / 19, 5);
    session.store.set({ epoch: 2.49 });
    expect(label("Epoch")).toBe("epoch 2 / 19");
    expect(element.querySelector(".mmp-epoch-marks")?.getAttribute("d")).toContain("M473.7 0V1");
  });

  it("has the epoch itself as its value where numbers are even, however they start", () => {
    const meta = { ...META, shape: [12, 3, 4] as const, epochs: Array.from({ length: 12 }, (_, i) => 1 + 3 * i) };
    const { session, element } = setUp({ meta });
    const values = meta.epochs.map((_, epoch) => {
      session.store.set({ epoch });
      return getSlider(element, "Epoch").value;
    });
    expect(values).toEqual(meta.epochs.map((_, epoch) => String(epoch)));
    expect(element.querySelector(".mmp-epoch-marks")?.getAttribute("d")).toBe("");
  });

  it("seeks smoothly under the pointer", () => {
    const { session, element } = setUp();
    const slider = getSlider(element, "Epoch");
    slider.value = String((4 * 5.5) / 19);
    slider.dispatchEvent(new Event("input"));
    expect(session.calls).toEqual([["seek", expect.closeTo(2.5, 9)]]);
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

  it("counts the steps in the window, and stands at its last", () => {
    const { session, element, label } = setUp({ stepWindow: [0, 1] });
    expect([label("Step"), getSlider(element, "Step").value]).toEqual(["2 steps", "1"]);
    session.store.set({ stepWindow: [1, 1] });
    expect(label("Step")).toBe("1 step");
    session.store.set({ show: "epochs" });
    expect(label("Step")).toBe("step 2 / 4");
  });
});
