// The layers of a view, told what to draw: a composition and the selection become vertex counts and
// uniforms. Faint points come first, then lines, then what is lit, which nothing veils.

import type { IUniform } from "three";
import type { Fading } from "../geometry/age";
import type { Composition } from "../geometry/composition";
import { createLinesLayer, createPointsLayer, type Layer, LIT, REST } from "./layers";
import { UNLIT_SIZE } from "./shaders";

/** Most opacity of points that are not selected, while some are. */
const DIMMED = 0.2;
/** Least opacity of a selected unit's line, and that of another's as a part of its own. */
const SELECTED_LINE = 0.6;
const UNSELECTED_LINE = 0.35;
/** How much wider than the point the ring around it is, in CSS pixels. */
const RING_ROOM = 6;
const ORDER = { trail: 1, heads: 2, lines: 3, litLines: 4, litTrail: 5, litHeads: 6, ring: 10 };
export const VERTICES_PER_SEGMENT = 6;

/** One in how many points is drawn: of the current epoch, and of those each at its own. */
export interface Thinning {
  readonly heads: number;
  readonly trail: number;
}

export interface Layers {
  readonly all: readonly Layer[];
  /** Takes over the ids of selected points where these are few; undefined for many. */
  select(ids: Uint32Array | undefined): void;
  /** Where not all points are drawn, those that are are the stronger; few selected ones are all drawn. */
  arrange(plan: Composition, fading: Fading, selecting: boolean, hover: number | undefined, thinning: Thinning): void;
  dispose(): void;
}

export function setUniforms(uniforms: Readonly<Record<string, IUniform>>, values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    const uniform = uniforms[name];
    if (uniform !== undefined) uniform.value = value;
  }
}

export function createLayers(shared: Readonly<Record<string, IUniform>>): Layers {
  const heads = {
    lit: createPointsLayer(shared, LIT, ORDER.litHeads),
    rest: createPointsLayer(shared, REST, ORDER.heads),
  };
  const trail = {
    lit: createPointsLayer(shared, LIT, ORDER.litTrail),
    rest: createPointsLayer(shared, REST, ORDER.trail),
  };
  const lines = {
    lit: createLinesLayer(shared, LIT, ORDER.litLines),
    rest: createLinesLayer(shared, REST, ORDER.lines),
  };
  const ring = createPointsLayer(shared, REST, ORDER.ring);
  const all = [heads.lit, heads.rest, trail.lit, trail.rest, lines.lit, lines.rest, ring];

  let listed: number | undefined;
  const arrangePoints = (plan: Composition, fading: readonly number[], selecting: boolean, thinning: Thinning) => {
    const faint = selecting ? Math.min(plan.faintOpacity, DIMMED) : plan.faintOpacity;
    // So many that they are seen through: all of them faint, nothing lit.
    const translucent = !selecting && plan.headOpacity < 1;
    const current = {
      uStep: plan.step,
      uFaint: stronger(translucent ? plan.headOpacity : faint, thinning.heads),
      uThinning: thinning.heads,
      uLitByDefault: !translucent,
      // What is seen through is no smaller for that.
      uSize: translucent ? plan.headSize / UNLIT_SIZE : plan.headSize,
      // All steps of one epoch, along their lines.
      uFades: plan.segments > 0 && !plan.throughEpochs && plan.step < 0,
      uFading: fading,
    };
    setUniforms(heads.rest.uniforms, current);
    setUniforms(heads.lit.uniforms, { ...current, uSize: selecting ? plan.litHeadSize : plan.headSize });
    const past = {
      uStep: plan.step,
      uFaint: stronger(faint, thinning.trail),
      uThinning: thinning.trail,
      uFollow: false,
      uLitByDefault: false,
      uFades: plan.throughEpochs,
      uFading: fading,
      uSize: plan.trailSize,
    };
    setUniforms(trail.rest.uniforms, past);
    const lit = { ...past, uThinning: listed === undefined ? thinning.trail : 1, uListed: listed !== undefined };
    setUniforms(trail.lit.uniforms, { ...lit, uSize: plan.litTrailSize });
    const drawnHeads = Math.ceil(plan.heads / thinning.heads);
    const drawnTrail = Math.ceil(plan.trail / thinning.trail);
    heads.lit.show(translucent ? 0 : drawnHeads);
    heads.rest.show(selecting || translucent ? drawnHeads : 0);
    trail.lit.show(selecting && plan.trail > 0 ? (listed ?? drawnTrail) : 0);
    trail.rest.show(drawnTrail);
  };
  const arrangeLines = (plan: Composition, fading: readonly number[], selecting: boolean) => {
    const common = {
      uStep: plan.step,
      uThroughEpochs: plan.throughEpochs,
      uWidth: plan.lineWidth,
      uStrong: selecting ? Math.max(SELECTED_LINE, plan.lineOpacity) : plan.lineOpacity,
      uFaint: UNSELECTED_LINE * plan.lineOpacity,
      uFading: fading,
    };
    for (const layer of [lines.lit, lines.rest]) setUniforms(layer.uniforms, common);
    const vertices = plan.segments * VERTICES_PER_SEGMENT;
    lines.lit.show(vertices);
    lines.rest.show(selecting ? vertices : 0);
  };
  const arrangeRing = (plan: Composition, hover: number | undefined) => {
    const uFollow = plan.trail === 0;
    setUniforms(ring.uniforms, { uSingle: hover ?? -1, uRing: true, uFollow, uSize: plan.headSize + RING_ROOM });
    ring.show(hover === undefined ? 0 : 1);
  };

  return {
    all,
    select(ids) {
      listed = ids?.length;
      trail.lit.list(ids);
    },
    arrange(plan, { rate, floor, future }, selecting, hover, thinning) {
      const fading = [rate, floor, future];
      arrangePoints(plan, fading, selecting, thinning);
      arrangeLines(plan, fading, selecting);
      arrangeRing(plan, hover);
    },
    dispose() {
      for (const layer of all) layer.dispose();
    },
  };
}

/** The opacity at which one point covers as much as so many. */
function stronger(opacity: number, points: number): number {
  return 1 - (1 - opacity) ** points;
}
