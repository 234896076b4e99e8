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
  quiet: { kind: "bool", help: "Log nothing below ERROR to standard error.", default: false },
} as const satisfies FlagTable;
