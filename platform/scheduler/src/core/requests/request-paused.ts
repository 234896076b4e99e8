/**
 * Somebody pauses a request: nothing of it is started until it is unpaused, and what runs is stopped
 * (`PAUSE`) or, where asked, left to end by itself (`PAUSING`).
 *
 * A bounce that is under way is over; a deploy on trial fails, because there is nothing to try.
 */

import { given } from "../given.ts";
import { putMail } from "../mail/put-mail.ts";
import type { PauseRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import type { TaskRecord } from "../records.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { dropPlans } from "../tasks/plan-task.ts";
import { shellCommandAsked } from "../tasks/shell-command-asked.ts";
import { type Outcome, type Refusal, refused, type Turn } from "../turn.ts";
import { clearExpiring, expireWhenAsked } from "./expiring-record.ts";
import { changeableRequest } from "./known-request.ts";
import { requestChanged } from "./request-changed.ts";

export interface RequestPaused {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly body?: PauseRequest | undefined;
}

export function requestPaused(turn: Turn, paused: RequestPaused): Outcome<RequestWithState> {
  const { requestId, user, body = {} } = paused;
  const known = changeableRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const { request, state } = known.value;
  if (state === "PAUSED") {
    return refused(
      409,
      `Request ${requestId} is paused. Unable to pause (it must be manually unpaused first)`,
    );
  }
  const refusal = endTasks(turn, paused);
  if (refusal !== undefined) return { refusal };
  dropPlans(turn, requestId, () => true);
  turn.remove("requestCleanup", requestId);
  clearExpiring(turn, requestId, "bounce");
  expireWhenAsked(turn, "pause", { requestId, user, body }, {});
  const { message, durationMillis } = body;
  putMail(turn, {
    type: "REQUEST_PAUSED",
    requestId,
    request,
    ...given({ user, message }),
    details: { killTasks: killsTasks(turn, body), ...given({ durationMillis }) },
  });
  return {
    value: requestChanged(turn, { request, state: "PAUSED", eventType: "PAUSED", user, message }),
  };
}

/** A command that is to run first means that tasks are not stopped before it has. */
function endTasks(turn: Turn, { requestId, user, body = {} }: RequestPaused): Refusal | undefined {
  const { message, actionId, runShellCommandBeforeKill: command } = body;
  const kills = killsTasks(turn, body);
  const tasks = [...(turn.state.tasksOf.get(requestId)?.values() ?? [])];
  for (const { taskId } of tasks) {
    const { id } = taskId;
    const asked =
      command === undefined
        ? undefined
        : shellCommandAsked(turn, { taskId: id, user, shellCommand: command });
    if (asked?.refusal !== undefined) return asked.refusal;
    const runBeforeKillId = asked && {
      taskId,
      name: asked.value.shellCommand.name,
      timestamp: asked.value.timestamp,
    };
    cleanUpTask(turn, turn.get("task", id) as TaskRecord, {
      cleanupType: kills ? "PAUSE" : "PAUSING",
      ...given({ user, message, actionId, runBeforeKillId }),
    });
  }
  return undefined;
}

function killsTasks(turn: Turn, { killTasks }: PauseRequest): boolean {
  return killTasks ?? turn.config.defaultValueForKillTasksOfPausedRequests;
}
