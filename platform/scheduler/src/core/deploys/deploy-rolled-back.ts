/**
 * One call back to a deploy that had succeeded. Not in Singularity.
 *
 * The earlier deploy is put on trial again under an id of its own (ids are never used twice), beside
 * what runs now; so a rollback can fail like any deploy, and then nothing has changed. It starts all at
 * once, because it has been in service before, and is not watched afterwards, so that two bad versions
 * do not roll each other back for ever.
 *
 * What the deploy that is left had changed in its request (`updatedRequest`) is taken back when the
 * rollback succeeds, as far as nobody has changed it since (`request-taken-back.ts`).
 */

import { given } from "../given.ts";
import type { Deploy } from "../model/deploy.ts";
import type { DeployHistory } from "../model/deploy-progress.ts";
import type { RequestWithState } from "../model/request.ts";
import { type DeployRollback, deployKey, type RequestDeploys } from "../records.ts";
import { changeableRequest } from "../requests/known-request.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { alreadyDeploying, startDeploy } from "./deploy-posted.ts";
import { requestTakenBack } from "./request-taken-back.ts";
import { deployHistoryOf } from "./tell-deploy.ts";

export interface DeployRolledBack {
  readonly requestId: string;
  readonly user?: string | undefined;
  readonly message?: string | undefined;
  /** Which to go back to; default: the one that was active before. */
  readonly deployId?: string | undefined;
  /** That deploy as history knows it, where it is no longer among the records. */
  readonly fromHistory?: DeployHistory | undefined;
}

export function deployRolledBack(turn: Turn, asked: DeployRolledBack): Outcome<RequestWithState> {
  const { requestId, user, message } = asked;
  const known = changeableRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const deploys = turn.get("requestDeploys", requestId);
  if (known.value.state === "PAUSED") {
    return refused(
      409,
      `Request ${requestId} is paused. Unable to roll back (it must be manually unpaused first)`,
    );
  }
  if (deploys?.active === undefined) {
    return refused(409, `Request ${requestId} has no active deploy to roll back from`);
  }
  if (deploys.pending !== undefined) return { refusal: alreadyDeploying(turn, deploys.pending) };
  const target = targetOf(turn, deploys, asked);
  if (target.refusal !== undefined) return target;
  const reason =
    message === undefined || message === "" ? `asked for by ${user ?? "an unnamed user"}` : message;
  startRollback(turn, deploys, target.value, { user, reason, isAutomatic: false });
  return { value: turn.get("request", requestId) ?? known.value };
}

function targetOf(
  turn: Turn,
  deploys: RequestDeploys,
  { requestId, deployId, fromHistory }: DeployRolledBack,
): Outcome<Deploy> {
  const wanted = deployId ?? deploys.previous?.deployId;
  if (wanted === undefined) {
    return refused(
      409,
      `Request ${requestId} has no deploy known to have been active before ${deploys.active?.deployId}; name one with deployId`,
    );
  }
  if (wanted === deploys.active?.deployId) {
    return refused(409, `Deploy ${wanted} of request ${requestId} is the active one already`);
  }
  const key = deployKey(requestId, wanted);
  const record = turn.get("deploy", key);
  const known = record && deployHistoryOf(record);
  const { deploy, deployResult } = known ?? turn.get("outboxDeploy", key) ?? fromHistory ?? {};
  return deploy === undefined || deployResult?.deployState !== "SUCCEEDED"
    ? refused(404, `Request ${requestId} has no deploy ${wanted} that had succeeded`)
    : { value: deploy };
}

export interface RollbackReason {
  readonly user?: string | undefined;
  readonly reason: string;
  readonly isAutomatic: boolean;
}

/** Only where a deploy is active and none is on trial. */
export function startRollback(
  turn: Turn,
  deploys: RequestDeploys,
  target: Deploy,
  { user, reason, isAutomatic }: RollbackReason,
): void {
  const { requestId, active } = deploys;
  const fromDeployId = active?.deployId ?? "";
  const { updatedFields } = turn.get("deploy", deployKey(requestId, fromDeployId)) ?? {};
  const rollback: DeployRollback = {
    fromDeployId,
    toDeployId: target.id,
    at: Math.floor(turn.now),
    isAutomatic,
    reason,
    ...given({ updatedFields }),
  };
  const { watch: _over, ...unwatched } = deploys;
  turn.put("requestDeploys", requestId, unwatched);
  const message = `Rolling back from ${fromDeployId} to ${target.id}: ${reason}`;
  const now = turn.get("request", requestId)?.request;
  const updatedRequest = now && updatedFields && requestTakenBack(turn, now, updatedFields);
  startDeploy(turn, {
    deploy: copyOf(turn, target),
    message,
    rollback,
    ...given({ user, updatedRequest }),
  });
}

function copyOf(turn: Turn, target: Deploy): Deploy {
  const {
    runImmediately: _run,
    canaryDeploySettings: _canary,
    autoAdvanceDeploySteps: _steps,
    timestamp: _timestamp,
    ...deploy
  } = target;
  const id = rollbackId(turn, target);
  return { ...deploy, id, watchAfterSuccessSeconds: 0, timestamp: Math.floor(turn.now) };
}

/** `v7` becomes `v7_rollback_<when>`, and so does `v7_rollback_<when before>`. At most 50 characters, no hyphen. */
function rollbackId(turn: Turn, { requestId, id }: Deploy): string {
  const stem = id.replace(/_rollback_[0-9a-z]{8,}$/, "");
  for (let at = Math.floor(turn.now); ; at += 1) {
    const suffix = `_rollback_${at.toString(36).padStart(8, "0")}`;
    const fresh = stem.slice(0, Math.max(0, turn.config.maxDeployIdSize - suffix.length)) + suffix;
    if (turn.get("deploy", deployKey(requestId, fresh)) === undefined) return fresh;
  }
}
