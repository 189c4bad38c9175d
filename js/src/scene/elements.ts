// The canvas and, over it, an SVG that tools draw into.

const SVG = "http://www.w3.org/2000/svg";
const FILL = { display: "block", width: "100%", height: "100%" };

export interface Elements {
  readonly canvas: HTMLCanvasElement;
  readonly overlay: SVGSVGElement;
  remove(): void;
}

/** `host` must be positioned, so that the overlay lies on the canvas. */
export function createElements(host: HTMLElement): Elements {
  const canvas = host.ownerDocument.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.tabIndex = 0;
  Object.assign(canvas.style, { ...FILL, touchAction: "none" });
  const overlay = host.ownerDocument.createElementNS(SVG, "svg");
  overlay.setAttribute("aria-hidden", "true");
  overlay.setAttribute("class", "mmp-overlay");
  Object.assign(overlay.style, { ...FILL, position: "absolute", inset: "0", pointerEvents: "none" });
  host.append(canvas, overlay);
  return {
    canvas,
    overlay,
    remove() {
      canvas.remove();
      overlay.remove();
    },
  };
}
