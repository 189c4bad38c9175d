import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { categoryColor } from "../../src/palette/categories";
import {
  colorIndex,
  createPalette,
  cssColor,
  GLSL_COLOR_INDEX,
  kindCode,
  placeOf,
  RAMP_SIZE,
  valueAt,
} from "../../src/palette/palette";
import { cyclic, viridis } from "../../src/palette/ramps";
import type { ChannelInfo } from "../../src/protocol/messages";

function channel(
  kind: ChannelInfo["kind"],
  categories: number,
  limits: [number, number],
  scale: ChannelInfo["scale"] = "linear",
): ChannelInfo {
  const names = Array.from({ length: categories }, (_, i) => String(i));
  return { name: "x", kind, axes: ["unit"], categories: names, limits, scale, revision: 1 };
}

/** Runs the shader's function: what it uses of GLSL is JavaScript with types and a few functions. */
function shaderIndex(): (value: number, kind: number, limits: { x: number; y: number }, size: number) => number {
  const body = GLSL_COLOR_INDEX.replace(/int colorIndex\([^)]*\)/, "return function (value, kind, limits, size)")
    .replace(/\bint\(/g, "Math.trunc(")
    .replace(/\bfloat\(/g, "Number(")
    .replace(/\bfloat (\w+) =/g, "const $1 =")
    .replace(/\bint (\w+) =/g, "const $1 =")
    .replace(/\bfloor\(/g, "Math.floor(")
    .replace(/\bmin\(/g, "Math.min(")
    .replace(/\blog\(/g, "Math.log(");
  const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
  return new Function("clamp", body)(clamp) as ReturnType<typeof shaderIndex>;
}

const KINDS = [
  [channel("categorical", 5, [0, 4]), 0],
  [channel("categorical", 40, [0, 39]), 0],
  [channel("continuous", 0, [-2, 3]), 1],
  [channel("continuous", 0, [1, 1]), 1],
  [channel("diverging", 0, [-1, 1]), 1],
  [channel("cyclic", 0, [0, 2 * Math.PI]), 2],
  [channel("continuous", 0, [0.01, 40], "log"), 3],
  [channel("continuous", 0, [2, 2], "log"), 3],
] as const;

describe("legend and shader", () => {
  it.each(KINDS)("find the same row of the table for %j", (info, code) => {
    const { size } = createPalette(info);
    expect(kindCode(info)).toBe(code);
    const glsl = shaderIndex();
    for (let value = -7; value < 45; value += 0.0937) {
      const limits = { x: info.limits[0], y: info.limits[1] };
      expect(glsl(value, code, limits, size)).toBe(colorIndex(info, value));
    }
    expect(colorIndex(info, Number.NaN)).toBe(size);
    expect(glsl(-3e38, code, { x: 0, y: 1 }, size)).toBe(size);
  });
});

describe("palettes", () => {
  it("runs viridis from end to end", () => {
    const info = channel("continuous", 0, [0, 10]);
    const palette = createPalette(info);
    expect(cssColor(palette, colorIndex(info, 0))).toBe("rgb(68 1 84)");
    expect(cssColor(palette, colorIndex(info, 10))).toBe("rgb(253 231 37)");
    expect(cssColor(palette, colorIndex(info, -5))).toBe("rgb(68 1 84)");
    const lightness = Array.from({ length: 50 }, (_, i) => viridis(i / 49)).map(([r, g, b]) => 2 * r + 5 * g + b);
    expect([...lightness].sort((a, b) => a - b)).toEqual(lightness);
  });

  it("paints what has no value grey", () => {
    const palette = createPalette(channel("categorical", 3, [0, 2]));
    const [r, g, b] = palette.bytes.subarray(palette.size * 4);
    expect([r, g]).toEqual([g, b]);
    expect(colorIndex(channel("categorical", 3, [0, 2]), 3)).toBe(3);
    expect(colorIndex(channel("categorical", 3, [0, 2]), -1)).toBe(3);
  });

  it("meets itself at the ends of a cycle", () => {
    expect(cyclic(0)).toEqual(cyclic(1));
    const info = channel("cyclic", 0, [0, 1]);
    expect(colorIndex(info, 1)).toBe(0);
    expect(colorIndex(info, -0.25)).toBe(colorIndex(info, 0.75));
    expect(colorIndex(info, 0.999999)).toBe(RAMP_SIZE - 1);
  });

  it("gives equal ratios equal steps on a logarithmic scale", () => {
    const info = channel("continuous", 0, [1e-3, 1e3], "log");
    expect([1e-9, 1e-3, 1, 1e3, 1e9].map((value) => colorIndex(info, value))).toEqual([0, 0, 128, 255, 255]);
    expect(colorIndex(info, -1)).toBe(0);
  });

  it.each(KINDS.slice(2).map(([info]) => info))("places a value where it is read from, %j", (info) => {
    expect([valueAt(info, 0), valueAt(info, 1)]).toEqual(info.limits);
    if (info.limits[0] === info.limits[1]) return;
    for (const place of [0, 0.1, 0.5, 0.93, 1]) expect(placeOf(info, valueAt(info, place))).toBeCloseTo(place, 12);
  });

  it.each([2, 8, 9, 24])("keeps %i categories apart", (count) => {
    const colors = Array.from({ length: count }, (_, i) => categoryColor(i, count));
    for (const [i, a] of colors.entries()) {
      for (const b of colors.slice(i + 1)) {
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(25);
      }
    }
  });
});

interface GoldenPalette extends Pick<ChannelInfo, "kind" | "limits" | "scale" | "categories"> {
  /** Of the categories, where they have their own. */
  readonly colors_of?: readonly string[];
  readonly values: readonly (number | null)[];
  readonly rows: readonly number[];
  readonly colors: readonly (readonly number[])[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/golden/palette.json", import.meta.url), "utf8"),
) as GoldenPalette[];

describe("Python and TypeScript", () => {
  it.each(golden.map((one, i) => [i, one.kind, one] as const))("paint alike, %i: %s", (_, __, one) => {
    const { kind, limits, scale, categories, colors_of: colors = [] } = one;
    const info = { kind, limits, scale, categories, colors };
    const palette = createPalette(info);
    expect(one.values.map((value) => colorIndex(info, value ?? Number.NaN))).toEqual(one.rows);
    one.colors.forEach((color, row) => {
      // The last bit of a rounded byte may differ where the two languages' cosines do.
      color.forEach((byte, channel) => {
        expect(Math.abs((palette.bytes[row * 4 + channel] ?? NaN) - byte)).toBeLessThanOrEqual(1);
      });
    });
    expect(palette.size + 1).toBe(one.colors.length);
  });
});
