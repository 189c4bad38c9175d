// Shaders say the same after they were shrunk: token by token, directive by directive.

import { readFileSync } from "node:fs";
import { ShaderChunk } from "three";
import { describe, expect, it } from "vitest";
import { shrinkShader, shrinkSource } from "../shrink.mjs";
import { GLSL_STRENGTH } from "../src/geometry/age";
import { GLSL_COLOR_INDEX } from "../src/palette/palette";
import { LINES_FRAGMENT, LINES_VERTEX, POINTS_FRAGMENT, POINTS_VERTEX } from "../src/scene/shaders";

const OURS = { GLSL_STRENGTH, GLSL_COLOR_INDEX, LINES_FRAGMENT, LINES_VERTEX, POINTS_FRAGMENT, POINTS_VERTEX };
const TOKEN = /[\w.]+|\+\+|--|<<|>>|&&|\|\||[-+*/<>=!&|^]=|\S/g;

function tokensOf(glsl: string): string[] {
  const plain = glsl.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, " ");
  return plain.split("\n").flatMap((line) => {
    const isDirective = line.trim().startsWith("#");
    return isDirective ? [line.trim().replace(/\( +/g, "(").replace(/ +\)/g, ")")] : (line.match(TOKEN) ?? []);
  });
}

describe("shrinking", () => {
  it.each(Object.entries({ ...ShaderChunk, ...OURS }))("keeps every token of %s", (_, glsl) => {
    const shrunk = shrinkShader(glsl);
    expect(tokensOf(shrunk)).toEqual(tokensOf(glsl));
    expect(shrunk.length).toBeLessThanOrEqual(glsl.length);
  });

  it("does not make one sign of two, nor a macro's arguments of what stands in brackets", () => {
    expect(shrinkShader("a = b - -c + +d++ + e - 1.0; // less")).toBe("a=b - -c + +d++ + e-1.0;");
    expect(shrinkShader("#define one (x)\n  #define two( x ) x")).toBe("#define one (x)\n#define two(x) x");
  });

  it("puts each value where it was, with its sign, whatever comments hold", () => {
    const source = `/* glsl */ \`int a = \${A}; // not \${B} or /*\nfloat c = b - \${C};\n// */ \${D}\n\``;
    expect(shrinkSource(source)).toBe(`/* glsl */ \`int a=\${A};\nfloat c=b - \${C};\n\``);
  });

  it("leaves what stands around the shaders, and what is put into them", () => {
    const source = `const A = /* glsl */ \`\n  int a = b & \${WIDTH - 1};\n\`;\nvar b = "x  =  1";`;
    const shrunk = `const A = /* glsl */ \`\nint a=b&\${WIDTH - 1};\n\`;\nvar b = "x  =  1";`;
    expect(shrinkSource(source)).toBe(shrunk);
    const three = new URL("../node_modules/three/build/three.module.js", import.meta.url);
    const text = readFileSync(three, "utf8");
    const before = text.split("\n").length;
    // Where three is built in another way, nothing would be found to shrink.
    expect(text.length - shrinkSource(text).length).toBeGreaterThan(12_000);
    expect(shrinkSource(text).split("\n").length).toBeLessThan(before);
  });
});
