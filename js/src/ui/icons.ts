// Line drawings of the controls: inner SVG of a 24 × 24 icon, like the tools'. Strokes and areas take
// the text's color.

import { svg } from "./dom";

export const ICONS = {
  replace: '<path class="mmp-area" d="M10.2 10.2h9.6v9.6h-9.6z"/><path d="M4.2 4.2h9.6v9.6h-9.6z"/>',
  add: '<path class="mmp-area" d="M4.2 4.2h9.6v6h6v9.6h-9.6v-6h-6z"/>',
  subtract: '<path class="mmp-area" d="M4.2 4.2h9.6v6h-3.6v3.6h-6z"/><path d="M10.2 10.2h9.6v9.6h-9.6z"/>',
  intersect:
    '<path class="mmp-area" d="M10.2 10.2h3.6v3.6h-3.6z"/><path d="M4.2 4.2h9.6v9.6h-9.6zM10.2 10.2h9.6v9.6h-9.6z"/>',
  undo: '<path d="M8.4 4.8L4.2 9L8.4 13.2M4.2 9H14.4a5.1 5.1 0 0 1 0 10.2H9.6"/>',
  redo: '<path d="M15.6 4.8l4.2 4.2L15.6 13.2M19.8 9H9.6a5.1 5.1 0 0 0 0 10.2h4.8"/>',
  clear: '<path d="M6 6l12 12M18 6L6 18"/>',
  invert:
    '<path class="mmp-area" d="M12 4.2a7.8 7.8 0 0 1 0 15.6z"/><path d="M12 4.2a7.8 7.8 0 1 0 0 15.6a7.8 7.8 0 1 0 0-15.6"/>',
  through: '<path d="M6.6 4.8v11.4l4.8 3V7.8zM3 12.6h1.2M13.8 12.6h7.2M18 9.6l3 3L18 15.6"/>',
  reset: '<path d="M4.2 11.4L12 4.8l7.8 6.6M6.6 9.6v9.6h10.8V9.6M10.2 19.2v-4.8h3.6v4.8"/>',
  zoom: '<path d="M10.8 4.2a6.6 6.6 0 1 0 0 13.2a6.6 6.6 0 1 0 0-13.2M15.6 15.6l4.8 4.8M10.8 8.4v4.8M8.4 10.8h4.8"/>',
  adjust:
    '<path d="M4.2 7.2h8.4M16.2 7.2h3.6M4.2 16.8h3.6M11.4 16.8h8.4M14.4 5.4a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 1 1 0-3.6M9.6 15a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 1 1 0-3.6"/>',
  save: '<path d="M12 4.2v10.2M7.8 10.2L12 14.4l4.2-4.2M4.2 16.2v3.6h15.6v-3.6"/>',
  expand: '<path d="M4.2 9v-4.8h4.8M15 4.2h4.8v4.8M19.8 15v4.8h-4.8M9 19.8h-4.8v-4.8"/>',
  help: '<path d="M8.4 9.3a3.6 3.6 0 1 1 5.7 2.94c-1.32.96-2.1 1.44-2.1 3.06M12 18.6v.3"/>',
  play: '<path class="mmp-area" d="M7.2 4.44v15.12l12.6-7.56z"/>',
  pause: '<path class="mmp-area" d="M6.6 4.8h3.84v14.4H6.6zM13.56 4.8h3.84v14.4h-3.84z"/>',
  previous: '<path class="mmp-area" d="M6 5.4h2.16v13.2H6zM18.6 5.4v13.2L9 12z"/>',
  loop: '<path d="M16.2 3.6l3 3l-3 3M19.2 6.6H8.4a4.2 4.2 0 0 0-4.2 4.2v.6M7.8 20.4l-3-3l3-3M4.8 17.4h10.8a4.2 4.2 0 0 0 4.2-4.2v-.6"/>',
  back: '<path d="M15.6 5.4v13.2L5.4 12zM18.6 5.4v13.2"/>',
  next: '<path class="mmp-area" d="M18 5.4h-2.16v13.2H18zM5.4 5.4v13.2l9.6-6.6z"/>',
} as const satisfies Record<string, string>;

/** Draws an icon of this package; never text that came from a user. */
export function drawIcon(icon: string): SVGSVGElement {
  const picture = svg("svg", "icon", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" });
  picture.innerHTML = icon;
  return picture;
}
