/**
 * What a batch of the log is made of. Applying one twice is as good as once.
 */

import type { Announcement } from "./announcement.ts";

export type Operation =
  | { readonly kind: "put"; readonly announcement: Announcement }
  /** By who had announced it, or somebody in his name. */
  | { readonly kind: "withdraw"; readonly id: string }
  /** Nobody renewed it. A server that knows better announces it again. */
  | { readonly kind: "expire"; readonly id: string };

/** What became known together. */
export interface Batch {
  readonly index: number;
  readonly operations: readonly Operation[];
}
