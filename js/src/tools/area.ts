// What lasso and rectangle share: a drag with the primary button draws an outline over the canvas,
// its end selects, Escape gives it up.

import type { Combine } from "../protocol/messages";
import { createDisposer } from "../util/disposable";
import { canvasPosition, combineFor, type Position } from "./pointer";
import type { ToolContext } from "./tool";

export interface Area {
  /** Next outline, given the outline so far and where the pointer is. */
  extend(polygon: readonly Position[], at: Position): readonly Position[];
  readonly tool: "lasso" | "rectangle";
}

interface Drag {
  readonly pointer: number;
  readonly combine: Combine;
  polygon: readonly Position[];
}

const SVG = "http://www.w3.org/2000/svg";

export function attachArea(context: ToolContext, area: Area): () => void {
  const { canvas, session } = context;
  const disposer = createDisposer();
  const outline = createOutline(context.overlay);
  let drag: Drag | undefined;

  const stop = () => {
    if (drag !== undefined && canvas.hasPointerCapture(drag.pointer)) canvas.releasePointerCapture(drag.pointer);
    drag = undefined;
    outline.draw([]);
    context.setNavigation("zoom");
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0 || drag !== undefined) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    context.setNavigation("none");
    context.claimView();
    session.actions.beginPolygon();
    session.store.set({ hover: undefined });
    const combine = combineFor(event, session.store.get("combine"));
    drag = { pointer: event.pointerId, combine, polygon: [canvasPosition(canvas, event)] };
  };
  // Drawn on a picture that has moved since, an outline would take other points than those inside it.
  disposer.add(
    session.store.on(["view"], () => {
      if (drag !== undefined) stop();
    }),
  );
  const onMove = (event: PointerEvent) => {
    if (drag === undefined || event.pointerId !== drag.pointer) return;
    drag.polygon = area.extend(drag.polygon, canvasPosition(canvas, event));
    outline.draw(drag.polygon);
  };
  const onUp = (event: PointerEvent) => {
    if (drag === undefined || event.pointerId !== drag.pointer) return;
    const polygon = area.extend(drag.polygon, canvasPosition(canvas, event));
    const { combine } = drag;
    stop();
    if (polygon.length >= 3) session.actions.selectPolygon(polygon, area.tool, combine);
  };
  const onCancel = (event: PointerEvent) => {
    if (event.pointerId === drag?.pointer) stop();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || drag === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
  };

  disposer.listen(canvas, "pointerdown", onDown);
  disposer.listen(canvas, "pointermove", onMove);
  disposer.listen(canvas, "pointerup", onUp);
  disposer.listen(canvas, "pointercancel", onCancel);
  disposer.listen(canvas.ownerDocument, "keydown", onKey, { capture: true });
  disposer.add(outline.dispose);
  context.setNavigation("zoom");
  disposer.add(stop);
  return () => {
    disposer.dispose();
    context.setNavigation("none");
  };
}

/** Two strokes, so that the line shows on dark and on light points. */
function createOutline(overlay: SVGSVGElement) {
  const shapes = ["mmp-outline-halo", "mmp-outline"].map((name) => {
    const shape = overlay.ownerDocument.createElementNS(SVG, "polygon");
    shape.setAttribute("class", name);
    overlay.append(shape);
    return shape;
  });
  return {
    draw(polygon: readonly Position[]) {
      const points = polygon.map(([x, y]) => `${x},${y}`).join(" ");
      for (const shape of shapes) shape.setAttribute("points", points);
    },
    dispose() {
      for (const shape of shapes) shape.remove();
    },
  };
}
