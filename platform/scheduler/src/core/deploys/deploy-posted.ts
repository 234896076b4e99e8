/**
 * Somebody deploys: another version of a request goes on trial beside the active one.
 *
 *     (nothing)  --deployPosted-->  WAITING  --`advance-deploy.ts`-->  SUCCEEDED, FAILED, OVERDUE, CANCELED
 *
 * One deploy of a request at a time. Nothing that runs is touched here; tasks of the new deploy are
 * planned by the rules, as many as its progress says.
 */

import { given } from "../given.ts";
import type { DeployRequest } from "../model/actions.ts";
import type { Deploy } from "../model/deploy.ts";
import type { DeployMarker, PendingDeploy } from "../model/deploy-progress.ts";
import type { Request, RequestWithState } from "../model/request.ts";
import { type DeployRollback, deployKey } from "../records.ts";
import { durationWords } from "../requests/duration-words.ts";
import { changeableRequest } from "../requests/known-request.ts";
import { isLongRunning } from "../requests/long-running.ts";
import { requestChanged } from "../requests/request-changed.ts";
import { illegalChange } from "../requests/request-posted.ts";
import { scaleRefusal } from "../requests/scale-guards.ts";
import { type Outcome, type Refusal, refused, type Turn } from "../turn.ts";
import { canarySettingsOf, firstTarget } from "./canary-settings.ts";
import { announceDeploy } from "./tell-deploy.ts";

export interface DeployPosted {
  readonly body: DeployRequest;
  readonly user?: string | undefined;
  readonly largeScaleDownAcknowledged?: boolean | undefined;
  /** History knows a deploy of this id. */
  readonly isIdTaken?: boolean | undefined;
}

export function deployPosted(turn: Turn, posted: DeployPosted): Outcome<RequestWithState> {
  const { body, user } = posted;
  const { requestId } = body.deploy;
  const known = changeableRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const refusal = whyNotDeployed(turn, known.value, posted);
  if (refusal !== undefined) return { refusal };
  if (known.value.state === "PAUSED" && body.unpauseOnSuccessfulDeploy === true) {
    requestChanged(turn, {
      request: known.value.request,
      state: "DEPLOYING_TO_UNPAUSE",
      eventType: "DEPLOYED_TO_UNPAUSE",
      user,
      message: body.message,
    });
  }
  const { deploy, message, updatedRequest } = body;
  startDeploy(turn, { deploy, ...given({ user, message, updatedRequest }) });
  return { value: turn.get("request", requestId) ?? known.value };
}

function whyNotDeployed(
  turn: Turn,
  { request, state }: RequestWithState,
  posted: DeployPosted,
): Refusal | undefined {
  const { body, largeScaleDownAcknowledged, isIdTaken = false } = posted;
  const { id: requestId } = request;
  const { deploy, updatedRequest } = body;
  const pending = turn.get("requestDeploys", requestId)?.pending;
  if (pending !== undefined) return alreadyDeploying(turn, pending);
  const mayBePaused =
    body.unpauseOnSuccessfulDeploy === true || turn.config.allowDeployOfPausedRequests;
  if (state === "PAUSED" && !mayBePaused) {
    return refused(
      409,
      `Request ${requestId} is paused. Unable to deploy (it must be manually unpaused first)`,
    ).refusal;
  }
  const key = deployKey(requestId, deploy.id);
  const isUsed =
    turn.get("deploy", key) !== undefined || turn.get("outboxDeploy", key) !== undefined;
  if (isIdTaken || isUsed) {
    return refused(400, "Can not deploy a deploy that has already been deployed").refusal;
  }
  if (updatedRequest === undefined) return undefined;
  if (updatedRequest.id !== requestId) {
    return refused(
      400,
      `updatedRequest is of request ${updatedRequest.id}, the deploy of ${requestId}`,
    ).refusal;
  }
  const running = turn.state.tasksOf.get(requestId)?.size ?? 0;
  return (
    illegalChange(updatedRequest, request) ??
    scaleRefusal(turn, {
      request: updatedRequest,
      from: running,
      tasksBeside: running,
      largeScaleDownAcknowledged,
    })
  );
}

/** The sentence for whoever comes second. */
export function alreadyDeploying(turn: Turn, { deployMarker }: PendingDeploy): Refusal {
  const { requestId, deployId, user, timestamp } = deployMarker;
  const ago = durationWords(turn.now - timestamp);
  const by = user === undefined ? "" : ` by ${user}`;
  return refused(
    409,
    `Pending deploy already in progress for ${requestId} - cancel it or wait for it to complete (deploy ${deployId}, started${by} ${ago} ago)`,
  ).refusal;
}

export interface DeployStart {
  readonly deploy: Deploy;
  readonly user?: string;
  readonly message?: string;
  readonly updatedRequest?: Request;
  readonly rollback?: DeployRollback;
}

/** Puts it on trial. Only where nothing else is. */
export function startDeploy(turn: Turn, start: DeployStart): void {
  const { deploy, user, message, updatedRequest, rollback } = start;
  const { requestId, id: deployId } = deploy;
  const timestamp = Math.floor(turn.now);
  const marker: DeployMarker = { requestId, deployId, timestamp, ...given({ user, message }) };
  const request = updatedRequest ?? turn.get("request", requestId)?.request;
  const settings = canarySettingsOf(deploy);
  const isTried = request !== undefined && isLongRunning(request);
  const {
    failures: _failures,
    cancel: _cancel,
    rollback: _rollback,
    ...deploys
  } = turn.get("requestDeploys", requestId) ?? { requestId };
  const record = { deploy, marker };
  turn.put("deploy", deployKey(requestId, deployId), record);
  turn.put("requestDeploys", requestId, {
    ...deploys,
    pending: {
      deployMarker: marker,
      currentDeployState: "WAITING",
      deployProgress: {
        targetActiveInstances: isTried ? firstTarget(settings, request) : 0,
        currentActiveInstances: 0,
        failedDeployTasks: [],
        timestamp,
        stepLaunchComplete: false,
        canary: settings.isCanary,
        ...stepsOf(deploy),
      },
      ...given({ updatedRequest }),
    },
    ...given({ rollback }),
  });
  announceDeploy(turn, record, "STARTING");
  turn.dirty(requestId);
}

/** For clients of the older, incremental deploys. */
function stepsOf(deploy: Deploy) {
  const { deployInstanceCountPerStep, deployStepWaitTimeMs, autoAdvanceDeploySteps } = deploy;
  return given({ deployInstanceCountPerStep, deployStepWaitTimeMs, autoAdvanceDeploySteps });
}
