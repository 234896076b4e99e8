/**
 * The kinds of value a flag can have: text to value, value to text.
 */

import { readFileSync } from "node:fs";
import { describeError, type Result } from "@tavola/base";
import { formatBytes, formatDuration, parseBytes, parseDuration } from "./duration-text.ts";

/** `duration` is Mesos's "15secs" and comes out in ms, `bytes` "2GB" in bytes. */
export interface FlagKinds {
  string: string;
  /** Like a string, but `file://…` is the path itself, not the file's content. */
  path: string;
  int: number;
  double: number;
  bool: boolean;
  duration: number;
  bytes: number;
}

interface FlagKind<T> {
  readonly parse: (text: string) => Result<T>;
  readonly format: (value: T) => string;
}

const fileScheme = "file://";

export const flagKinds: { readonly [K in keyof FlagKinds]: FlagKind<FlagKinds[K]> } = {
  string: { parse: (text) => ({ value: text }), format: (value) => value },
  path: {
    parse: (text) => ({
      value: text.startsWith(fileScheme) ? text.slice(fileScheme.length) : text,
    }),
    format: (value) => value,
  },
  int: { parse: parseInteger, format: String },
  double: { parse: parseDouble, format: String },
  bool: { parse: parseBoolean, format: String },
  duration: { parse: parseDuration, format: formatDuration },
  bytes: { parse: parseBytes, format: formatBytes },
};

/** The value of one flag from its text; a `file://` value is read from disk first. */
export function parseFlagValue<K extends keyof FlagKinds>(
  kind: K,
  text: string,
): Result<FlagKinds[K]> {
  const parse = flagKinds[kind].parse;
  if (kind === "path" || !text.startsWith(fileScheme)) return parse(text);
  const path = text.slice(fileScheme.length);
  try {
    const content = readFileSync(path, "utf8");
    // A number in a file usually has a line end behind it; text may mean it.
    return parse(kind === "string" ? content : content.trim());
  } catch (error) {
    return { error: `Error reading file '${path}': ${describeError(error)}` };
  }
}

function parseInteger(text: string): Result<number> {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    return { error: `'${text}' is not a whole number` };
  }
  return { value };
}

function parseDouble(text: string): Result<number> {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) {
    return { error: `'${text}' is not a number` };
  }
  return { value: Number(text) };
}

function parseBoolean(text: string): Result<boolean> {
  if (text === "true" || text === "1") return { value: true };
  if (text === "false" || text === "0") return { value: false };
  return { error: `'${text}' is not a boolean; expected true or false` };
}
