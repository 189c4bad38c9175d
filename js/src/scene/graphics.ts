// All that lives on the GPU for one view, from its making to its release. Built anew when a lost
// context comes back.

import { Color, type IUniform, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { NEAR_FRACTION } from "../geometry/projection";
import { length, subtract } from "../geometry/vector";
import type { View } from "../protocol/messages";
import type { Session } from "../state/session";
import { createBox } from "./box";
import { type Composition, compose } from "./composition";
import { createGpuData } from "./gpu-data";
import { createLinesLayer, createPointsLayer, LIT, REST } from "./layers";

/** Opacity of points that are not selected, while some are; few points stay this strong. */
const DIMMED = 0.2;

/** What has to be brought up to date before the next picture. */
export type Stale = "positions" | "channel" | "selection" | "units";

export interface Graphics {
  update(stale: Iterable<Stale>): void;
  /** Draws at a size in CSS pixels; `ink` is the color of the text around. */
  render(width: number, height: number, pixelRatio: number, ink: string): void;
  /** Geometries and textures on the GPU. */
  resources(): number;
  dispose(): void;
}

export function createGraphics(session: Session, canvas: HTMLCanvasElement): Graphics {
  const { store } = session;
  const renderer = new WebGLRenderer({ canvas, alpha: true, antialias: true, powerPreference: "high-performance" });
  renderer.setClearColor(0x000000, 0);
  const scene = new Scene();
  const camera = new PerspectiveCamera();
  const gpu = createGpuData(session);
  const ink = new Color();
  const shared: Record<string, IUniform> = {
    ...gpu.uniforms,
    uEpoch: { value: 0 },
    uPixelRatio: { value: 1 },
    uReference: { value: 1 },
    uInk: { value: ink },
    uNear: { value: 0 },
    uViewport: { value: [1, 1] },
  };
  const heads = { lit: createPointsLayer(shared, LIT, 1), rest: createPointsLayer(shared, REST, 4) };
  const trail = { lit: createPointsLayer(shared, LIT, 2), rest: createPointsLayer(shared, REST, 5) };
  const lines = createLinesLayer(shared, 3);
  const ring = createPointsLayer(shared, REST, 6);
  const box = createBox();
  const layers = [heads.lit, heads.rest, trail.lit, trail.rest, lines, ring];
  scene.add(box.object, ...layers.map((layer) => layer.object));

  const setUniform = (uniforms: Record<string, IUniform>, values: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(values)) {
      const uniform = uniforms[name];
      if (uniform !== undefined) uniform.value = value;
    }
  };

  const arrange = (plan: Composition, selecting: boolean, epochs: number) => {
    const { step, size, faint } = plan;
    const common = { uStep: step, uFaint: selecting ? Math.min(faint, DIMMED) : faint };
    for (const layer of [heads.lit, heads.rest]) setUniform(layer.uniforms, { ...common, uSize: size });
    const fade = plan.throughEpochs ? Math.max(1, epochs / 5) : 0;
    const past = {
      ...common,
      uFollow: false,
      uLitByDefault: false,
      uFadeEpochs: fade,
      uSize: (plan.throughEpochs ? 0.45 : 0.75) * size,
    };
    for (const layer of [trail.lit, trail.rest]) setUniform(layer.uniforms, past);
    setUniform(lines.uniforms, {
      uStep: step,
      uThroughEpochs: plan.throughEpochs,
      uStrong: selecting ? Math.max(0.6, plan.lineStrength) : plan.lineStrength,
      uFaint: 0.35 * plan.lineStrength,
      uFadeEpochs: Math.max(2, epochs / 4),
    });
    heads.lit.show(plan.heads);
    heads.rest.show(selecting ? plan.heads : 0);
    trail.lit.show(selecting ? plan.trail : 0);
    trail.rest.show(plan.trail);
    lines.show(plan.segments * 6);
    const hover = store.get("hover");
    ring.show(hover === undefined ? 0 : 1);
    const follows = plan.trail === 0;
    setUniform(ring.uniforms, { uSingle: hover?.id ?? -1, uRing: true, uFollow: follows, uSize: size + 6 });
  };

  return {
    update(stale) {
      for (const part of stale) {
        if (part === "positions") gpu.updatePositions();
        else if (part === "channel") gpu.updateChannel();
        else if (part === "selection") gpu.updateSelection();
        else gpu.updateUnits();
      }
    },
    render(width, height, pixelRatio, inkColor) {
      const meta = store.get("meta");
      const view = store.get("view");
      renderer.setPixelRatio(pixelRatio);
      renderer.setSize(width, height, false);
      aim(camera, view, width / height, meta.center, meta.radius);
      setInk(ink, inkColor);
      setUniform(shared, {
        uEpoch: Math.max(0, Math.min(meta.shape[0] - 1, store.get("epoch"))),
        uPixelRatio: pixelRatio,
        uReference: length(subtract(view.target, view.position)),
        uNear: camera.near,
        uViewport: [width, height],
      });
      const plan = compose(meta.shape, store.get("show"), store.get("step"), width * height);
      arrange(plan, store.get("selection").count > 0, meta.shape[0]);
      box.update(gpu.bounds(), ink, camera.position);
      renderer.render(scene, camera);
    },
    resources: () => renderer.info.memory.geometries + renderer.info.memory.textures,
    dispose() {
      for (const owned of [...layers, box, gpu]) owned.dispose();
      renderer.dispose();
    },
  };
}

/** Far enough for all points from any distance, not so far that depth loses its precision. */
function aim(camera: PerspectiveCamera, view: View, aspect: number, center: View["target"], radius: number): void {
  const distance = length(subtract(view.target, view.position));
  camera.fov = view.fov;
  camera.aspect = aspect;
  camera.near = NEAR_FRACTION * distance;
  camera.far = Math.max(10 * distance, length(subtract(center, view.position)) + 4 * Math.max(radius, 0));
  camera.position.set(...view.position);
  camera.up.set(...view.up);
  camera.lookAt(...view.target);
  camera.updateProjectionMatrix();
  camera.updateMatrixWorld();
}

/** Colors are written to the canvas as they are, so three must not convert them. */
function setInk(ink: Color, css: string): void {
  // Computed colors read `rgb(…)` in bytes; newer notations, as `color(srgb …)`, keep a middle grey.
  const bytes = css.startsWith("rgb") ? (css.match(/[\d.]+/g) ?? []) : [];
  const [red = 127, green = 127, blue = 127] = bytes.map(Number);
  ink.setRGB(red / 255, green / 255, blue / 255);
}
