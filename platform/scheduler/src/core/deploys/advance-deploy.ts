/**
 * The rule that moves the deploy on trial, one step each time it is asked.
 *
 *     starting   the step's tasks are planned and started beside the old ones
 *         |  all of them healthy (and back, when one no longer is)
 *     accepting  nothing starts; the step is judged (NONE, TIMED, CHECKS, or by hand)
 *         |  accepted, and fewer than wanted: as many old ones go, and the next step is starting
 *         |  accepted, and all there
 *     SUCCEEDED
 *
 *     at any time: too many of the step's tasks failed         FAILED
 *                  the step took longer than it may            OVERDUE
 *                  somebody asked                              CANCELED
 *                  the request was paused or deleted           FAILED
 *
 * A request that is not long-running starts nothing of its own for a deploy, which succeeds at once.
 */

import type { DeployProgress, PendingDeploy } from "../model/deploy-progress.ts";
import type { Request, RequestWithState } from "../model/request.ts";
import { type DeployRecord, deployKey, type RequestDeploys } from "../records.ts";
import { instancesOf, isLongRunning } from "../requests/long-running.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import type { Turn } from "../turn.ts";
import { judgeAcceptance } from "./acceptance.ts";
import { canarySettingsOf, nextTarget } from "./canary-settings.ts";
import { failDeploy, succeedDeploy } from "./finish-deploy.ts";
import { describeOverdue } from "./overdue-deploy.ts";
import { failuresOf, healthyOf, standingOf, stepOverdueAt } from "./step-state.ts";

/** What a step is judged by. */
export interface DeployStep {
  readonly deploys: RequestDeploys;
  readonly pending: PendingDeploy;
  readonly record: DeployRecord;
  /** As it will be when the deploy succeeds. */
  readonly request: Request;
}

export function advanceDeploy(turn: Turn, requestId: string): number | undefined {
  const deploys = turn.get("requestDeploys", requestId);
  const known = turn.get("request", requestId);
  const pending = deploys?.pending;
  if (deploys === undefined || pending === undefined || known === undefined) return undefined;
  if (deploys.cancel !== undefined) {
    const { user } = deploys.cancel;
    const message = `Canceled due to request${user === undefined ? "" : ` by ${user}`}`;
    failDeploy(turn, deploys, {
      deployState: "CANCELED",
      message,
      deployFailures: [{ reason: "DEPLOY_CANCELLED", message }],
      isAskedFor: true,
    });
    return undefined;
  }
  if (!isDeployableState(turn, known)) {
    const message = `Request in state ${known.state} is not deployable`;
    failDeploy(turn, deploys, {
      deployState: "FAILED",
      message,
      deployFailures: [{ reason: "PENDING_DEPLOY_REMOVED", message }],
      isAskedFor: true,
    });
    return undefined;
  }
  const request = pending.updatedRequest ?? known.request;
  if (!isLongRunning(request) || known.state === "PAUSED") {
    succeedDeploy(turn, deploys, "Request not deployable");
    return undefined;
  }
  const record = turn.get("deploy", deployKey(requestId, pending.deployMarker.deployId));
  if (record === undefined) {
    failDeploy(turn, deploys, {
      deployState: "FAILED_INTERNAL_STATE",
      message: "Deploy data not present",
    });
    return undefined;
  }
  return advanceStep(turn, { deploys, pending, record, request });
}

/** Why a finished deploy of a paused request may succeed: the operator allows it, and nothing starts. */
function isDeployableState(turn: Turn, { state }: RequestWithState): boolean {
  return (
    ["ACTIVE", "SYSTEM_COOLDOWN", "DEPLOYING_TO_UNPAUSE", "FINISHED"].includes(state) ||
    (state === "PAUSED" && turn.config.allowDeployOfPausedRequests)
  );
}

function advanceStep(turn: Turn, step: DeployStep): number | undefined {
  const { deploys, pending, record } = step;
  const { failuresAllowed } = canarySettingsOf(record.deploy);
  const deployFailures = failuresOf(turn, step);
  if (deployFailures.length > failuresAllowed) {
    const { id } = record.deploy;
    const group = failuresAllowed === 0 ? "" : ` (${failuresAllowed} allowed)`;
    const message = `${deployFailures.length} task(s) of deploy ${id} failed in this instance group${group}. ${deployFailures[0]?.message ?? ""}`;
    failDeploy(turn, deploys, { deployState: "FAILED", message: message.trim(), deployFailures });
    return undefined;
  }
  replaceUnhealthy(turn, step);
  const { targetActiveInstances } = pending.deployProgress;
  const isAllHealthy = healthyOf(turn, step).length >= targetActiveInstances;
  const isAccepting = pending.deployProgress.stepLaunchComplete === true;
  if (isAllHealthy !== isAccepting) {
    // A step falls back to starting when one of its instances has to be started again.
    const timestamp = Math.floor(turn.now);
    putProgress(turn, step, { stepLaunchComplete: isAllHealthy, timestamp });
    return undefined;
  }
  if (isAccepting) return acceptStep(turn, step);
  const overdueAt = stepOverdueAt(turn, step);
  if (turn.now < overdueAt) return overdueAt;
  failDeploy(turn, deploys, describeOverdue(turn, step));
  return undefined;
}

function acceptStep(turn: Turn, step: DeployStep): number | undefined {
  const { deploys, pending, record, request } = step;
  const settings = canarySettingsOf(record.deploy);
  const { targetActiveInstances: target } = pending.deployProgress;
  // One that starts all at once may have fewer than are wanted now: somebody scaled up meanwhile.
  const isLast = target >= instancesOf(request);
  if (settings.isCanary && settings.isAdvancedByHand && !isLast) return undefined;
  const verdict = judgeAcceptance(turn, step);
  if (verdict.kind === "wait") return verdict.until;
  if (verdict.kind === "refused") {
    failDeploy(turn, deploys, { deployState: "FAILED", message: verdict.message });
    return undefined;
  }
  if (isLast) {
    const healthy = healthyOf(turn, step).length;
    succeedDeploy(turn, deploys, `${healthy} of ${target} instance(s) healthy`);
  } else startNextStep(turn, step, nextTarget(settings, request, target));
  return undefined;
}

/** The step that is done stands; as many of the old tasks go, and so many are wanted next. */
export function startNextStep(turn: Turn, step: DeployStep, target: number): void {
  const { pending, request } = step;
  const { deployId } = pending.deployMarker;
  const accepted = pending.deployProgress.targetActiveInstances;
  const { failures: _done, ...deploys } = step.deploys;
  putProgress(
    turn,
    { ...step, deploys },
    {
      targetActiveInstances: target,
      currentActiveInstances: accepted,
      stepLaunchComplete: false,
      stepAcceptanceResults: {},
      timestamp: Math.floor(turn.now),
    },
  );
  if (pending.deployProgress.canary !== true) return;
  endReplaced(turn, { requestId: request.id, deployId, accepted });
}

/** The old instances whose numbers the accepted ones have. */
function endReplaced(
  turn: Turn,
  done: { readonly requestId: string; readonly deployId: string; readonly accepted: number },
): void {
  for (const task of [...(turn.state.tasksOf.get(done.requestId)?.values() ?? [])]) {
    const { deployId, instanceNo } = task.taskId;
    if (deployId === done.deployId || instanceNo > done.accepted) continue;
    cleanUpTask(turn, task, {
      cleanupType: "DEPLOY_STEP_FINISHED",
      message: `${done.accepted} instance(s) of deploy ${done.deployId} have taken over`,
    });
  }
}

/** What failed its check is allowed for by the deploy: another is started in its place. */
function replaceUnhealthy(turn: Turn, step: DeployStep): void {
  for (const task of standingOf(turn, step)) {
    if (task.health?.failure === undefined || task.health.healthyAt !== undefined) continue;
    cleanUpTask(turn, task, {
      cleanupType: "UNHEALTHY_NEW_TASK",
      message: task.health.failure.reason,
    });
  }
}

export function putProgress(
  turn: Turn,
  { deploys, pending }: Pick<DeployStep, "deploys" | "pending">,
  change: Partial<DeployProgress>,
): void {
  turn.put("requestDeploys", deploys.requestId, {
    ...deploys,
    pending: { ...pending, deployProgress: { ...pending.deployProgress, ...change } },
  });
  turn.dirty(deploys.requestId);
}
