/**
 * What becomes of plans when a deploy succeeds: those of the deploys before it are moot, but what a
 * person asked to be run is run, by the new one.
 *
 *     SERVICE, WORKER, SCHEDULED  plans of other deploys are dropped; the rules plan anew
 *     ON_DEMAND                   runs that wait move to the new deploy
 *     RUN_ONCE                    each deploy runs once, also one that another has followed
 */

import { randomUuid } from "@tavola/base";
import { given } from "../given.ts";
import type { RunNowRequest } from "../model/actions.ts";
import type { PendingType } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import { deployKey } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import { startAt } from "../tasks/due-plans.ts";
import { dropPlans, planTask } from "../tasks/plan-task.ts";
import type { Turn } from "../turn.ts";

export interface SucceededDeploy {
  readonly requestId: string;
  readonly deployId: string;
  /** As it is from here on. */
  readonly request: Request;
}

export function plansAfterSuccess(turn: Turn, succeeded: SucceededDeploy): void {
  const { requestId, deployId, request } = succeeded;
  if (request.requestType === "ON_DEMAND") moveRuns(turn, succeeded);
  if (request.requestType !== "RUN_ONCE") {
    dropPlans(turn, requestId, ({ pendingTaskId }) => pendingTaskId.deployId !== deployId);
  }
  const run = turn.get("deploy", deployKey(requestId, deployId))?.deploy.runImmediately;
  if (run !== undefined && !isLongRunning(request)) runNow(turn, succeeded, run);
}

function moveRuns(turn: Turn, { requestId, deployId }: SucceededDeploy): void {
  for (const pending of [...(turn.state.pendingOf.get(requestId)?.values() ?? [])]) {
    const { pendingTaskId, ...rest } = pending;
    if (pendingTaskId.deployId === deployId || pendingTaskId.pendingType !== "ONEOFF") continue;
    const { instanceNo, nextRunAt } = pendingTaskId;
    turn.remove("pendingTask", pendingTaskId.id);
    planTask(turn, {
      ...rest,
      requestId,
      deployId,
      instanceNo,
      nextRunAt,
      pendingType: "ONEOFF",
    });
  }
}

function runNow(
  turn: Turn,
  { requestId, deployId, request }: SucceededDeploy,
  run: RunNowRequest,
): void {
  const marker = turn.get("requestDeploys", requestId)?.active;
  const pendingType = runTypeOf(turn, request);
  if (pendingType === undefined) return;
  const { commandLineArgs, runAt, runId, message, skipHealthchecks, ...overrides } = run;
  planTask(turn, {
    ...overrides,
    requestId,
    deployId,
    instanceNo: 1,
    pendingType,
    ...startAt(turn, runAt),
    runId: runId ?? randomUuid(turn.random),
    ...given({
      cmdLineArgsList: commandLineArgs,
      user: marker?.user,
      message: message ?? marker?.message,
      skipHealthchecks: skipHealthchecks ?? request.skipHealthchecks,
    }),
  });
}

/** Never over a running job, and never above a cap: then it runs when its time comes anyway. */
function runTypeOf(turn: Turn, request: Request): PendingType | undefined {
  const running = turn.state.tasksOf.get(request.id)?.size ?? 0;
  const waiting = turn.state.pendingOf.get(request.id)?.size ?? 0;
  switch (request.requestType) {
    case "SCHEDULED":
      return running === 0 ? "IMMEDIATE" : undefined;
    case "ON_DEMAND":
      return request.instances === undefined || running + waiting < request.instances
        ? "ONEOFF"
        : undefined;
    case "RUN_ONCE":
      return "NEW_DEPLOY";
    default:
      return undefined;
  }
}
