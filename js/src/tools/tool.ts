// A tool turns what a pointer does on the canvas into actions. `attach` takes hold of the canvas and
// returns a function that lets go of it.

import type { Session, ToolName } from "../state/session";

export interface ToolContext {
  readonly session: Session;
  readonly canvas: HTMLCanvasElement;
  /** Lies over the canvas, takes no pointer; tools draw into it. */
  readonly overlay: SVGSVGElement;
  /** The id of the point at a place on the canvas. */
  pick(x: number, y: number): number | undefined;
  /** What drags and the wheel do to the camera: all, only the wheel zooms, or nothing. */
  setNavigation(navigation: Navigation): void;
  /** Makes the shared view's width and height those of this canvas. */
  claimView(): void;
}

export type Navigation = "all" | "zoom" | "none";

export interface Tool {
  readonly name: ToolName;
  readonly label: string;
  /** One line on how to use it, shown on hover. */
  readonly title: string;
  /** Inner SVG of a 24 × 24 icon, stroked in the current color. */
  readonly icon: string;
  readonly cursor: string;
  attach(context: ToolContext): () => void;
}
