// The hand on the camera. In 3-D three's orbit controls move a camera of their own, and each move goes
// to the session as a view; in 2-D see flat-navigation.ts. The picture itself is drawn from the
// session's view, so that a view from Python or from another canvas is shown exactly as it was given.

import { PerspectiveCamera, Vector3 } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import type { Vec3, View } from "../protocol/messages";
import type { Store } from "../state/session";
import { followFlatHand, type Navigation } from "./flat-navigation";

export type { Navigation } from "./flat-navigation";

export interface NavigationHandle {
  set(navigation: Navigation): void;
  /** Takes the session's view over into the hand. */
  follow(): void;
  dispose(): void;
}

export function createNavigation(
  store: Store,
  canvas: HTMLCanvasElement,
  size: () => Pick<View, "width" | "height">,
): NavigationHandle {
  const hand = new PerspectiveCamera();
  let navigation: Navigation = "none";
  let controls = connect();
  let moving = false;

  function connect(): OrbitControls {
    const { position, target, up } = store.get("view");
    hand.up.set(...up);
    hand.position.set(...position);
    const made = new OrbitControls(hand, canvas);
    made.target.set(...target);
    made.enableDamping = false;
    made.addEventListener("change", onChange);
    return made;
  }

  function onChange() {
    moving = true;
    const view = store.get("view");
    store.set({ view: { ...view, ...size(), position: toVec3(hand.position), target: toVec3(controls.target) } });
    moving = false;
  }

  const releaseFlat = followFlatHand(store, canvas, size, () => navigation);
  const apply = () => {
    controls.enabled = navigation !== "none" && store.get("view").mode === "3d";
    controls.enableRotate = navigation === "all";
    controls.enablePan = navigation === "all";
  };
  apply();

  return {
    set(next) {
      navigation = next;
      apply();
    },
    follow() {
      if (moving) return;
      const { position, target, up, fov, width, height } = store.get("view");
      apply();
      hand.fov = fov;
      hand.aspect = width / height;
      if (!hand.up.equals(new Vector3(...up))) {
        controls.dispose();
        controls = connect();
        apply();
      }
      hand.position.set(...position);
      controls.target.set(...target);
    },
    dispose() {
      controls.dispose();
      releaseFlat();
    },
  };
}

function toVec3({ x, y, z }: Vector3): Vec3 {
  return [x, y, z];
}
