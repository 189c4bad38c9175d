// All that lives on the GPU for one view, from its making to its release. Built anew when a lost
// context comes back.

import { Color, type IUniform, Scene, Vector3, WebGLRenderer } from "three";
import { fadingOf } from "../geometry/age";
import { endsOf } from "../geometry/interval";
import { bitIds } from "../protocol/bitmask";
import type { Session } from "../state/session";
import { composeNow } from "../state/style";
import { trajectoryOf } from "../state/trajectory";
import { createAim } from "./aim";
import { createLayers, setUniforms } from "./arrange";
import { createBox } from "./box";
import { createGpuData } from "./gpu-data";
import { createPace, FEW } from "./pace";
import { createTrajectory } from "./trajectory";

/** What has to be brought up to date before the next picture. */
export type Stale = "positions" | "channel" | "selection" | "units" | "hidden";

export interface Graphics {
  update(stale: Iterable<Stale>): void;
  /**
   * Draws at a size in CSS pixels; `ink` is the color of the text around. While things move maybe a part
   * of the points; returns whether all of them.
   */
  render(width: number, height: number, pixelRatio: number, ink: string, isMoving: boolean): boolean;
  dispose(): void;
}

export function createGraphics(session: Session, canvas: HTMLCanvasElement): Graphics {
  const { store } = session;
  // Points and lines soften their edges themselves; several samples a pixel make software three times slower.
  const renderer = new WebGLRenderer({ canvas, alpha: true, antialias: false, powerPreference: "high-performance" });
  renderer.setClearColor(0x000000, 0);
  const scene = new Scene();
  const aim = createAim();
  const eye = new Vector3();
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
  const pace = createPace();
  scene.add(box.object, ...[...layers.all, ...trajectory.all].map((layer) => layer.object));

  const listSelected = () => {
    const { mask, count } = store.get("selection");
    layers.select(count <= FEW ? Uint32Array.from(bitIds(mask)) : undefined);
  };

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
        else if (part === "selection") {
          gpu.updateSelection();
          listSelected();
        } else if (part === "units") gpu.updateUnits();
        else gpu.updateHidden();
      }
    },
    render(width, height, pixelRatio, inkColor, isMoving) {
      const meta = store.get("meta");
      const view = store.get("view");
      resize(width, height, pixelRatio);
      const { camera, near, reference } = aim({ ...view, width, height }, meta);
      setInk(ink, inkColor);
      setUniforms(shared, {
        uEpoch: Math.max(0, Math.min(meta.shape[0] - 1, store.get("epoch"))),
        uWindow: [
          ...endsOf(store.get("epochWindow"), meta.shape[0]),
          ...endsOf(store.get("stepWindow"), meta.shape[1]),
        ],
        uPixelRatio: pixelRatio,
        uReference: reference,
        uNear: near,
        uViewport: [width, height],
      });
      const plan = composeNow(store, { width, height });
      const selecting = store.get("selection").count > 0;
      const fading = fadingOf(store.get("fade"), plan.throughEpochs ? "epochs" : "steps");
      // The current epoch is a small part of all, and what one looks at while it moves.
      const of = (points: number) => (isMoving ? pace.thinning(points, meta.shape) : 1);
      const thinning = { heads: of(plan.heads), trail: of(plan.heads + plan.trail) };
      layers.arrange(plan, fading, selecting, store.get("hover")?.id, thinning);
      trajectory.arrange(trajectoryOf(store), plan);
      box.update(gpu.bounds(), ink, eye.set(...view.position));
      renderer.render(scene, camera);
      pace.measure(
        renderer.getContext() as WebGL2RenderingContext,
        plan.heads / thinning.heads + plan.trail / thinning.trail,
      );
      return thinning.trail === 1;
    },
    dispose() {
      for (const owned of [layers, trajectory, box, gpu, pace]) owned.dispose();
      renderer.dispose();
    },
  };
}

/** Colors are written to the canvas as they are, so three must not convert them. */
function setInk(ink: Color, css: string): void {
  // Computed colors read `rgb(…)` in bytes; newer notations, as `color(srgb …)`, keep a middle grey.
  const bytes = css.startsWith("rgb") ? (css.match(/[\d.]+/g) ?? []) : [];
  const [red = 127, green = 127, blue = 127] = bytes.map(Number);
  ink.setRGB(red / 255, green / 255, blue / 255);
}
