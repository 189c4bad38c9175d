import { createUi } from "../../src/ui/create-ui";
import { createFakeScene, createFakeSession, type FakeSession } from "./fake-session";

export interface Mounted {
  readonly session: FakeSession;
  readonly host: HTMLElement;
  readonly root: HTMLElement;
  readonly scene: ReturnType<typeof createFakeScene>;
  readonly dispose: () => void;
}

export function mount(session: FakeSession = createFakeSession()): Mounted {
  const host = document.createElement("div");
  document.body.append(host);
  let scene: ReturnType<typeof createFakeScene> | undefined;
  const ui = createUi({
    session,
    el: host,
    mountScene: (canvasHost) => {
      scene = createFakeScene(canvasHost);
      return scene;
    },
  });
  const root = host.firstElementChild;
  if (!(root instanceof HTMLElement) || scene === undefined) throw new Error("nothing was mounted");
  const dispose = (): void => {
    ui.dispose();
    host.remove();
  };
  return { session, host, root, scene, dispose };
}
