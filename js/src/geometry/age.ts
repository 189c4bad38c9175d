// How lines and trails fade with age, the same as widget/age.py. Age is counted in runs: 0 now, 1 the
// whole run ago. At fade 0 nothing fades, at 1 only what is newest is left.

/** Faded to 1/e after this part of the run at a fade of one half: through epochs, through steps. */
const HALF_FADE_AGE = { epochs: 0.25, steps: 1 } as const;
/** Least strength at no fade at all; it goes to 0 with more. */
const FLOOR = 0.3;
/** Strength of what is yet to come, which the picture shows, too. */
const FUTURE = 0.12;
/** Beyond it the newest would be gone, too. */
const MOST_FADE = 0.99;

export interface Fading {
  /** Strength falls to 1/e in 1/rate runs. */
  readonly rate: number;
  readonly floor: number;
  readonly future: number;
}

export function fadingOf(fade: number, through: "epochs" | "steps"): Fading {
  const kept = 1 - Math.min(MOST_FADE, fade);
  return {
    rate: (1 - kept) / kept / HALF_FADE_AGE[through],
    floor: FLOOR * (1 - fade),
    future: fade > 0 ? FUTURE : 1,
  };
}

/** `now` is the length of half a step: what lies as little ahead is not yet the future. */
export function strengthAt(age: number, { rate, floor, future }: Fading, now: number): number {
  if (age < -now) return future;
  return Math.max(floor, Math.exp(-rate * Math.max(age, 0)));
}

/** The same in a shader; `uFading` holds rate, floor, future. */
export const GLSL_STRENGTH = /* glsl */ `
uniform vec3 uFading;
float strengthAt(float age, float now) {
  return age < -now ? uFading.z : max(uFading.y, exp(-uFading.x * max(age, 0.0)));
}
`;
