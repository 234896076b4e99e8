/**
 * Somebody asks for one task's end (`DELETE /tasks/task/{id}`).
 */

import type { KillTaskRequest } from "../model/actions.ts";
import type { TaskCleanupType } from "../model/enums.ts";
import type { TaskCleanup } from "../model/task.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { cleanUpTask } from "./clean-up-task.ts";
import { shellCommandAsked } from "./shell-command-asked.ts";

export interface KillAsked extends KillTaskRequest {
  readonly taskId: string;
  readonly user?: string;
}

export function taskKillAsked(turn: Turn, asked: KillAsked): Outcome<TaskCleanup> {
  const { taskId, user, message, actionId, override = false } = asked;
  const task = turn.get("task", taskId);
  if (task === undefined) return refused(404, `Couldn't find active task with id ${taskId}`);
  const standing = task.cleanup?.cleanupType;
  if (standing !== undefined && !override && standsAgainst(standing, cleanupTypeOf(asked))) {
    return refused(409, `Task ${taskId} already has a cleanup of type ${standing}`);
  }
  const command = asked.runShellCommandBeforeKill;
  const before =
    command === undefined
      ? undefined
      : shellCommandAsked(turn, { taskId, user, shellCommand: command });
  if (before?.refusal !== undefined) return before;
  const marked = turn.get("task", taskId) ?? task;
  return {
    value: cleanUpTask(turn, marked, {
      cleanupType: cleanupTypeOf(asked),
      overrides: override,
      ...(user === undefined ? {} : { user }),
      ...(message === undefined ? {} : { message }),
      ...(actionId === undefined ? {} : { actionId }),
      ...(before === undefined
        ? {}
        : {
            runBeforeKillId: {
              taskId: task.taskId,
              name: before.value.shellCommand.name,
              timestamp: before.value.timestamp,
            },
          }),
    }),
  };
}

function cleanupTypeOf({ override, waitForReplacementTask }: KillAsked): TaskCleanupType {
  if (override === true) return "USER_REQUESTED_DESTROY";
  return waitForReplacementTask === true ? "USER_REQUESTED_TASK_BOUNCE" : "USER_REQUESTED";
}

/**
 * Asking for the same again is answered with what stands, so that a client may repeat itself; a kill
 * takes the place of whatever waits.
 * Differs: Singularity lets a task bounce take the place of every cleanup, so that a task that is to
 * go for good would wait for its replacement.
 */
function standsAgainst(standing: TaskCleanupType, wanted: TaskCleanupType): boolean {
  if (standing === wanted) return false;
  return standing === "USER_REQUESTED_DESTROY" || wanted === "USER_REQUESTED_TASK_BOUNCE";
}
