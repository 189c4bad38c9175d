import type { Plugin } from "esbuild";

export const shrink: Plugin;
export function shrinkSource(source: string): string;
export function shrinkShader(glsl: string): string;
