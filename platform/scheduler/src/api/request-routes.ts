/**
 * Requests: made, changed, looked at and taken away.
 */

import { given } from "../core/given.ts";
import { jobRunAsked } from "../core/jobs/job-run-asked.ts";
import {
  bounceRequestShape,
  deleteRequestRequestShape,
  exitCooldownRequestShape,
  pauseRequestShape,
  priorityRequestShape,
  scaleRequestShape,
  skipHealthchecksRequestShape,
  unpauseRequestShape,
  updateGroupsRequestShape,
} from "../core/model/actions-shape.ts";
import type { RequestParent } from "../core/model/answers.ts";
import { pendingRequestParentShape, requestParentShape } from "../core/model/answers-shape.ts";
import type { Request, RequestWithState } from "../core/model/request.ts";
import { requestShape, requestWithStateShape } from "../core/model/request-shape.ts";
import { runNowRequestShape } from "../core/model/run-shape.ts";
import { text, truth } from "../core/model/shape.ts";
import { taskIdShape } from "../core/model/task-id-shape.ts";
import { isActionDisabled } from "../core/operations/disabled-actions.ts";
import { cooldownExited } from "../core/requests/cooldown-exited.ts";
import { expiringMadePermanent } from "../core/requests/expiring-record.ts";
import { groupsUpdated } from "../core/requests/groups-updated.ts";
import { healthchecksSkipped } from "../core/requests/healthchecks-skipped.ts";
import { priorityChanged } from "../core/requests/priority-changed.ts";
import { requestBounced } from "../core/requests/request-bounced.ts";
import { requestPaused } from "../core/requests/request-paused.ts";
import { requestPosted } from "../core/requests/request-posted.ts";
import { requestRemoved } from "../core/requests/request-removed.ts";
import { requestScaled } from "../core/requests/request-scaled.ts";
import { requestUnpaused } from "../core/requests/request-unpaused.ts";
import { settingOf } from "../core/state.ts";
import { type Outcome, refused, type Turn } from "../core/turn.ts";
import { validatePause, validateSkipHealthchecks } from "../core/validation/validate-action.ts";
import { validateBounce } from "../core/validation/validate-bounce.ts";
import { belowFreezeSentence, validatePriority } from "../core/validation/validate-priority.ts";
import { validateRequest } from "../core/validation/validate-request.ts";
import { validateScale } from "../core/validation/validate-scale.ts";
import { groupChangeSentence } from "./auth/authorize.ts";
import { agentsContextOf } from "./cluster-counts.ts";
import { parentOf } from "./request-parents.ts";
import {
  admin,
  alias,
  asked,
  body,
  type Call,
  mayRead,
  mayWrite,
  one,
  optionalBody,
  type QueryTable,
  type Route,
  route,
} from "./route.ts";
import { taskOfRun } from "./task-of-run.ts";

type AnyCall = Pick<Call<unknown, QueryTable>, "state" | "decide" | "parameter">;

/** Takes the turn and answers with the request as it is then. */
async function changed(
  call: AnyCall,
  what: (turn: Turn) => Outcome<RequestWithState>,
): Promise<Outcome<RequestParent>> {
  const outcome = await call.decide(what);
  if (outcome.refusal !== undefined) return outcome;
  const known = call.state.records.request.get(outcome.value.request.id) ?? outcome.value;
  return { value: parentOf(call.state, known) };
}

/** The request that the path names, or 404. */
function known(call: AnyCall, turn?: Turn): Outcome<RequestWithState> {
  const requestId = call.parameter("requestId");
  const found = (turn?.state ?? call.state).records.request.get(requestId);
  return found === undefined
    ? refused(404, `Couldn't find request with id ${requestId}`)
    : { value: found };
}

const postRequest = route({
  method: "POST",
  path: "/requests",
  summary: "Make a request, or change one",
  access: asked("WRITE of the request as it was and as it will be"),
  body: body(requestShape),
  answer: requestParentShape,
  async handle(call) {
    const { body: posted, actor: user } = call;
    const before = call.state.records.request.get(posted.id)?.request;
    const forbidden =
      (before && call.permit(before, "WRITE")) ??
      call.permit(posted, "WRITE") ??
      groupChange(call, posted, before);
    if (forbidden !== undefined) return forbidden;
    return changed(call, (turn) => {
      const disabled = isActionDisabled(
        turn.state,
        turn.get("request", posted.id) === undefined ? "CREATE_REQUEST" : "UPDATE_REQUEST",
      );
      if (disabled !== undefined) return refused(409, disabled);
      const valid = validateRequest(posted, requestContext(turn, posted.id));
      if (valid.refusal !== undefined) return valid;
      return requestPosted(turn, { request: valid.value, user });
    });
  },
});

export function requestContext(turn: Turn, requestId: string) {
  const { state, config } = turn;
  const deploys = state.records.requestDeploys.get(requestId);
  const deployOf = (deployId: string | undefined) =>
    deployId === undefined
      ? undefined
      : state.records.deploy.get(`${requestId}-${deployId}`)?.deploy;
  return {
    config,
    now: turn.now,
    activeAgents: agentsContextOf(turn).activeAgents,
    ...given({
      existing: state.records.request.get(requestId)?.request,
      activeDeploy: deployOf(deploys?.active?.deployId),
      pendingDeploy: deployOf(deploys?.pending?.deployMarker.deployId),
    }),
  };
}

function groupChange(
  call: Pick<Call<unknown, QueryTable>, "user" | "context">,
  request: Request,
  before: Request | undefined,
) {
  if (before === undefined) return undefined;
  const { user, context } = call;
  const sentence = groupChangeSentence({ user, settings: context.auth, request, before });
  return sentence === undefined ? undefined : refused(403, sentence);
}

const getRequest = route({
  method: "GET",
  path: "/requests/request/{requestId}",
  summary: "A request with its deploys, its tasks and what is about to revert",
  access: mayRead,
  query: { useWebCache: one(truth), skipCache: one(truth) },
  answer: requestParentShape,
  isFilterable: true,
  handle(call) {
    const found = known(call);
    return found.refusal === undefined ? { value: parentOf(call.state, found.value) } : found;
  },
});

const getRequestSimple = route({
  method: "GET",
  path: "/requests/request/{requestId}/simple",
  summary: "A request and its state",
  access: mayRead,
  query: { useWebCache: one(truth) },
  answer: requestWithStateShape,
  handle: (call) => known(call),
});

const deleteRequest = route({
  method: "DELETE",
  path: "/requests/request/{requestId}",
  summary: "Take a request away: its tasks are ended first, its history stays",
  access: mayWrite(),
  forbiddenBy: "REMOVE_REQUEST",
  body: optionalBody(deleteRequestRequestShape),
  answer: requestShape,
  async handle(call) {
    const { body, actor: user } = call;
    const requestId = call.parameter("requestId");
    const outcome = await call.decide((turn) => requestRemoved(turn, { requestId, user, body }));
    return outcome.refusal === undefined ? { value: outcome.value.request } : outcome;
  },
});

const bounce = route({
  method: "POST",
  path: "/requests/request/{requestId}/bounce",
  summary: "Replace all tasks: old ones go when new ones are healthy",
  access: mayWrite("BOUNCE"),
  forbiddenBy: "BOUNCE_REQUEST",
  body: optionalBody(bounceRequestShape),
  answer: requestParentShape,
  handle: (call) =>
    changed(call, (turn) => {
      const found = known(call, turn);
      if (found.refusal !== undefined) return found;
      const { request } = found.value;
      const context = { ...agentsContextOf(turn), random: turn.random };
      const valid = validateBounce(call.body, request, context);
      if (valid.refusal !== undefined) return valid;
      const frozen = freezeRefusal(turn, request);
      if (frozen !== undefined) return frozen;
      const asked = { requestId: request.id, user: call.actor, body: valid.value };
      return requestBounced(turn, asked);
    }),
});

/** What is below a priority freeze starts nothing. */
export function freezeRefusal(turn: Turn, request: Request) {
  const freeze = settingOf(turn.state, "priorityFreeze");
  const sentence = belowFreezeSentence(request, freeze, turn.config);
  return sentence === undefined ? undefined : refused(400, sentence);
}

const scale = route({
  method: "PUT",
  path: "/requests/request/{requestId}/scale",
  summary: "Change the number of instances, for good or for a while",
  access: mayWrite("SCALE"),
  forbiddenBy: "SCALE_REQUEST",
  query: { largeScaleDownAcknowledged: one(truth) },
  body: body(scaleRequestShape),
  answer: requestParentShape,
  handle: (call) =>
    changed(call, (turn) => {
      const found = known(call, turn);
      if (found.refusal !== undefined) return found;
      const { request } = found.value;
      const largeScaleDownAcknowledged = call.query.largeScaleDownAcknowledged ?? false;
      const valid = validateScale(call.body, request, {
        ...agentsContextOf(turn),
        isLargeScaleDownAcknowledged: largeScaleDownAcknowledged,
      });
      if (valid.refusal !== undefined) return valid;
      const { body: wish, actor: user } = call;
      if (wish.bounce ?? request.bounceAfterScale ?? false) {
        const disabled = isActionDisabled(turn.state, "BOUNCE_REQUEST");
        if (disabled !== undefined) return refused(409, disabled);
      }
      return requestScaled(turn, {
        requestId: request.id,
        user,
        body: wish,
        largeScaleDownAcknowledged,
      });
    }),
});

const pause = route({
  method: "POST",
  path: "/requests/request/{requestId}/pause",
  summary: "Start nothing any more, and end what runs",
  access: mayWrite("PAUSE"),
  forbiddenBy: "PAUSE_REQUEST",
  body: optionalBody(pauseRequestShape),
  answer: requestParentShape,
  handle: (call) =>
    changed(call, (turn) => {
      const valid = validatePause(call.body, turn.config);
      if (valid.refusal !== undefined) return valid;
      const requestId = call.parameter("requestId");
      return requestPaused(turn, { requestId, user: call.actor, body: valid.value });
    }),
});

const unpause = route({
  method: "POST",
  path: "/requests/request/{requestId}/unpause",
  summary: "Go on with a paused request",
  access: mayWrite("PAUSE"),
  body: optionalBody(unpauseRequestShape),
  answer: requestParentShape,
  handle: ({ body, actor: user, ...call }) =>
    changed(call, (turn) =>
      requestUnpaused(turn, { requestId: call.parameter("requestId"), user, body }),
    ),
});

const exitCooldown = route({
  method: "POST",
  path: "/requests/request/{requestId}/exit-cooldown",
  summary: "Go on at once with a request that cools down",
  access: mayWrite(),
  body: optionalBody(exitCooldownRequestShape),
  answer: requestParentShape,
  handle: ({ body, actor: user, ...call }) =>
    changed(call, (turn) =>
      cooldownExited(turn, { requestId: call.parameter("requestId"), user, body }),
    ),
});

const skipHealthchecks = route({
  method: "PUT",
  path: "/requests/request/{requestId}/skip-healthchecks",
  summary: "Take tasks for healthy without asking them, for good or for a while",
  access: mayWrite(),
  forbiddenBy: "UPDATE_REQUEST",
  body: body(skipHealthchecksRequestShape),
  answer: requestParentShape,
  handle: (call) =>
    changed(call, (turn) => {
      const valid = validateSkipHealthchecks(call.body);
      if (valid.refusal !== undefined) return valid;
      const requestId = call.parameter("requestId");
      return healthchecksSkipped(turn, { requestId, user: call.actor, body: valid.value });
    }),
});

const priority = route({
  method: "PUT",
  path: "/requests/request/{requestId}/priority",
  summary: "Change a request's priority, for good or for a while",
  access: admin,
  forbiddenBy: "PRIORITY_REQUEST",
  body: body(priorityRequestShape),
  answer: requestParentShape,
  handle: (call) =>
    changed(call, (turn) => {
      const valid = validatePriority(call.body);
      if (valid.refusal !== undefined) return valid;
      const requestId = call.parameter("requestId");
      return priorityChanged(turn, { requestId, user: call.actor, body: valid.value });
    }),
});

const updateGroups = route({
  method: "POST",
  path: "/requests/request/{requestId}/groups",
  summary: "Change who may read and write a request",
  access: mayWrite(),
  forbiddenBy: "UPDATE_REQUEST",
  body: body(updateGroupsRequestShape),
  answer: requestParentShape,
  handle(call) {
    const found = known(call);
    if (found.refusal !== undefined) return found;
    const { message: _, ...groups } = call.body;
    const before = found.value.request;
    const forbidden = groupChange(call, { ...before, ...groups }, before);
    if (forbidden !== undefined) return forbidden;
    const asked = { requestId: before.id, user: call.actor, body: call.body };
    return changed(call, (turn) => groupsUpdated(turn, asked));
  },
});

const checkGroups = route({
  method: "POST",
  path: "/requests/request/{requestId}/groups/auth-check",
  summary: "Whether the caller might change the groups so",
  access: mayWrite(),
  body: body(updateGroupsRequestShape),
  status: 200,
  handle(call) {
    const { message: _, ...groups } = call.body;
    const before = call.state.records.request.get(call.parameter("requestId"))?.request;
    const after: Request = {
      ...(before ?? { id: call.parameter("requestId"), requestType: "WORKER" }),
      ...groups,
    };
    const forbidden =
      before === undefined ? call.permit(after, "WRITE") : groupChange(call, after, before);
    return forbidden ?? { value: undefined };
  },
});

const run = route({
  method: "POST",
  path: "/requests/request/{requestId}/run",
  summary: "Run a job now, or at a given time",
  access: mayWrite("EXEC"),
  query: { minimal: one(truth) },
  body: optionalBody(runNowRequestShape),
  answer: pendingRequestParentShape,
  async handle(call) {
    const requestId = call.parameter("requestId");
    const asked = { requestId, user: call.actor, run: call.body };
    const outcome = await call.decide((turn) => jobRunAsked(turn, asked));
    if (outcome.refusal !== undefined) return outcome;
    const { pendingRequest } = outcome.value;
    const now = call.state.records.request.get(requestId) ?? outcome.value.request;
    const parent =
      call.query.minimal === true
        ? { request: now.request, state: now.state }
        : parentOf(call.state, now);
    return { value: { ...parent, pendingRequest } };
  },
});

const getRun = route({
  method: "GET",
  path: "/requests/request/{requestId}/run/{runId}",
  summary: "The task of a run",
  access: mayRead,
  answer: taskIdShape,
  async handle(call) {
    const found = known(call);
    if (found.refusal !== undefined) return found;
    const { requestId, runId } = {
      requestId: call.parameter("requestId"),
      runId: call.parameter("runId"),
    };
    return { value: await taskOfRun(call, requestId, runId) };
  },
});

const expiringKinds = {
  bounce: ["bounce"],
  pause: ["pause"],
  scale: ["scale"],
  skipHealthchecks: ["skip-healthchecks", "skipHealthchecks"],
  priority: ["priority"],
} as const;

const makePermanent: readonly Route[] = Object.entries(expiringKinds).flatMap(([kind, names]) =>
  names.map((name) =>
    route({
      method: "DELETE",
      path: `/requests/request/{requestId}/${name}`,
      summary: `Let a ${kind} that would revert by itself stay as it is`,
      access: kind === "priority" ? admin : mayWrite(),
      answer: requestParentShape,
      handle: (call) =>
        changed(call, (turn) => {
          const requestId = call.parameter("requestId");
          return expiringMadePermanent(turn, {
            requestId,
            kind: kind as keyof typeof expiringKinds,
          });
        }),
    }),
  ),
);

/** Whether there is such a request, without its body. */
const headRequest = route({
  method: "HEAD",
  path: "/requests/request/{requestId}",
  summary: "Whether there is such a request",
  access: mayRead,
  query: { useWebCache: one(truth) },
  answer: text,
  handle(call) {
    const found = call.state.records.request.get(call.parameter("requestId"));
    return { response: { status: found === undefined ? 404 : 200 } };
  },
});

export const requestRoutes: readonly Route[] = [
  postRequest,
  getRequest,
  headRequest,
  getRequestSimple,
  deleteRequest,
  bounce,
  scale,
  pause,
  unpause,
  exitCooldown,
  skipHealthchecks,
  alias(skipHealthchecks, { path: "/requests/request/{requestId}/skipHealthchecks" }),
  priority,
  updateGroups,
  checkGroups,
  run,
  getRun,
  ...makePermanent,
];
