/**
 * Requests: made, looked at, run, and taken away; and whose they are.
 */

import { jobRunAsked } from "../core/jobs/job-run-asked.ts";
import {
  deleteRequestRequestShape,
  updateGroupsRequestShape,
} from "../core/model/actions-shape.ts";
import { pendingRequestParentShape, requestParentShape } from "../core/model/answers-shape.ts";
import type { Request } from "../core/model/request.ts";
import { requestShape, requestWithStateShape } from "../core/model/request-shape.ts";
import { runNowRequestShape } from "../core/model/run-shape.ts";
import { text, truth } from "../core/model/shape.ts";
import { taskIdShape } from "../core/model/task-id-shape.ts";
import { isActionDisabled } from "../core/operations/disabled-actions.ts";
import { groupsUpdated } from "../core/requests/groups-updated.ts";
import { requestPosted } from "../core/requests/request-posted.ts";
import { requestRemoved } from "../core/requests/request-removed.ts";
import { refused } from "../core/turn.ts";
import { validateRequest } from "../core/validation/validate-request.ts";
import { groupChangeSentence } from "./auth/authorize.ts";
import { changed, requestOfPath } from "./changed-request.ts";
import { requestContext } from "./request-context.ts";
import { parentOf } from "./request-parents.ts";
import {
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
import { requestBytesMax, runBytesMax } from "./size-limits.ts";
import { taskOfRun } from "./task-of-run.ts";

const postRequest = route({
  method: "POST",
  path: "/requests",
  summary: "Make a request, or change one",
  access: asked("WRITE of the request as it was and as it will be"),
  body: body(requestShape, { what: "the request", bytesMax: requestBytesMax }),
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
    const found = requestOfPath(call);
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
  handle: (call) => requestOfPath(call),
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

const updateGroups = route({
  method: "POST",
  path: "/requests/request/{requestId}/groups",
  summary: "Change who may read and write a request",
  access: mayWrite(),
  forbiddenBy: "UPDATE_REQUEST",
  body: body(updateGroupsRequestShape),
  answer: requestParentShape,
  handle(call) {
    const found = requestOfPath(call);
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
  body: optionalBody(runNowRequestShape, { what: "the run", bytesMax: runBytesMax }),
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
    const found = requestOfPath(call);
    if (found.refusal !== undefined) return found;
    const { requestId, runId } = {
      requestId: call.parameter("requestId"),
      runId: call.parameter("runId"),
    };
    return { value: await taskOfRun(call, requestId, runId) };
  },
});

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
  ...[postRequest, getRequest, headRequest, getRequestSimple, deleteRequest],
  ...[updateGroups, checkGroups, run, getRun],
];
