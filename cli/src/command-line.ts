/**
 * From arguments to a command, and from its errors to a sentence and an exit status.
 */

import { CodedError, describeError } from "@tavola/base";
import { type CommandEntry, commands } from "./commands.ts";
import { exitStatus } from "./exit-status.ts";
import { processTerminal, ReaderGone, type Terminal } from "./terminal.ts";

/** Also understood, because people type them. */
const aliases: Readonly<Record<string, string>> = {
  "--help": "help",
  "-h": "help",
  "--version": "version",
  "-v": "version",
};

const statuses: Readonly<Record<string, number>> = {
  USAGE: exitStatus.usage,
  MASTER_ADDRESS_INVALID: exitStatus.usage,
  MASTER_UNREACHABLE: exitStatus.unavailable,
  CONNECTION_REFUSED: exitStatus.unavailable,
  CONNECTION_LOST: exitStatus.unavailable,
  UNAVAILABLE: exitStatus.unavailable,
};

/** Runs a whole command line; resolves with its exit status. Never rejects, but for a bug of ours. */
export async function runCommandLine(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const [first = "help", ...rest] = args;
  const name = aliases[first] ?? first;
  const entry: CommandEntry | undefined = Object.hasOwn(commands, name)
    ? commands[name]
    : undefined;
  if (entry === undefined) {
    terminal.tell(
      `tavola: there is no command "${first}"; \`tavola help\` lists those there are\n`,
    );
    return exitStatus.usage;
  }
  const command = await entry.load();
  const options = rest.slice(0, rest.includes("--") ? rest.indexOf("--") : undefined);
  if (name !== "help" && (options.includes("--help") || options.includes("-h"))) {
    await terminal.write(command.usage);
    return exitStatus.ok;
  }
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    return tellError(name, error, terminal);
  }
}

function tellError(name: string, error: unknown, terminal: Terminal): number {
  if (error instanceof ReaderGone) return exitStatus.ok;
  if (!(error instanceof CodedError)) throw error;
  terminal.tell(`tavola ${name}: ${describeError(error)}\n`);
  if (error.code === "USAGE") terminal.tell(`See \`tavola help ${name}\`.\n`);
  return statuses[error.code] ?? exitStatus.failed;
}
