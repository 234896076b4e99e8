/**
 * What a CommandInfo executes. Pure.
 *
 * Source: `shell`, `value` and `arguments` of CommandInfo in mesos.proto.
 */

import type { CommandInfo } from "@tavola/protocol";

export interface CommandLine {
  /** Looked up along PATH, unless it has a slash. */
  readonly file: string;
  /** From argv[0] on. */
  readonly argv: readonly string[];
}

/** A shell's command is one string for `sh -c`; otherwise `arguments` is all of argv, argv[0] included. */
export function commandLineOf(command: CommandInfo): CommandLine {
  const value = command.value ?? "";
  if (command.shell ?? true) return { file: "sh", argv: ["sh", "-c", value] };
  const argv = command.arguments ?? [];
  return { file: value, argv: argv.length === 0 ? [value] : argv };
}
