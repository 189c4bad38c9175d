// Python and TypeScript agree on where a linked run stands: the golden file is written by Python.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { correspond } from "../../src/geometry/correspond";

interface Case {
  readonly position: number;
  readonly source: readonly number[];
  readonly target: readonly number[];
  readonly expected: number;
}

const cases = JSON.parse(
  readFileSync(new URL("../../../tests/golden/correspondence.json", import.meta.url), "utf8"),
) as Case[];

it("finds the place that Python finds, to the bit", () => {
  expect(cases.length).toBeGreaterThan(50);
  for (const { position, source, target, expected } of cases) {
    expect(correspond(position, source, target)).toBe(expected);
  }
});
