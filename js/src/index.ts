// The widget's module, as anywidget loads it: once a model. `initialize` makes the session, each
// `render` a view of it; both return what undoes them.

import { createScene } from "./scene/create-scene";
import { createSession } from "./state/create-session";
import type { WidgetModel } from "./state/model";
import type { SceneHandle, Session } from "./state/session";
import { attachTools } from "./tools/registry";
import { createUi } from "./ui/create-ui";

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

export default () => {
  let session: Session | undefined;
  return {
    initialize({ model }: { model: WidgetModel }) {
      const made = createSession(model);
      session = made;
      return made.dispose;
    },
    render({ el }: { model: WidgetModel; el: HTMLElement }) {
      const shared = session;
      if (shared === undefined) throw new Error("render needs initialize first");
      const detach = shared.attachView();
      const ui = createUi({ session: shared, el, mountScene: (host) => mountScene(shared, host) });
      return () => {
        ui.dispose();
        detach();
      };
    },
  };
};
