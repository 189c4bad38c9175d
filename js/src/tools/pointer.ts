// Pointer events to positions on the canvas, in its own CSS pixels: the host may scale the page or
// the cell, so the box on the screen is not the canvas's layout size.

import type { Combine } from "../protocol/messages";

export type Position = readonly [x: number, y: number];

export function canvasPosition(canvas: HTMLElement, event: { clientX: number; clientY: number }): Position {
  const box = canvas.getBoundingClientRect();
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const x = ((event.clientX - box.left) * width) / (box.width || 1);
  const y = ((event.clientY - box.top) * height) / (box.height || 1);
  return [clamp(x, width), clamp(y, height)];
}

function clamp(value: number, size: number): number {
  return Math.max(0, Math.min(size, value));
}

/** Shift adds, alt takes away, both keep what is in both; none leaves the toolbar's choice. */
export function combineFor(event: { shiftKey: boolean; altKey: boolean }, otherwise: Combine): Combine {
  if (event.shiftKey && event.altKey) return "intersect";
  if (event.shiftKey) return "add";
  return event.altKey ? "subtract" : otherwise;
}
