// Speeds of playing that the list offers and the keys go through, in epochs a second.

export const SPEEDS: readonly number[] = [0.5, 1, 2, 4, 8, 16, 32];

/** The next speed up (+1) or down (-1); the same where there is none. */
export function nextSpeed(speed: number, delta: 1 | -1): number {
  const further = SPEEDS.filter((one) => (one - speed) * delta > 0);
  return (delta > 0 ? further[0] : further.at(-1)) ?? speed;
}
