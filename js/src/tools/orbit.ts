import { attachClick } from "./click";
import type { Tool } from "./tool";

export const orbit: Tool = {
  name: "orbit",
  label: "Orbit",
  title:
    "Orbit: drag to turn, in 2-D to move, scroll to zoom, click a point to select its unit (Shift adds, Alt takes away)",
  icon: '<path d="M12 3.84a8.16 8.16 0 1 0 0 16.32a8.16 8.16 0 1 0 0-16.32M3.84 12c0 1.92 3.6 3.36 8.16 3.36s8.16-1.44 8.16-3.36M12 3.84c-2.04 0-3.6 3.6-3.6 8.16s1.56 8.16 3.6 8.16"/>',
  cursor: "grab",
  attach(context) {
    context.setNavigation("all");
    const detach = attachClick(context);
    return () => {
      detach();
      context.setNavigation("none");
    };
  },
};
