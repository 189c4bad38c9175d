// Light or dark as the host says: JupyterLab and its exports mark the body, VS Code and marimo give it
// a class, elsewhere the system's preference counts. The answer stands in the root's `data-theme`; colors
// follow from it in style.css.

import { createScope } from "./dom";

export type Theme = "light" | "dark";

const DARK_QUERY = "(prefers-color-scheme: dark)";

export function resolveTheme(body: HTMLElement, systemIsDark: boolean): Theme {
  const jupyterLight = body.dataset.jpThemeLight;
  if (jupyterLight === "true") return "light";
  if (jupyterLight === "false") return "dark";
  const classes = body.classList;
  if (classes.contains("vscode-light") || classes.contains("vscode-high-contrast-light")) return "light";
  if (classes.contains("vscode-dark") || classes.contains("vscode-high-contrast")) return "dark";
  if (classes.contains("light-theme")) return "light";
  if (classes.contains("dark-theme")) return "dark";
  return systemIsDark ? "dark" : "light";
}

/** Keeps `root`'s `data-theme` true until disposed. */
export function followTheme(root: HTMLElement): { dispose(): void } {
  const scope = createScope();
  const system = window.matchMedia(DARK_QUERY);
  const apply = (): void => {
    const theme = resolveTheme(document.body, system.matches);
    if (root.dataset.theme !== theme) root.dataset.theme = theme;
  };
  const observer = new MutationObserver(apply);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  scope.add(() => observer.disconnect());
  scope.listen(system, "change", apply);
  apply();
  return { dispose: scope.dispose };
}
