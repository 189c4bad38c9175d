// Bundles src/index.ts with three and the style sheets into one minified ESM file, the widget's
// front end. `node build.mjs --watch` rebuilds on change; `--meta FILE` also writes the metafile.

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Shared with tests/layers.test.ts, which reads the metafile of the same build. */
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
  loader: { ".css": "text", ".svg": "text" },
  banner: { js: "/*! mmphate-widget, BSD-3-Clause. Contains three.js, MIT, (c) three.js authors. */" },
  metafile: true,
  logLevel: "warning",
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--watch")) {
    await (await context(options)).watch();
  } else {
    const result = await build(options);
    const at = process.argv.indexOf("--meta");
    if (at !== -1) await writeFile(process.argv[at + 1] ?? "meta.json", JSON.stringify(result.metafile));
  }
}
