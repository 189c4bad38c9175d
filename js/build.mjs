// Bundles src/index.ts with three and the style sheets into one minified ESM file, the widget's front
// end, and src/loader.ts, which fetches it from the kernel. `node build.mjs --watch` rebuilds on
// change; `--meta FILE` also writes the front end's metafile.

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";
import { shrink } from "./shrink.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Both shared with tests/layers.test.ts, which measures the same builds. */
export const options = {
  absWorkingDir: here,
  entryPoints: ["src/index.ts"],
  outfile: "../mmphate_widget/static/widget.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  plugins: [shrink],
  banner: { js: "/*! mmphate-widget, BSD-3-Clause. Contains three.js, MIT, (c) three.js authors. */" },
  metafile: true,
  logLevel: "warning",
};

export const loader = {
  ...options,
  entryPoints: ["src/loader.ts"],
  outfile: "../mmphate_widget/static/loader.js",
  banner: {},
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--watch")) {
    for (const each of [loader, options]) await (await context(each)).watch();
  } else {
    await build(loader);
    const result = await build(options);
    const at = process.argv.indexOf("--meta");
    if (at !== -1) await writeFile(process.argv[at + 1] ?? "meta.json", JSON.stringify(result.metafile));
  }
}
