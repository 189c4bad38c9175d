// What needs the browser rather than the session: a picture to keep, and the whole screen.

import { nearestEpoch } from "../geometry/visible";
import type { SceneHandle, Session } from "../state/session";

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

function download(picture: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = name;
  link.click();
  // The click starts the download in a task of its own.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
