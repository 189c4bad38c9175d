// How numbers and counts read, the same in every part of the interface.

const DIGITS = 4;

/** A measured value in four digits; a value that is missing is said to be so. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return "no value";
  const rounded = Number(value.toPrecision(DIGITS));
  return String(rounded).replace("-", "\u2212");
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What the status region announces of a selection. */
export function describeSelection(units: number, points: number): string {
  return `${countOf(units, "unit")}, ${countOf(points, "point")} selected`;
}
