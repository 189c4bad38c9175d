// Units that answer to what was typed: the one of that very name, then the one of that number, then
// names that begin with it, then names that contain it, each in the order of the trace.

export interface Matches {
  /** Positions of the best ones. */
  readonly units: readonly number[];
  /** How many there are in all. */
  readonly total: number;
}

/** Entries tell whether a unit's lower-case name and position answer to the lower-case text. */
const RANKS: readonly ((name: string, unit: number, text: string) => boolean)[] = [
  (name, _, text) => name === text,
  (_, unit, text) => String(unit) === text,
  (name, _, text) => name.startsWith(text),
  (name, _, text) => name.includes(text),
];

export function matchUnits(names: readonly string[], typed: string, most: number): Matches {
  const text = typed.trim().toLowerCase();
  if (text === "") return { units: [], total: 0 };
  const ranked: number[][] = RANKS.map(() => []);
  names.forEach((name, unit) => {
    const lower = name.toLowerCase();
    ranked[RANKS.findIndex((answers) => answers(lower, unit, text))]?.push(unit);
  });
  const units = ranked.flat();
  return { units: units.slice(0, most), total: units.length };
}
