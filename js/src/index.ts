// The front end, a module that the loader makes once a page. `open` makes the session of a model, each
// `render` a view of it; both give what undoes them. In a file of its own, it starts by itself.

import { createOfflineKernel } from "./offline/kernel";
import { unpackAll } from "./offline/unpacked";
import { isOwnPage, startPage } from "./page";
import type { OfflineData, OfflineNow } from "./protocol/offline";
import { createScene } from "./scene/create-scene";
import { createSession } from "./state/create-session";
import { keptIn, type Missed, type WidgetModel } from "./state/model";
import type { SceneHandle, Session } from "./state/session";
import { attachTools } from "./tools/registry";
import { createUi, type UiOptions } from "./ui/create-ui";
import { createKeptBar } from "./ui/kept-bar";

export interface Picture {
  /** Draws a view into a host's element; the returned function removes it. */
  render(el: HTMLElement): () => void;
  dispose(): void;
}

export interface FrontEnd {
  /**
   * `missed` are the kernel's messages that came before; `live` is false where no kernel is behind the
   * model, so that it shows what it has kept, if it has.
   */
  open(model: WidgetModel, missed: readonly Missed[], live?: boolean): Picture | Promise<Picture>;
}

export const open: FrontEnd["open"] = (model, missed, live = true) => {
  const kept = live ? undefined : keptIn(model);
  if (kept !== undefined) return openKept(kept.data, kept.now);
  const session = createSession(model, { missed });
  return { render: (el) => mountView(session, el), dispose: session.dispose };
};

async function openKept(data: OfflineData, now: OfflineNow): Promise<Picture> {
  const { model, keeper } = createOfflineKernel(await unpackAll(data, now));
  const session = createSession(model);
  const render = (el: HTMLElement) => mountView(session, el, { more: [createKeptBar(session, keeper)], offline: true });
  return { render, dispose: session.dispose };
}

function mountView(session: Session, el: HTMLElement, options: Pick<UiOptions, "more" | "offline"> = {}): () => void {
  const detach = session.attachView();
  const ui = createUi({ ...options, session, el, mountScene: (host) => mountScene(session, host) });
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

if (isOwnPage()) void startPage(openKept);
