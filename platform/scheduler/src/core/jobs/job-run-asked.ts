/**
 * Somebody wants a job to run now, or at a given time.
 *
 * A scheduled job never overlaps itself, so what was planned for it gives way; when the run has ended,
 * its schedule goes on. Runs of ON_DEMAND jobs wait beside each other, up to their cap.
 */

import { given } from "../given.ts";
import type { RunNowRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import type { PendingRequest } from "../model/task.ts";
import { deployKey } from "../records.ts";
import { changeableRequest } from "../requests/known-request.ts";
import { requestChanged } from "../requests/request-changed.ts";
import { startAt, wallNow } from "../tasks/due-plans.ts";
import { dropPlans, planTask } from "../tasks/plan-task.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { validateRunNow } from "../validation/validate-run-now.ts";

export interface JobRunAsked {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly run: RunNowRequest;
}

export interface JobRun {
  readonly request: RequestWithState;
  readonly pendingRequest: PendingRequest;
}

/** Refused with 400, 404, 409 (paused, without a deploy, already running) or 429 (as many as may). */
export function jobRunAsked(turn: Turn, { requestId, user, run }: JobRunAsked): Outcome<JobRun> {
  const known = changeableRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const { request, state } = known.value;
  if (state === "PAUSED") {
    return refused(
      409,
      `Request ${requestId} is paused. Unable to run now (it must be manually unpaused first)`,
    );
  }
  const deployId = turn.get("requestDeploys", requestId)?.active?.deployId;
  if (deployId === undefined) {
    return refused(409, `Can not schedule/bounce a request (${requestId}) with no deploy`);
  }
  const valid = validateRunNow(run, {
    config: turn.config,
    now: wallNow(turn),
    random: turn.random,
    request,
    activeTasks: turn.state.tasksOf.get(requestId)?.size ?? 0,
    pendingTasks: turn.state.pendingOf.get(requestId)?.size ?? 0,
    ...given({ deploy: turn.get("deploy", deployKey(requestId, deployId))?.deploy }),
  });
  if (valid.refusal !== undefined) return valid;
  const { pendingType, run: filled } = valid.value;
  const { commandLineArgs, runAt, ...overrides } = filled;
  if (pendingType === "IMMEDIATE") dropPlans(turn, requestId, () => true);
  // A schedule that is over does not keep anybody from running the job once more.
  if (state === "FINISHED") {
    requestChanged(turn, { request, state: "ACTIVE", eventType: "UPDATED", user });
  }
  const asked = {
    ...overrides,
    ...given({ cmdLineArgsList: commandLineArgs, user }),
    requestId,
    deployId,
    pendingType,
  };
  planTask(turn, {
    ...asked,
    instanceNo: freeNumber(turn, requestId),
    ...startAt(turn, runAt),
  });
  return {
    value: {
      request: known.value,
      pendingRequest: { ...asked, timestamp: Math.floor(turn.now), ...given({ runAt }) },
    },
  };
}

/** The lowest that no run has, going on or waiting. */
function freeNumber(turn: Turn, requestId: string): number {
  const taken = new Set<number>();
  for (const { taskId } of turn.state.tasksOf.get(requestId)?.values() ?? []) {
    taken.add(taskId.instanceNo);
  }
  for (const { pendingTaskId } of turn.state.pendingOf.get(requestId)?.values() ?? []) {
    taken.add(pendingTaskId.instanceNo);
  }
  let free = 1;
  while (taken.has(free)) free += 1;
  return free;
}
