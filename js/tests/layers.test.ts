// The import contract: index → tools, ui → scene, offline → state → protocol, geometry, palette, util. Read
// from the bundler's own account of who imports whom; types count too, read from the sources.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { loader, options } from "../build.mjs";

const SOURCES = fileURLToPath(new URL("../src", import.meta.url));
const PURE = ["protocol", "geometry", "palette", "util"];

/** Folders that each folder may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  index: ["tools", "ui", "scene", "offline", "state", ...PURE],
  tools: ["state", ...PURE],
  ui: ["tools", "state", ...PURE],
  scene: ["state", ...PURE],
  offline: ["state", ...PURE],
  state: PURE,
  protocol: ["util"],
  geometry: ["protocol", "util"],
  palette: ["protocol", "util"],
  util: [],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function layerOf(path: string): string {
  const [folder = "", file] = path.split("/");
  return file === undefined ? "index" : folder;
}

function sourceImports(): Import[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.flatMap((file) => {
    const text = readFileSync(join(SOURCES, file), "utf8");
    return [...text.matchAll(/from "([^"]+)"/g)].map(([, to = ""]) => {
      const path = to.startsWith(".") ? relative(SOURCES, join(SOURCES, file, "..", to)) : to;
      return { from: file, to: path };
    });
  });
}

function breaches(imports: readonly Import[]): string[] {
  return imports
    .filter(({ from, to }) => {
      const layer = layerOf(from);
      if (to.startsWith("three")) return layer !== "scene";
      const target = layerOf(to);
      return target !== layer && !ALLOWED[layer]?.includes(target);
    })
    .map(({ from, to }) => `${from} imports ${to}`);
}

let bundled: Import[] = [];
let bytes = 0;

beforeAll(async () => {
  const { metafile, outputFiles } = await build({ ...options, write: false, metafile: true });
  bytes = outputFiles?.[0]?.contents.length ?? 0;
  const strip = (path: string) => path.replace(/^src\//, "").replace(/^.*node_modules\//, "");
  bundled = Object.entries(metafile?.inputs ?? {})
    .filter(([from]) => from.startsWith("src/"))
    .flatMap(([from, { imports }]) => imports.map(({ path }) => ({ from: strip(from), to: strip(path) })));
}, 60_000);

describe("layers", () => {
  it("import only what lies below, in the bundle and in the types", () => {
    expect(bundled.length).toBeGreaterThan(50);
    expect(breaches(bundled)).toEqual([]);
    expect(breaches(sourceImports())).toEqual([]);
  });

  it("would see a breach", () => {
    expect(breaches([{ from: "geometry/fit.ts", to: "three/build/three.module.js" }])).toHaveLength(1);
    expect(breaches([{ from: "state/clock.ts", to: "scene/box.ts" }])).toHaveLength(1);
    expect(breaches([{ from: "tools/lasso.ts", to: "ui/toolbar.ts" }])).toHaveLength(1);
  });

  it("let one file of the front end touch the Jupyter model", () => {
    const touching = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .filter((file) =>
        /\.save_changes\(|model\.(get|set|send|on|off)\(/.test(readFileSync(join(SOURCES, file), "utf8")),
      );
    expect(touching).toEqual(["loader.ts", "state/model.ts"]);
  });

  it("keep the DOM out of the pure folders", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const pure = files.filter((file) => PURE.includes(layerOf(file)));
    const dirty = pure.filter((file) => /\b(document|window)\./.test(readFileSync(join(SOURCES, file), "utf8")));
    expect(pure.length).toBeGreaterThan(10);
    expect(dirty).toEqual([]);
  });
});

describe("bundle", () => {
  it("has a loader that a model can carry along: under 2 kB", async () => {
    const { outputFiles } = await build({ ...loader, write: false });
    expect(outputFiles?.[0]?.contents.length).toBeLessThan(2_000);
  });

  it("stays under 750 kB", () => {
    expect(bytes).toBeGreaterThan(300_000);
    expect(bytes).toBeLessThan(750_000);
  });
});
