import { describe, expect, it } from "vitest";
import { compose, type Shown } from "../../src/geometry/composition";
import { fitView } from "../../src/geometry/fit";
import type { Shape } from "../../src/geometry/points";
import type { Show } from "../../src/protocol/messages";

const VIEW = fitView({ center: [0, 0, 0], radius: 2 }, 800, 600);

function composed(shape: Shape, show: Show, patch: Partial<Shown> = {}) {
  const style = { pointSize: null, opacity: null, lineWidth: null };
  const within = [shape[0], shape[1]] as const;
  const shown = { shape, show, step: null, within, view: VIEW, radius: 2, share: 1, selected: 0, style };
  return compose({ ...shown, ...patch });
}

describe("composition", () => {
  it("draws what each view shows", () => {
    const counts = (show: Show, step: number | null) => {
      const { heads, trail, segments, step: only } = composed([10, 4, 6], show, { step });
      return [heads, trail, segments, only];
    };
    expect(counts("epoch", null)).toEqual([24, 0, 0, -1]);
    expect(counts("epoch", 0)).toEqual([6, 0, 0, 0]);
    expect(counts("all", null)).toEqual([24, 240, 0, -1]);
    expect(counts("steps", null)).toEqual([24, 0, 18, -1]);
    expect(counts("epochs", null)).toEqual([6, 60, 54, 3]);
    expect(counts("epochs", 1)).toEqual([6, 60, 54, 1]);
  });

  it("draws more points smaller and fainter, and what is left of them larger again", () => {
    const few = composed([10, 4, 6], "all");
    const many = composed([127, 128, 30], "all");
    expect(many.headSize).toBeLessThan(few.headSize);
    expect(many.faintOpacity).toBeLessThan(few.faintOpacity);
    const filtered = composed([127, 128, 30], "all", { share: 0.05 });
    expect(filtered.headSize).toBeGreaterThan(many.headSize);
    expect(filtered.heads).toBe(many.heads);
    const windowed = composed([127, 128, 30], "all", { within: [10, 8] });
    expect(windowed.headSize).toBeGreaterThan(many.headSize);
    expect(windowed.trail).toBe(many.trail);
    expect(composed([127, 128, 30], "epoch", { within: [10, 128] })).toEqual(composed([127, 128, 30], "epoch"));
  });
});
