import type { Tool } from "./tool";

export const orbit: Tool = {
  name: "orbit",
  label: "Orbit",
  icon: '<path d="M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4"/>',
  cursor: "grab",
  attach(context) {
    context.setNavigation("all");
    return () => context.setNavigation("none");
  },
};
