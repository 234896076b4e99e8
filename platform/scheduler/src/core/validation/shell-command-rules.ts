/**
 * Which commands may be run in a task: those that an operator named, with the options named there.
 */

import type { ShellCommand } from "../model/task.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { when } from "./rules.ts";

export function shellCommandSentence(
  command: ShellCommand | undefined,
  { shellCommands }: SchedulerConfig,
): string | undefined {
  if (command === undefined) return undefined;
  const known = shellCommands.find(({ name }) => name === command.name);
  if (known === undefined) {
    const names = shellCommands.map(({ name }) => name).join(", ");
    return `Shell command ${command.name} not in [${names}]`;
  }
  const allowed = (known.options ?? []).map(({ name }) => name);
  const unknown = (command.options ?? []).find((option) => !allowed.includes(option));
  return when(
    unknown !== undefined,
    `Shell command ${command.name} does not have option ${unknown} ([${allowed.join(", ")}])`,
  );
}
