// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { followTheme, resolveTheme } from "../../src/ui/theme";

afterEach(() => {
  delete document.body.dataset.jpThemeLight;
  document.body.className = "";
});

describe("resolveTheme", () => {
  it.each([
    ["true", "vscode-dark", true, "light"],
    ["false", "vscode-light", false, "dark"],
    [undefined, "vscode-dark", false, "dark"],
    [undefined, "vscode-high-contrast", false, "dark"],
    [undefined, "vscode-high-contrast vscode-high-contrast-light", true, "light"],
    [undefined, "light light-theme", true, "light"],
    [undefined, "dark dark-theme", false, "dark"],
    [undefined, "", true, "dark"],
    [undefined, "", false, "light"],
  ])("Jupyter light %s, class %s, system dark %s: %s", (jupyter, classes, systemIsDark, theme) => {
    const body = document.createElement("body");
    if (jupyter !== undefined) body.dataset.jpThemeLight = jupyter;
    body.className = classes;
    expect(resolveTheme(body, systemIsDark)).toBe(theme);
  });
});

describe("followTheme", () => {
  it("changes with JupyterLab's theme", async () => {
    const root = document.createElement("div");
    document.body.dataset.jpThemeLight = "true";
    const { dispose } = followTheme(root);
    expect(root.dataset.theme).toBe("light");
    document.body.dataset.jpThemeLight = "false";
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(root.dataset.theme).toBe("dark");
    dispose();
  });
});
