// What a picture without a kernel is made of: in a file of its own, or in the widget's state after
// `w.embed(True)`. The twin of mmphate_widget/widget/offline.py; tests/golden/offline.json ties the two.

import type { Meta, Moved, UnitRule } from "./messages";
import type { Packed } from "./packing";

/** Selected points and those that were offered, one bit a point. */
export interface PackedSets {
  readonly mask: Packed<"uint8">;
  readonly domain: Packed<"uint8">;
}

/** The activity of units: for each epoch and unit rows over steps, as a message "trace" has them. */
export interface PackedActivity {
  readonly classes: readonly string[];
  /** Values that the codes 0 and 65534 stand for; 65535 stands for none. */
  readonly limits: readonly [low: number, high: number];
  readonly codes: Packed<"uint16">;
}

/** The bulk: it changes only with the channels. */
export interface OfflineData {
  readonly version: 1;
  readonly meta: Meta;
  /** SHA-256 of the coordinates, as records of selections name them. */
  readonly hash: string;
  readonly positions: Packed<"float32">;
  readonly channels: readonly { readonly name: string; readonly values: Packed<"float32"> }[];
  readonly activity: PackedActivity | null;
}

/** Where the picture stands. */
export interface OfflineNow {
  readonly moved: Moved;
  readonly selection: PackedSets;
  readonly groups: readonly (PackedSets & { readonly name: string; readonly unit_rule: UnitRule })[];
}
