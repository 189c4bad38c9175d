// The layers of a view, told what to draw: a composition and the selection become vertex counts and
// uniforms.

import type { IUniform } from "three";
import type { Composition } from "./composition";
import { createLinesLayer, createPointsLayer, type Layer, LIT, REST } from "./layers";

/** Opacity of points that are not selected, while some are; few points stay this strong. */
const DIMMED = 0.2;
/** Size of points of other epochs, as a part of the current one's: beside lines, and alone. */
const TRAIL_SIZE = { withLines: 0.45, alone: 0.75 };
/** Part of all epochs after which trails and lines have faded to 1/e. */
const TRAIL_FADE = 0.2;
const LINE_FADE = 0.25;
/** Least opacity of a selected unit's line, and that of another's as a part of its own. */
const SELECTED_LINE = 0.6;
const UNSELECTED_LINE = 0.35;
/** How much wider than the point the ring around it is, in CSS pixels. */
const RING_ROOM = 6;
/** Over everything, the lit trajectory too. */
const RING_ORDER = 9;
export const VERTICES_PER_SEGMENT = 6;

export interface Layers {
  readonly all: readonly Layer[];
  arrange(plan: Composition, selecting: boolean, epochs: number, hover: number | undefined): void;
  dispose(): void;
}

export function setUniforms(uniforms: Readonly<Record<string, IUniform>>, values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    const uniform = uniforms[name];
    if (uniform !== undefined) uniform.value = value;
  }
}

export function createLayers(shared: Readonly<Record<string, IUniform>>): Layers {
  const heads = { lit: createPointsLayer(shared, LIT, 1), rest: createPointsLayer(shared, REST, 4) };
  const trail = { lit: createPointsLayer(shared, LIT, 2), rest: createPointsLayer(shared, REST, 5) };
  const lines = createLinesLayer(shared, 3);
  const ring = createPointsLayer(shared, REST, RING_ORDER);
  const all = [heads.lit, heads.rest, trail.lit, trail.rest, lines, ring];

  const arrangePoints = (plan: Composition, selecting: boolean, epochs: number) => {
    const common = { uStep: plan.step, uFaint: selecting ? Math.min(plan.faint, DIMMED) : plan.faint };
    for (const layer of [heads.lit, heads.rest]) setUniforms(layer.uniforms, { ...common, uSize: plan.size });
    const past = {
      ...common,
      uFollow: false,
      uLitByDefault: false,
      uFadeEpochs: plan.throughEpochs ? Math.max(1, TRAIL_FADE * epochs) : 0,
      uSize: TRAIL_SIZE[plan.throughEpochs ? "withLines" : "alone"] * plan.size,
    };
    for (const layer of [trail.lit, trail.rest]) setUniforms(layer.uniforms, past);
    heads.lit.show(plan.heads);
    heads.rest.show(selecting ? plan.heads : 0);
    trail.lit.show(selecting ? plan.trail : 0);
    trail.rest.show(plan.trail);
  };
  const arrangeLines = (plan: Composition, selecting: boolean, epochs: number) => {
    setUniforms(lines.uniforms, {
      uStep: plan.step,
      uThroughEpochs: plan.throughEpochs,
      uStrong: selecting ? Math.max(SELECTED_LINE, plan.lineStrength) : plan.lineStrength,
      uFaint: UNSELECTED_LINE * plan.lineStrength,
      uFadeEpochs: Math.max(2, LINE_FADE * epochs),
    });
    lines.show(plan.segments * VERTICES_PER_SEGMENT);
  };
  const arrangeRing = (plan: Composition, hover: number | undefined) => {
    const uFollow = plan.trail === 0;
    setUniforms(ring.uniforms, { uSingle: hover ?? -1, uRing: true, uFollow, uSize: plan.size + RING_ROOM });
    ring.show(hover === undefined ? 0 : 1);
  };

  return {
    all,
    arrange(plan, selecting, epochs, hover) {
      arrangePoints(plan, selecting, epochs);
      arrangeLines(plan, selecting, epochs);
      arrangeRing(plan, hover);
    },
    dispose() {
      for (const layer of all) layer.dispose();
    },
  };
}
