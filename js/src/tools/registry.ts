// All tools, in the order of the toolbar. A new one is a file and a row here.

import type { ToolName } from "../state/session";
import { lasso } from "./lasso";
import { orbit } from "./orbit";
import { rectangle } from "./rectangle";
import type { Tool, ToolContext } from "./tool";

export const TOOLS: readonly Tool[] = [orbit, lasso, rectangle];

/** Keeps the store's tool attached to a canvas until the returned function is called. */
export function attachTools(context: ToolContext): () => void {
  const { store } = context.session;
  let detach: (() => void) | undefined;
  const change = () => {
    const name: ToolName = store.get("tool");
    detach?.();
    const tool = TOOLS.find((candidate) => candidate.name === name);
    context.canvas.style.cursor = tool?.cursor ?? "";
    detach = tool?.attach(context);
  };
  const unlisten = store.on(["tool"], change);
  change();
  return () => {
    unlisten();
    detach?.();
    detach = undefined;
  };
}
