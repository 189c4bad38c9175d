// What the bundler takes for text, and so leaves as it is typed: style sheets, and the shaders of three
// and of our own. Blanks and comments that mean nothing are left out of them.

import { readFile } from "node:fs/promises";
import { transform } from "esbuild";

/** A template with GLSL inside; none has a template or a backslash in it. */
const TEMPLATES = /(\/\* glsl \*\/ ?`)([^`\\]*)`/g;
/** A whole line of three's build that names a piece of GLSL. */
const CHUNKS = /^((?:var|const) \w+ = )("(?:[^"\\]|\\.)*");$/gm;
/** What JavaScript puts in, and what stands for it, numbered since one in a comment goes with it. */
const HOLES = /\$\{[^}]*\}/g;
const STAND_INS = /HOLE_(\d+)_/g;

/** @type {import("esbuild").Plugin} */
export const shrink = {
  name: "shrink",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
    build.onLoad({ filter: /(three\.module\.js|[\\/]src[\\/].*\.ts)$/ }, async ({ path }) => {
      const loader = path.endsWith(".ts") ? "ts" : "js";
      return { contents: shrinkSource(await readFile(path, "utf8")), loader };
    });
  },
};

/** JavaScript or TypeScript with its GLSL shrunk. */
export function shrinkSource(source) {
  return source
    .replace(TEMPLATES, (_, head, body) => `${head}${shrinkTemplate(body)}\``)
    .replace(CHUNKS, (line, head, text) => {
      const glsl = JSON.parse(text);
      return glsl.includes("\n") ? `${head}${JSON.stringify(shrinkShader(glsl))};` : line;
    });
}

function shrinkTemplate(body) {
  const holes = body.match(HOLES) ?? [];
  let hole = 0;
  const shrunk = shrinkShader(body.replace(HOLES, () => `HOLE_${hole++}_`));
  return shrunk.replace(STAND_INS, (_, at) => holes[at]);
}

/** The same tokens, each directive in a line of its own. */
export function shrinkShader(glsl) {
  const lines = glsl
    // Whichever begins first: one kind may hold the signs of the other.
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, " ")
    .split("\n");
  // What stands before or after may be a directive.
  const isKept = (line, i) => line !== "" || i === 0 || i === lines.length - 1;
  return lines
    .map((line) => shrinkLine(line.trim()))
    .filter(isKept)
    .join("\n");
}

function shrinkLine(line) {
  // A blank before a bracket tells macros with arguments from others.
  if (line.startsWith("#")) return line.replace(/\( +/g, "(").replace(/ +\)/g, ")");
  return (
    line
      .replace(/ *([(){}[\],;=*/<>?:|&!]) */g, "$1")
      // Not where two signs would become one token; what is put in may begin with one.
      .replace(/(?<=[\w)\]]) *([+-]) *(?=[\w(.])(?!HOLE_)/g, "$1")
  );
}
