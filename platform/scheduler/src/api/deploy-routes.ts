/**
 * Deploys: started, moved on, cancelled, gone back to.
 */

import { acceptanceRecorded } from "../core/deploys/acceptance-recorded.ts";
import { deployCancelled } from "../core/deploys/deploy-cancelled.ts";
import { deployPosted } from "../core/deploys/deploy-posted.ts";
import { deployRolledBack } from "../core/deploys/deploy-rolled-back.ts";
import { pendingDeployUpdated } from "../core/deploys/pending-deploy-updated.ts";
import { given } from "../core/given.ts";
import type { DeployRequest } from "../core/model/actions.ts";
import {
  deployRequestShape,
  updatePendingDeployRequestShape,
} from "../core/model/actions-shape.ts";
import { requestParentShape } from "../core/model/answers-shape.ts";
import { pendingDeployShape } from "../core/model/deploy-progress-shape.ts";
import { acceptanceResults } from "../core/model/enums.ts";
import { object, optional, required } from "../core/model/fields.ts";
import type { Request } from "../core/model/request.ts";
import { list, oneOf, type Shape, text, truth } from "../core/model/shape.ts";
import { deployKey } from "../core/records.ts";
import { knownRequest } from "../core/requests/known-request.ts";
import { isDeployable } from "../core/requests/long-running.ts";
import { wallNow } from "../core/tasks/due-plans.ts";
import { type Outcome, refused, type Turn } from "../core/turn.ts";
import { validateDeploy } from "../core/validation/validate-deploy.ts";
import { validateRequest } from "../core/validation/validate-request.ts";
import { isDeployIdTaken } from "../history/deploy-id-taken.ts";
import { changed } from "./changed-request.ts";
import { freezeRefusal, requestContext } from "./request-context.ts";
import {
  asked,
  body,
  type Call,
  filtered,
  mayDeploy,
  one,
  optionalBody,
  type QueryTable,
  type Route,
  route,
} from "./route.ts";
import { deployBytesMax, requestBytesMax } from "./size-limits.ts";

const deploy = route({
  method: "POST",
  path: "/deploys",
  summary: "Deploy: start new tasks beside the old ones, and replace these when all is well",
  access: asked("DEPLOY of the request"),
  forbiddenBy: "DEPLOY",
  query: { largeScaleDownAcknowledged: one(truth) },
  body: body(deployRequestShape, {
    fields: { deploy: deployBytesMax, updatedRequest: requestBytesMax },
  }),
  answer: requestParentShape,
  async handle(call) {
    const { body: posted, actor: user } = call;
    const { requestId, id } = posted.deploy;
    const known = knownRequest(call, requestId);
    if (known.refusal !== undefined) return known;
    const { request } = known.value;
    const forbidden = call.permit(request, "DEPLOY") ?? permitUpdate(call, posted, request);
    if (forbidden !== undefined) return forbidden;
    const { history } = call.context;
    const isIdTaken = await isDeployIdTaken(history, { requestId, id }, call.context);
    return changed(call, (turn) => {
      const valid = validateBody(turn, posted, isIdTaken);
      if (valid.refusal !== undefined) return valid;
      const { largeScaleDownAcknowledged } = call.query;
      return deployPosted(turn, {
        body: valid.value,
        user,
        isIdTaken,
        ...given({ largeScaleDownAcknowledged }),
      });
    });
  },
});

function permitUpdate(
  call: Pick<Call<unknown, QueryTable>, "permit">,
  { updatedRequest }: DeployRequest,
  request: Request,
) {
  if (updatedRequest === undefined) return undefined;
  if (updatedRequest.id !== request.id) {
    return refused(
      400,
      `updatedRequest is of request ${updatedRequest.id}, the deploy of ${request.id}`,
    );
  }
  return call.permit(updatedRequest, "WRITE");
}

function validateBody(
  turn: Turn,
  posted: DeployRequest,
  isIdTaken: boolean,
): Outcome<DeployRequest> {
  const { requestId } = posted.deploy;
  const known = knownRequest(turn, requestId);
  if (known.refusal !== undefined) return known;
  const now = known.value.request;
  const { activeDeploy: _, ...context } = requestContext(turn, requestId);
  const updated: Outcome<Request | undefined> =
    posted.updatedRequest === undefined
      ? { value: undefined }
      : validateRequest(posted.updatedRequest, { ...context, pendingDeploy: posted.deploy });
  if (updated.refusal !== undefined) return updated;
  const request = updated.value ?? now;
  const valid = validateDeploy(posted.deploy, {
    config: turn.config,
    now: wallNow(turn),
    random: turn.random,
    request,
    isKnown: (id) =>
      isIdTaken ||
      turn.get("deploy", deployKey(requestId, id)) !== undefined ||
      turn.get("outboxDeploy", deployKey(requestId, id)) !== undefined,
  });
  if (valid.refusal !== undefined) return valid;
  const frozen = isDeployable(request) ? freezeRefusal(turn, request) : undefined;
  if (frozen !== undefined) return frozen;
  return {
    value: { ...posted, deploy: valid.value, ...given({ updatedRequest: updated.value }) },
  };
}

const pending = route({
  method: "GET",
  path: "/deploys/pending",
  summary: "Deploys that are under way",
  access: filtered,
  answer: list(pendingDeployShape),
  isFilterable: true,
  handle: (call) => ({
    value: [...call.state.records.requestDeploys.values()].flatMap(({ requestId, pending }) =>
      pending !== undefined && call.mayRead(requestId) ? [pending] : [],
    ),
  }),
});

const cancel = route({
  method: "DELETE",
  path: "/deploys/deploy/{deployId}/request/{requestId}",
  summary: "Cancel a deploy that is under way",
  access: mayDeploy,
  forbiddenBy: "CANCEL_DEPLOY",
  answer: requestParentShape,
  handle: (call) =>
    changed(call, (turn) =>
      deployCancelled(turn, {
        requestId: call.parameter("requestId"),
        deployId: call.parameter("deployId"),
        ...given({ user: call.actor }),
      }),
    ),
});

const update = route({
  method: "POST",
  path: "/deploys/update",
  summary: "Move a deploy in steps on, or back, to so many instances",
  access: asked("DEPLOY of the request"),
  body: body(updatePendingDeployRequestShape),
  answer: requestParentShape,
  handle(call) {
    const { requestId } = call.body;
    const known = knownRequest(call, requestId);
    if (known.refusal !== undefined) return known;
    const forbidden = call.permit(requestId, "DEPLOY");
    if (forbidden !== undefined) return forbidden;
    const asked = { body: call.body, ...given({ user: call.actor }) };
    return changed(call, (turn) => pendingDeployUpdated(turn, asked));
  },
});

interface RollbackRequest {
  /** Which deploy to go back to; default: the one before. */
  readonly deployId?: string;
  readonly message?: string;
}

const rollbackRequestShape: Shape<RollbackRequest> = object("RollbackRequest", {
  deployId: optional(text),
  message: optional(text),
});

/** Ours: Singularity has no call for it. */
const rollBack = route({
  method: "POST",
  path: "/requests/request/{requestId}/rollback",
  summary: "Go back to the deploy before, or to a given one, though the active one had succeeded",
  access: mayDeploy,
  forbiddenBy: "DEPLOY",
  body: optionalBody(rollbackRequestShape),
  answer: requestParentShape,
  async handle(call) {
    const requestId = call.parameter("requestId");
    const { deployId, message } = call.body;
    const fromHistory =
      deployId === undefined ? undefined : await call.context.history.deploy(requestId, deployId);
    return changed(call, (turn) =>
      deployRolledBack(turn, {
        requestId,
        ...given({ user: call.actor, message, deployId, fromHistory }),
      }),
    );
  },
});

interface AcceptanceRequest {
  readonly name: string;
  readonly result: (typeof acceptanceResults)[number];
  readonly message?: string;
}

const acceptanceRequestShape: Shape<AcceptanceRequest> = object("AcceptanceRequest", {
  name: required(text),
  result: required(oneOf(acceptanceResults)),
  message: optional(text),
});

/** Ours: what a deploy with acceptanceMode CHECKS waits for. */
const accept = route({
  method: "POST",
  path: "/deploys/deploy/{deployId}/request/{requestId}/acceptance",
  summary: "Say what a check thinks of a deploy that waits for it",
  access: mayDeploy,
  body: body(acceptanceRequestShape),
  answer: requestParentShape,
  handle: (call) =>
    changed(call, (turn) =>
      acceptanceRecorded(turn, {
        ...call.body,
        requestId: call.parameter("requestId"),
        deployId: call.parameter("deployId"),
        ...given({ user: call.actor }),
      }),
    ),
});

export const deployRoutes: readonly Route[] = [deploy, pending, cancel, update, rollBack, accept];
