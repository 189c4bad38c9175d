// The axis of recorded epoch numbers, uneven as they are: position of an epoch (a fraction of the
// way from the first to the last number), its inverse, and round numbers to write under it.

/** The numbers that the axis runs over: those recorded, or positions where these do not rise. */
export function axisNumbers(epochs: readonly number[]): readonly number[] {
  const rises = epochs.every((epoch, i) => i === 0 || epoch > (epochs[i - 1] ?? epoch));
  return rises ? epochs : epochs.map((_, i) => i);
}

/** Whether the numbers are unequally far apart. */
export function isUneven(numbers: readonly number[]): boolean {
  const step = (numbers[1] ?? 0) - (numbers[0] ?? 0);
  return numbers.some((number, i) => i > 0 && number - (numbers[i - 1] ?? 0) !== step);
}

/** Fraction 0 … 1 of the axis at which an epoch position, whole or between two, lies. */
export function axisFraction(epochs: readonly number[], epoch: number): number {
  const first = epochs[0] ?? 0;
  const span = (epochs.at(-1) ?? 0) - first;
  if (!(span > 0)) return 0.5;
  const before = Math.min(Math.max(Math.floor(epoch), 0), epochs.length - 1);
  const low = epochs[before] ?? first;
  const high = epochs[before + 1] ?? low;
  return (low + (epoch - before) * (high - low) - first) / span;
}

/** Epoch position, whole or between two, at a fraction of the axis. */
export function epochAt(epochs: readonly number[], fraction: number): number {
  const first = epochs[0] ?? 0;
  const span = (epochs.at(-1) ?? 0) - first;
  if (!(span > 0) || fraction <= 0) return 0;
  const number = first + fraction * span;
  const after = epochs.findIndex((recorded) => recorded > number);
  if (after < 0) return epochs.length - 1;
  const low = epochs[after - 1] ?? first;
  const high = epochs[after] ?? low;
  return after - 1 + (number - low) / (high - low);
}

/** About `count` round epoch numbers between the first and the last. */
export function axisTicks(epochs: readonly number[], count: number): number[] {
  const first = epochs[0] ?? 0;
  const last = epochs.at(-1) ?? first;
  const step = Math.max(roundStep((last - first) / count), 1);
  const ticks: number[] = [];
  for (let tick = Math.ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick);
  return ticks;
}

/** The least of 1, 2, 5 × 10^n that is not below `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1)));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step) ?? 10;
  return factor * power;
}
