/**
 * The master counts custom executors: it is told of each that is not, or no longer, here.
 *
 * One that ends while a reregistration which names it is unanswered waits for the answer: told at once, it
 * could be overtaken by that report, or be dropped because its agent is not taken in yet, and would then
 * be counted for ever.
 *
 * Differs: Mesos's agents tell it once, whether or not the master can take it.
 */

import type { FrameworkId } from "@tavola/base";
import { internal } from "@tavola/protocol";
import type { Turn } from "./turn.ts";

/** What Mesos reports where nobody saw the exit status. */
const unknownStatus = -1;

export function exitedExecutor(
  turn: Turn,
  frameworkId: FrameworkId,
  executorId: string,
  status: number | undefined,
): void {
  const { state } = turn;
  // A master hears of those that are still here, once the agent knows itself.
  if (state.phase === "recovering") return;
  const message: internal.ExitedExecutorMessage = {
    slave_id: { value: state.id as string },
    framework_id: { value: frameworkId },
    executor_id: { value: executorId },
    status: status ?? unknownStatus,
  };
  if (state.isReregistrationUnanswered) state.exitsUntold.push(message);
  else turn.sendToMaster(internal.ExitedExecutorMessage, message);
}

/** A report goes out, which does not name them. */
export function exitsReported({ state }: Turn): void {
  state.exitsUntold.length = 0;
}

/** The report before them was taken. */
export function tellExits(turn: Turn): void {
  for (const message of turn.state.exitsUntold.splice(0)) {
    turn.sendToMaster(internal.ExitedExecutorMessage, message);
  }
}
