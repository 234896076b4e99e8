/**
 * Command-line flags and environment in Mesos's grammar. STUB of signatures; replaced.
 *
 * A daemon declares a table of flags; `parseFlags` merges environment (`MESOS_<NAME>`) and arguments
 * (`--name=value`, `--name value` is not Mesos's and is an error, `--no-name` for booleans, `file://`
 * values read from disk), validates, and freezes the result.
 */
import type { Result } from "@tavola/base";

/** Kinds of value: `duration` is Mesos's "15secs" and comes out in ms, `bytes` "2GB" in bytes. */
export interface FlagKinds {
  string: string;
  path: string;
  int: number;
  double: number;
  bool: boolean;
  duration: number;
  bytes: number;
}

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

/** `default` or `required` make the value present; otherwise it may be undefined. */
export type FlagValues<T extends FlagTable> = {
  readonly [N in keyof T]: T[N] extends { kind: infer K extends keyof FlagKinds }
    ? T[N] extends { default: unknown } | { required: true }
      ? FlagKinds[K]
      : FlagKinds[K] | undefined
    : never;
};

export interface ParsedFlags<T extends FlagTable> {
  readonly values: FlagValues<T>;
  /** Every flag as text, the way `/flags` and `/state` show it. */
  readonly shown: Readonly<Record<string, string>>;
}

export interface FlagSources {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default "MESOS_". */
  readonly prefix?: string;
}

export function parseFlags<T extends FlagTable>(
  _table: T,
  _sources: FlagSources,
): Result<ParsedFlags<T>> {
  throw new Error("not there yet");
}
