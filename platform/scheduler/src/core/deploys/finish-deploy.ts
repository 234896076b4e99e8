/**
 * How a deploy ends: what becomes of its tasks, of the old ones, and of the request.
 *
 *     SUCCEEDED   it is the active deploy; the old one's tasks go, and its record is kept to go back to
 *     otherwise   it is history, and its tasks go; the old ones were never touched, or, where some have
 *                 gone already (canary), are made up to their number before the new ones go
 */

import { given } from "../given.ts";
import type { DeployResult, PendingDeploy } from "../model/deploy-progress.ts";
import type { DeployState, RequestState, TaskCleanupType } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import {
  type DeployRecord,
  deployKey,
  type FruitlessDeploy,
  type RequestDeploys,
  type UpdatedFields,
} from "../records.ts";
import { clearExpiring } from "../requests/expiring-record.ts";
import { isLongRunning } from "../requests/long-running.ts";
import { requestChanged } from "../requests/request-changed.ts";
import { endBounce } from "../requests/settle-bounce.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { dropPlans } from "../tasks/plan-task.ts";
import type { Turn } from "../turn.ts";
import { watchOf } from "./deploy-watch.ts";
import { plansAfterSuccess } from "./plans-after-success.ts";
import { requestTakenBack, scaleTakenBack, updatedFieldsOf } from "./request-taken-back.ts";
import { announceDeploy, mailDeploy, tellHistory } from "./tell-deploy.ts";

export interface DeployEnd {
  readonly deployState: DeployState;
  readonly message?: string | undefined;
  readonly deployFailures?: DeployResult["deployFailures"];
  /** Somebody cancelled it, or paused or deleted its request: nobody needs to be told by mail. */
  readonly isAskedFor?: boolean;
}

/** The pending deploy is the active one from here on. */
export function succeedDeploy(turn: Turn, deploys: RequestDeploys, message: string): void {
  const { requestId, pending, rollback } = deploys;
  const known = turn.get("request", requestId);
  if (pending === undefined || known === undefined) return;
  const { deployMarker, deployProgress } = pending;
  const request = requestAfter(turn, known.request, deploys);
  const updated =
    rollback === undefined ? updatedFieldsOf(turn, known.request, request) : undefined;
  const previous = rollback === undefined ? deploys.active : undefined;
  const result = resultOf(turn, { deployState: "SUCCEEDED", message });
  const record = closeRecord(turn, deployMarker, result, updated);
  const gone = [deploys.active, deploys.previous].flatMap((marker) =>
    marker === undefined || marker.deployId === previous?.deployId ? [] : [marker.deployId],
  );
  const watch = previous && record && watchOf(turn, record, request);
  turn.put("requestDeploys", requestId, {
    ...settled(deploys, gone),
    active: deployMarker,
    ...given({ previous, watch }),
  });
  if (rollback?.updatedFields !== undefined) {
    scaleTakenBack(turn, requestId, rollback.updatedFields);
  }
  settleRequest(turn, deploys, request);
  if (isLongRunning(request) || request.requestType === "SCHEDULED") {
    const canary = deployProgress.canary === true;
    cleanUp(turn, deployMarker.requestId, {
      cleanupType: canary ? "DEPLOY_STEP_FINISHED" : "NEW_DEPLOY_SUCCEEDED",
      message: `deploy ${deployMarker.deployId} succeeded`,
      isMeant: (deployId) => deployId !== deployMarker.deployId,
    });
  }
  plansAfterSuccess(turn, { requestId, deployId: deployMarker.deployId, request });
  if (isLongRunning(request)) endBounce(turn, requestId);
  if (record === undefined) return;
  tellHistory(turn, record);
  announceDeploy(turn, record, "FINISHED");
  mailDeploy(turn, "DEPLOY_SUCCEEDED", record, { message });
}

/** A rollback looks again: what was for a while only may have run out meanwhile. */
function requestAfter(turn: Turn, now: Request, { pending, rollback }: RequestDeploys): Request {
  const change = rollback?.updatedFields;
  if (change !== undefined) return requestTakenBack(turn, now, change) ?? now;
  return pending?.updatedRequest ?? now;
}

/** What the request is once the deploy has succeeded. */
function settleRequest(turn: Turn, { pending, rollback }: RequestDeploys, request: Request): void {
  if (pending === undefined) return;
  const { requestId, user, message } = pending.deployMarker;
  const state = turn.get("request", requestId)?.state;
  const states: Partial<Record<RequestState, RequestState>> = {
    DEPLOYING_TO_UNPAUSE: "ACTIVE",
    FINISHED: "ACTIVE",
  };
  if (state === undefined) return;
  const next = states[state] ?? state;
  if (state === "DEPLOYING_TO_UNPAUSE") clearExpiring(turn, requestId, "pause");
  if (pending.updatedRequest !== undefined && rollback === undefined) {
    clearExpiring(turn, requestId, "scale");
  }
  if (next === state && pending.updatedRequest === undefined) return;
  const eventType = state === "DEPLOYING_TO_UNPAUSE" ? "DEPLOYED_TO_UNPAUSE" : "UPDATED";
  requestChanged(turn, { request, state: next, eventType, user, message });
}

/** The pending deploy is history; the active one is what is wanted, in full. */
export function failDeploy(turn: Turn, deploys: RequestDeploys, end: DeployEnd): void {
  const { requestId, pending } = deploys;
  if (pending === undefined) return;
  const { deployMarker, deployProgress } = pending;
  const { deployId, user, message } = deployMarker;
  const record = closeRecord(turn, deployMarker, resultOf(turn, end));
  turn.put("requestDeploys", requestId, {
    ...settled(deploys, [deployId]),
    ...given({ fruitless: fruitlessAfter(turn, deploys, end) }),
  });
  const known = turn.get("request", requestId);
  const hasReplacedSome =
    deployProgress.canary === true &&
    deployProgress.currentActiveInstances > 0 &&
    deploys.active !== undefined &&
    known?.state !== "DEPLOYING_TO_UNPAUSE";
  cleanUp(turn, requestId, {
    cleanupType: failureCleanup(end.deployState, hasReplacedSome),
    message: `deploy ${deployId} ${end.deployState}${end.message === undefined ? "" : `: ${end.message}`}`,
    isMeant: (id) => id === deployId,
  });
  dropPlans(turn, requestId, ({ pendingTaskId }) => pendingTaskId.deployId === deployId);
  if (known?.state === "DEPLOYING_TO_UNPAUSE") {
    const { request } = known;
    requestChanged(turn, { request, state: "PAUSED", eventType: "PAUSED", user, message });
  }
  if (record === undefined) return;
  tellHistory(turn, record);
  announceDeploy(turn, record, "FINISHED");
  if (end.isAskedFor !== true) {
    mailDeploy(turn, "DEPLOY_FAILED", record, { message: end.message ?? end.deployState });
  }
}

/** Undefined: one has succeeded, and is what is wanted. */
function fruitlessAfter(
  turn: Turn,
  { active, pending, fruitless }: RequestDeploys,
  { deployState, message }: DeployEnd,
): FruitlessDeploy | undefined {
  if (active !== undefined || pending === undefined) return undefined;
  const { deployId } = pending.deployMarker;
  const count = (fruitless?.count ?? 0) + 1;
  return { deployId, deployState, at: Math.floor(turn.now), count, ...given({ message }) };
}

function failureCleanup(state: DeployState, hasReplacedSome: boolean): TaskCleanupType {
  if (state === "CANCELED") {
    return hasReplacedSome ? "INCREMENTAL_DEPLOY_CANCELLED" : "DEPLOY_CANCELED";
  }
  return hasReplacedSome ? "INCREMENTAL_DEPLOY_FAILED" : "DEPLOY_FAILED";
}

function resultOf(
  turn: Turn,
  { deployState, message, deployFailures = [] }: DeployEnd,
): DeployResult {
  return { deployState, deployFailures, timestamp: Math.floor(turn.now), ...given({ message }) };
}

function closeRecord(
  turn: Turn,
  { requestId, deployId }: PendingDeploy["deployMarker"],
  result: DeployResult,
  updatedFields?: UpdatedFields,
): DeployRecord | undefined {
  const key = deployKey(requestId, deployId);
  const record = turn.get("deploy", key);
  if (record === undefined) return undefined;
  const closed = { ...record, result, ...given({ updatedFields }) };
  turn.put("deploy", key, closed);
  turn.dirty(requestId);
  return closed;
}

/** Without what belonged to the pending deploy, or to those before it; `gone` are no longer of use. */
function settled(deploys: RequestDeploys, gone: readonly string[]): RequestDeploys {
  const { pending: _p, failures: _f, cancel: _c, rollback: _r, watch, ...kept } = deploys;
  const { fruitless: _before, previous, ...rest } = kept;
  const isPreviousGone = previous !== undefined && gone.includes(previous.deployId);
  const isWatchOver = watch !== undefined && gone.includes(watch.deployId);
  const leaving = [...new Set([...(deploys.leaving ?? []), ...gone])];
  return {
    ...rest,
    ...(isPreviousGone || previous === undefined ? {} : { previous }),
    ...(isWatchOver || watch === undefined ? {} : { watch }),
    ...(leaving.length === 0 ? {} : { leaving }),
  };
}

interface CleanUps {
  readonly cleanupType: TaskCleanupType;
  readonly message: string;
  readonly isMeant: (deployId: string) => boolean;
}

function cleanUp(turn: Turn, requestId: string, { isMeant, ...wish }: CleanUps): void {
  for (const task of [...(turn.state.tasksOf.get(requestId)?.values() ?? [])]) {
    if (isMeant(task.taskId.deployId)) cleanUpTask(turn, task, wish);
  }
}
