/**
 * What a daemon says about each of its flags.
 */

import type { FlagKinds } from "./flag-kinds.ts";

export interface FlagDefinition<K extends keyof FlagKinds = keyof FlagKinds> {
  readonly kind: K;
  readonly help: string;
  readonly default?: FlagKinds[K];
  readonly required?: true;
  /** Other spellings, e.g. `slave_...`. */
  readonly aliases?: readonly string[];
  /** A sentence that says what is wrong, or undefined. */
  readonly validate?: (value: FlagKinds[K]) => string | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: each row has its own kind
export type FlagTable = Readonly<Record<string, FlagDefinition<any>>>;
