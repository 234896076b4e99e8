/**
 * Somebody sets how many instances of the deploy on trial there are to be (`POST /deploys/update`).
 *
 *     more, its step being accepted   the step stands, and the next one begins
 *     more, its step starting         the step grows
 *     fewer                           the step shrinks, and old instances come back for those that go
 */

import type { UpdatePendingDeployRequest } from "../model/actions.ts";
import type { RequestWithState } from "../model/request.ts";
import { deployKey } from "../records.ts";
import { knownRequest } from "../requests/known-request.ts";
import { instancesOf } from "../requests/long-running.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { putProgress, startNextStep } from "./advance-deploy.ts";

export interface PendingDeployUpdated {
  readonly body: UpdatePendingDeployRequest;
  readonly user?: string | undefined;
}

export function pendingDeployUpdated(
  turn: Turn,
  { body }: PendingDeployUpdated,
): Outcome<RequestWithState> {
  const { requestId, deployId, targetActiveInstances: target } = body;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const deploys = turn.get("requestDeploys", requestId);
  const pending = deploys?.pending;
  const record = turn.get("deploy", deployKey(requestId, deployId));
  if (
    deploys === undefined ||
    pending?.deployMarker.deployId !== deployId ||
    record === undefined
  ) {
    return refused(400, `Request ${requestId} does not have a pending deploy ${deployId}`);
  }
  const request = pending.updatedRequest ?? known.value.request;
  const all = instancesOf(request);
  if (!Number.isInteger(target) || target < 1 || target > all) {
    return refused(
      400,
      `Cannot update pending deploy to have more instances (${target}) than instances set for request (${all}), or less than 1 instance`,
    );
  }
  const { targetActiveInstances, currentActiveInstances, stepLaunchComplete } =
    pending.deployProgress;
  if (target === targetActiveInstances) return known;
  if (target > targetActiveInstances && stepLaunchComplete === true) {
    startNextStep(turn, { deploys, pending, record, request }, target);
    return known;
  }
  putProgress(
    turn,
    { deploys, pending },
    {
      targetActiveInstances: target,
      currentActiveInstances: Math.min(currentActiveInstances, target),
      stepLaunchComplete: false,
      timestamp: Math.floor(turn.now),
    },
  );
  return known;
}
