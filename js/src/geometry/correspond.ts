// Where one run stands when another stands at an epoch or a step. Axes of equal length go together by
// position; others by their numbers, in between interpolated, beyond the ends at the end. Twin of
// mmphate_widget/widget/correspondence.py; tests/golden/correspondence.json ties the two.

/** The position on `target` for a (fractional) position on `source`, both given by their numbers. */
export function correspond(position: number, source: readonly number[], target: readonly number[]): number {
  if (source.length === target.length) return position;
  // Numbers that do not ascend say nothing of what lies between two of them.
  if (!ascends(source) || !ascends(target)) return Math.min(position, target.length - 1);
  return locate(numberAt(position, source), target);
}

function ascends(numbers: readonly number[]): boolean {
  return numbers.every((number, at) => at === 0 || number > (numbers[at - 1] as number));
}

function numberAt(position: number, numbers: readonly number[]): number {
  const below = Math.floor(position);
  const [low, high] = [numbers[below] as number, numbers[below + 1]];
  return high === undefined ? low : low + (position - below) * (high - low);
}

function locate(number: number, numbers: readonly number[]): number {
  const above = numbers.findIndex((other) => other > number);
  if (above === 0) return 0;
  if (above < 0) return numbers.length - 1;
  const [low, high] = [numbers[above - 1] as number, numbers[above] as number];
  return above - 1 + (number - low) / (high - low);
}
