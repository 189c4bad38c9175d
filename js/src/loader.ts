// What anywidget loads anew for every model, and so has to be small. The front end travels in a model
// of its own, once a kernel; a page makes one module of it, which all pictures share, also those of
// other kernels with the same version. What the kernel says before it is there is kept for it.

import type { FrontEnd, Picture } from "./index";
import type { Missed, WidgetModel } from "./state/model";

interface HostedModel extends WidgetModel {
  readonly widget_manager: { get_model(id: string): Promise<BundleModel> };
}

interface BundleModel {
  get(name: string): unknown;
  /** False where the model comes from a saved notebook and no kernel is behind it. */
  readonly comm_live?: boolean;
}

interface Loaded {
  readonly frontEnd: FrontEnd;
  readonly live: boolean;
}

/** Where a page keeps its front ends, by digest: every load of this file meets the same map. */
const PAGE = Symbol.for("mmphate-widget.front-ends");
/** A page that starts anew makes its models in any order: how often and how long one is waited for. */
const [TRIES, PAUSE] = [40, 250];

function frontEnds(): Map<string, Promise<FrontEnd>> {
  const page = globalThis as { [PAGE]?: Map<string, Promise<FrontEnd>> };
  page[PAGE] ??= new Map();
  return page[PAGE];
}

async function bundleOf(model: HostedModel): Promise<BundleModel> {
  const id = String(model.get("_bundle")).replace("IPY_MODEL_", "");
  for (let left = TRIES; ; left--) {
    try {
      return await model.widget_manager.get_model(id);
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

async function frontEndOf(model: HostedModel): Promise<Loaded> {
  const bundle = await bundleOf(model);
  const [known, digest] = [frontEnds(), String(bundle.get("digest"))];
  const made = known.get(digest) ?? evaluate(String(bundle.get("code")));
  known.set(digest, made);
  made.catch(() => known.delete(digest));
  return { frontEnd: await made, live: bundle.comm_live !== false };
}

async function evaluate(code: string): Promise<FrontEnd> {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return (await import(/* @vite-ignore */ url)) as FrontEnd;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export default () => {
  let picture: Promise<Picture> | undefined;
  return {
    initialize({ model }: { model: HostedModel }) {
      const missed: Missed[] = [];
      const keep = (...message: Missed) => void missed.push(message);
      model.on("msg:custom", keep);
      const stop = () => model.off("msg:custom", keep);
      const opened = frontEndOf(model).then(({ frontEnd, live }) => {
        stop();
        return frontEnd.open(model, missed, live);
      });
      // Each view says why; without one, what is kept for nothing goes.
      opened.catch(() => {
        stop();
        missed.length = 0;
      });
      picture = opened;
      return () => {
        opened.then(
          ({ dispose }) => dispose(),
          () => undefined,
        );
      };
    },
    async render({ el }: { el: HTMLElement }) {
      try {
        return (await picture)?.render(el);
      } catch (error) {
        el.textContent = `mmphate-widget could not be loaded (${String(error)}). Run the cell again.`;
        throw error;
      }
    },
  };
};
