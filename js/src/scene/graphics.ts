// All that lives on the GPU for one view, from its making to its release. Built anew when a lost
// context comes back.

import { Color, type IUniform, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { endsOf, oneStep } from "../geometry/interval";
import { NEAR_FRACTION } from "../geometry/projection";
import { length, subtract } from "../geometry/vector";
import type { View } from "../protocol/messages";
import { scopeOf } from "../state/scope";
import type { Session } from "../state/session";
import { trajectoryOf } from "../state/trajectory";
import { createLayers, setUniforms } from "./arrange";
import { createBox } from "./box";
import { compose } from "./composition";
import { createGpuData } from "./gpu-data";
import { createTrajectory } from "./trajectory";

/** What has to be brought up to date before the next picture. */
export type Stale = "positions" | "channel" | "selection" | "units" | "hidden";

export interface Graphics {
  update(stale: Iterable<Stale>): void;
  /** Draws at a size in CSS pixels; `ink` is the color of the text around. */
  render(width: number, height: number, pixelRatio: number, ink: string): void;
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
    uWindow: { value: [0, 0, 0, 0] },
    uPixelRatio: { value: 1 },
    uReference: { value: 1 },
    uInk: { value: ink },
    uNear: { value: 0 },
    uViewport: { value: [1, 1] },
  };
  const layers = createLayers(shared);
  const trajectory = createTrajectory(shared);
  const box = createBox();
  scene.add(box.object, ...[...layers.all, ...trajectory.all].map((layer) => layer.object));

  let drawn = "";
  // Setting a canvas's size clears and reallocates it, even to the size it has.
  const resize = (width: number, height: number, pixelRatio: number) => {
    const next = `${width} × ${height} at ${pixelRatio}`;
    if (next === drawn) return;
    drawn = next;
    renderer.setPixelRatio(pixelRatio);
    renderer.setSize(width, height, false);
  };

  return {
    update(stale) {
      for (const part of stale) {
        if (part === "positions") gpu.updatePositions();
        else if (part === "channel") gpu.updateChannel();
        else if (part === "selection") gpu.updateSelection();
        else if (part === "units") gpu.updateUnits();
        else gpu.updateHidden();
      }
    },
    render(width, height, pixelRatio, inkColor) {
      const meta = store.get("meta");
      const view = store.get("view");
      resize(width, height, pixelRatio);
      aim(camera, view, width / height, meta.center, meta.radius);
      setInk(ink, inkColor);
      setUniforms(shared, {
        uEpoch: Math.max(0, Math.min(meta.shape[0] - 1, store.get("epoch"))),
        uWindow: [
          ...endsOf(store.get("epochWindow"), meta.shape[0]),
          ...endsOf(store.get("stepWindow"), meta.shape[1]),
        ],
        uPixelRatio: pixelRatio,
        uReference: length(subtract(view.target, view.position)),
        uNear: camera.near,
        uViewport: [width, height],
      });
      const step = oneStep(scopeOf(store), meta.shape[1]);
      const plan = compose(meta.shape, store.get("show"), step, width * height);
      layers.arrange(plan, store.get("selection").count > 0, meta.shape[0], store.get("hover")?.id);
      trajectory.arrange(trajectoryOf(store), plan.size);
      box.update(gpu.bounds(), ink, camera.position);
      renderer.render(scene, camera);
    },
    dispose() {
      for (const owned of [layers, trajectory, box, gpu]) owned.dispose();
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
