/**
 * The line that tells what became of a task.
 */

import type { TaskStatus } from "@tavola/protocol";
import { isTerminal } from "@tavola/sdk";
import { isTelling } from "./task-exit-status.ts";

/**
 * For a person who watches every state; else only the ends whose exit status does not say it all
 * (undefined for the others). `agentAddress` is where the task runs.
 */
export function formatStateLine(
  status: TaskStatus,
  agentAddress: string | undefined,
  isWatched: boolean,
): string | undefined {
  const { state, task_id, reason } = status;
  if (!isTerminal(state)) {
    return isWatched ? `${task_id.value}: ${state} on ${agentAddress}\n` : undefined;
  }
  const saysMore = isTelling(status);
  if (!isWatched && !saysMore) return undefined;
  const message = firstLineOf(status.message);
  const why = message === "" ? "" : `: ${message}`;
  return `${task_id.value}: ${state}${why}${saysMore && reason !== undefined ? ` (${reason})` : ""}\n`;
}

/** Some messages go on with statistics. */
function firstLineOf(message = ""): string {
  return message.trimStart().split("\n", 1)[0] ?? "";
}
