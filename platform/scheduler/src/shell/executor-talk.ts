/**
 * What the executors of tasks are told beside Mesos's own calls: a shell command to run, or that a task
 * is to be destroyed. Only executors that a deploy brings along (`customExecutorCmd`) are told; for a
 * command task, whose executor takes no commands, it is answered here.
 */

import type { Effect } from "../core/effects.ts";
import { given } from "../core/given.ts";
import type { Deploy } from "../core/model/deploy.ts";
import { deployKey, type TaskRecord } from "../core/records.ts";
import type { SchedulerState } from "../core/state.ts";
import { shellCommandUpdated } from "../core/tasks/shell-command-asked.ts";
import type { Turn } from "../core/turn.ts";
import { destroyMessage, shellCommandMessage } from "../framework/executor-message.ts";
import type { FrameworkLink } from "../framework/framework-link.ts";

export interface ExecutorTalk {
  readonly state: SchedulerState;
  readonly link: Pick<FrameworkLink, "sendMessage">;
  readonly decide: (what: (turn: Turn) => void) => void;
}

type ShellCommandEffect = Extract<Effect, { readonly kind: "shellCommand" }>;

export function tellShellCommand(
  { state, link, decide }: ExecutorTalk,
  { taskId, name, timestamp }: ShellCommandEffect,
): void {
  const task = state.records.task.get(taskId);
  const asked = task?.shellCommands?.find(
    ({ shellRequest }) =>
      shellRequest.timestamp === timestamp && shellRequest.shellCommand.name === name,
  );
  if (task === undefined || asked === undefined) return;
  const executorId = ownExecutorOf(state, task);
  if (executorId !== undefined) {
    link.sendMessage(executorId, task.agentId, shellCommandMessage(asked.shellRequest));
    return;
  }
  decide((turn) =>
    shellCommandUpdated(turn, {
      shellRequestId: { taskId: task.taskId, name, timestamp },
      timestamp: turn.now,
      updateType: "INVALID",
      message: "the task has no executor that takes commands (customExecutorCmd)",
    }),
  );
}

/** The kill goes to the executor as well, which may know no grace period but its own. */
export function tellDestroy({ state, link }: ExecutorTalk, taskId: string): void {
  const task = state.records.task.get(taskId);
  const executorId = task && ownExecutorOf(state, task);
  if (task === undefined || executorId === undefined) return;
  const { user } = task.cleanup ?? {};
  link.sendMessage(
    executorId,
    task.agentId,
    destroyMessage({ taskId: task.taskId, ...given({ user }) }),
  );
}

/** Undefined: the agent's own runs it. */
function ownExecutorOf({ records }: SchedulerState, { taskId }: TaskRecord): string | undefined {
  const key = deployKey(taskId.requestId, taskId.deployId);
  const deploy: Deploy | undefined = records.deploy.get(key)?.deploy;
  if (deploy?.customExecutorCmd === undefined) return undefined;
  return deploy.customExecutorId ?? taskId.id;
}
