// The front end, a module that the loader makes once a page. `open` makes the session of a model, each
// `render` a view of it; both give what undoes them.

import { createScene } from "./scene/create-scene";
import { createSession } from "./state/create-session";
import type { Missed, WidgetModel } from "./state/model";
import type { SceneHandle, Session } from "./state/session";
import { attachTools } from "./tools/registry";
import { createUi } from "./ui/create-ui";

export interface Picture {
  /** Draws a view into a host's element; the returned function removes it. */
  render(el: HTMLElement): () => void;
  dispose(): void;
}

export interface FrontEnd {
  /** `missed` are the kernel's messages that came before. */
  open(model: WidgetModel, missed: readonly Missed[]): Picture;
}

export const open: FrontEnd["open"] = (model, missed) => {
  const session = createSession(model, { missed });
  return { render: (el) => mountView(session, el), dispose: session.dispose };
};

function mountView(session: Session, el: HTMLElement): () => void {
  const detach = session.attachView();
  const ui = createUi({ session, el, mountScene: (host) => mountScene(session, host) });
  return () => {
    ui.dispose();
    detach();
  };
}

function mountScene(session: Session, host: HTMLElement): SceneHandle {
  const scene = createScene(session, host);
  const detach = attachTools({ session, ...scene });
  return {
    canvas: scene.canvas,
    capture: scene.capture,
    dispose() {
      detach();
      scene.dispose();
    },
  };
}
