/**
 * The flags of every daemon that say what it logs, and the rule "one of these".
 */

import type { FlagTable } from "./flag-table.ts";

/** For `validate`: says so when the value is none of `choices`. */
export function oneOf(...choices: readonly string[]): (value: string) => string | undefined {
  return (value) =>
    choices.includes(value) ? undefined : `'${value}' is none of ${choices.join(", ")}`;
}

export const logFlags = {
  logging_level: {
    kind: "string",
    help: "INFO, WARNING or ERROR.",
    default: "INFO",
    validate: oneOf("INFO", "WARNING", "ERROR"),
  },
  log_dir: {
    kind: "path",
    help:
      "Directory for log files, made when it is missing; `/files/*` serves the newest one.\n" +
      "Default: none are written.",
  },
  external_log_file: {
    kind: "path",
    help: "Log file that somebody else writes, for `/files/*` to serve instead of ours.",
  },
  logbufsecs: {
    kind: "int",
    help: "Accepted; has no effect: every line is written at once.",
    default: 0,
  },
  quiet: { kind: "bool", help: "Log nothing below ERROR to standard error.", default: false },
} as const satisfies FlagTable;
