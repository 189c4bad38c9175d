// What a picture without a kernel offers besides: named groups, and the selection as text to take along.

export interface GroupInfo {
  readonly name: string;
  readonly units: number;
  readonly points: number;
}

export interface Keeper {
  groups(): readonly GroupInfo[];
  /** Makes a group the selection, as one step that can be undone. */
  select(name: string): void;
  /** Names the current selection; in the place of a group of that name. */
  add(name: string): void;
  /** JSON that says what is selected and what the groups hold. */
  describe(): string;
  /** Calls back when the groups have changed; returns a function that ends it. */
  onGroups(listener: () => void): () => void;
}
