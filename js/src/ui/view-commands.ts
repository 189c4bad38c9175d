// What needs the browser rather than the session: a picture to keep, and the whole screen.

import { nearestEpoch } from "../geometry/visible";
import type { SceneHandle, Session } from "../state/session";
import { download } from "./download";

export interface ViewCommands {
  saveImage(): void;
  toggleFullScreen(): void;
}

export function createViewCommands({ store }: Session, root: HTMLElement, scene: SceneHandle): ViewCommands {
  const report = (what: string) => (reason: unknown) => store.set({ notice: `${what}: ${String(reason)}` });
  return {
    saveImage() {
      const meta = store.get("meta");
      const epoch = nearestEpoch(store.get("epoch"), meta.shape[0]);
      const name = `mmphate-epoch-${meta.epochs[epoch] ?? epoch}.png`;
      scene
        .capture()
        .then((picture) => download(picture, name))
        .catch(report("The image could not be saved"));
    },
    toggleFullScreen() {
      const change = document.fullscreenElement === null ? root.requestFullscreen() : document.exitFullscreen();
      change.catch(report("The browser refused the full screen"));
    },
  };
}
