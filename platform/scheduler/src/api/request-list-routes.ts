/**
 * Lists of requests, and what is queued for them.
 */

import { given } from "../core/given.ts";
import { requestBatchShape, requestParentShape } from "../core/model/answers-shape.ts";
import { type RequestState, requestStates, requestTypes } from "../core/model/enums.ts";
import type { User } from "../core/model/operations.ts";
import type { RequestWithState } from "../core/model/request.ts";
import { crashLoopInfoShape } from "../core/model/request-shape.ts";
import { list, mapOf, oneOf, text, truth, whole } from "../core/model/shape.ts";
import type { PendingRequest, PendingTask } from "../core/model/task.ts";
import { pendingRequestShape, requestCleanupShape } from "../core/model/task-shape.ts";
import type { SchedulerState } from "../core/state.ts";
import { isAdmin } from "./auth/authorize.ts";
import { jsonPieces } from "./json-answer.ts";
import { briefTextOf, RequestList } from "./request-list.ts";
import { parentOf } from "./request-parents.ts";
import {
  type Call,
  filtered,
  long,
  many,
  mayRead,
  one,
  type QueryValues,
  type Route,
  route,
} from "./route.ts";

const listQuery = {
  useWebCache: one(truth),
  skipCache: one(truth),
  filterRelevantForUser: one(truth),
  includeFullRequestData: one(truth),
  limit: one(whole),
  requestType: many(oneOf(requestTypes)),
  property: many(text),
};

type ListCall = Call<undefined, typeof listQuery>;

const active: readonly RequestState[] = ["ACTIVE", "DEPLOYING_TO_UNPAUSE", "SYSTEM_COOLDOWN"];

/** Per state, so that two schedulers in one process (tests) do not share one. */
const requestLists = new WeakMap<SchedulerState, RequestList>();

function listOf(state: SchedulerState): RequestList {
  const known = requestLists.get(state) ?? new RequestList();
  requestLists.set(state, known);
  return known;
}

function listRoute(name: string, states: readonly RequestState[] | undefined): Route {
  return route({
    method: "GET",
    path: `/requests${name}`,
    summary: states === undefined ? "All requests" : `Requests that are ${states.join(" or ")}`,
    access: filtered,
    query: listQuery,
    answer: list(requestParentShape),
    isFilterable: true,
    handle(call) {
      if (states === undefined && isWhole(call)) {
        return { response: jsonPieces(listOf(call.state).bytes(call.state)) };
      }
      return selectParents(call, states);
    },
  });
}

/** Everything, as it is: what is kept as bytes will do. */
function isWhole({ query, user, context, http }: ListCall): boolean {
  return (
    query.filterRelevantForUser !== true &&
    query.includeFullRequestData !== true &&
    query.limit === undefined &&
    query.requestType.length === 0 &&
    http.query.getAll("property").length === 0 &&
    isAdmin(user, context.auth)
  );
}

function selectParents(call: ListCall, states: readonly RequestState[] | undefined) {
  const { state, query, user } = call;
  const selected = [...state.records.request.values()].filter(
    (each) =>
      (states === undefined || states.includes(each.state)) &&
      (query.requestType.length === 0 || query.requestType.includes(each.request.requestType)) &&
      call.mayRead(each.request.id) &&
      (query.filterRelevantForUser !== true || isRelevant(state, each, user)),
  );
  if (query.includeFullRequestData === true) {
    const sorted = selected.sort((a, b) => lastChangeOf(state, b) - lastChangeOf(state, a));
    return long(limited(sorted, query), (each) => requestParentShape.format(parentOf(state, each)));
  }
  return long(limited(selected, query), (each) =>
    briefTextOf(each, state.records.requestDeploys.get(each.request.id)),
  );
}

function limited<T>(items: readonly T[], { limit }: QueryValues<typeof listQuery>): readonly T[] {
  return limit === undefined ? items : items.slice(0, Math.max(0, limit));
}

function lastChangeOf(state: SchedulerState, { request, timestamp }: RequestWithState): number {
  const deploys = state.records.requestDeploys.get(request.id);
  return Math.max(
    timestamp,
    deploys?.active?.timestamp ?? 0,
    deploys?.pending?.deployMarker.timestamp ?? 0,
  );
}

/** Starred by the user, of his group, or deployed by him. Whoever is nobody finds everything so. */
function isRelevant(state: SchedulerState, { request }: RequestWithState, user: User): boolean {
  if (!user.authenticated) return true;
  const starred = state.records.userSettings.get(user.id)?.starredRequestIds ?? [];
  if (starred.includes(request.id)) return true;
  if (request.group !== undefined && user.groups.includes(request.group)) return true;
  const deploys = state.records.requestDeploys.get(request.id);
  const deployers = [deploys?.active?.user, deploys?.pending?.deployMarker.user];
  return deployers.some((each) => each !== undefined && (each === user.email || each === user.id));
}

const ids = route({
  method: "GET",
  path: "/requests/ids",
  summary: "Ids of requests",
  access: filtered,
  query: { useWebCache: one(truth), requestIdLike: one(text), state: many(oneOf(requestStates)) },
  answer: list(text),
  handle(call) {
    const prefix = call.query.requestIdLike?.toLowerCase() ?? "";
    const wanted = call.query.state;
    return {
      value: idsWhere(
        call,
        ({ request, state }) =>
          request.id.toLowerCase().startsWith(prefix) &&
          (wanted.length === 0 || wanted.includes(state)),
      ),
    };
  },
});

const activeIds = route({
  method: "GET",
  path: "/requests/ids/active",
  summary: "Ids of requests that run",
  access: filtered,
  query: { useWebCache: one(truth) },
  answer: list(text),
  handle: (call) => ({ value: idsWhere(call, ({ state }) => active.includes(state)) }),
});

function idsWhere(
  call: Pick<Call, "state" | "mayRead">,
  isWanted: (request: RequestWithState) => boolean,
): readonly string[] {
  return [...call.state.records.request.values()]
    .filter((each) => isWanted(each) && call.mayRead(each.request.id))
    .map(({ request }) => request.id);
}

const batch = route({
  method: "GET",
  path: "/requests/batch",
  summary: "Several requests at once",
  access: filtered,
  query: { id: many(text) },
  answer: requestBatchShape,
  handle(call) {
    const wanted = [...new Set(call.query.id)];
    const found = wanted.flatMap((id) => {
      const request = call.state.records.request.get(id);
      return request !== undefined && call.mayRead(id) ? [request] : [];
    });
    const known = new Set(found.map(({ request }) => request.id));
    return {
      value: {
        requests: found.map((each) => parentOf(call.state, each)),
        notFound: wanted.filter((id) => !known.has(id)),
      },
    };
  },
});

const queuedPending = route({
  method: "GET",
  path: "/requests/queued/pending",
  summary: "What is asked to be started and waits",
  access: filtered,
  answer: list(pendingRequestShape),
  isFilterable: true,
  handle: (call) => ({
    value: [...call.state.records.pendingTask.values()]
      .filter(({ pendingTaskId }) => call.mayRead(pendingTaskId.requestId))
      .map(pendingRequestOf),
  }),
});

/** Differs: here nothing waits before it becomes a pending task, so what is given are those. */
function pendingRequestOf({ pendingTaskId, ...rest }: PendingTask): PendingRequest {
  const { requestId, deployId, pendingType, createdAt, nextRunAt } = pendingTaskId;
  const runAt = rest.runAt ?? (nextRunAt > createdAt ? nextRunAt : undefined);
  return { ...rest, requestId, deployId, pendingType, timestamp: createdAt, ...given({ runAt }) };
}

const queuedCleanup = route({
  method: "GET",
  path: "/requests/queued/cleanup",
  summary: "Requests that are being bounced, paused or taken away",
  access: filtered,
  answer: list(requestCleanupShape),
  isFilterable: true,
  handle: (call) => ({
    value: [...call.state.records.requestCleanup.values()].filter(({ requestId }) =>
      call.mayRead(requestId),
    ),
  }),
});

const loadBalancerCleanup = route({
  method: "GET",
  path: "/requests/lbcleanup",
  summary: "Requests that are being taken out of the load balancer",
  access: filtered,
  query: { useWebCache: one(truth) },
  answer: list(text),
  isFilterable: true,
  handle: () => ({ value: [] }),
});

const crashLoops = route({
  method: "GET",
  path: "/requests/crashloops",
  summary: "Crash loops by request",
  access: filtered,
  answer: mapOf(list(crashLoopInfoShape)),
  handle: (call) => ({
    value: Object.fromEntries(
      [...call.state.records.crashLoops.values()]
        .filter(({ requestId }) => call.mayRead(requestId))
        .map(({ requestId, loops }) => [requestId, loops]),
    ),
  }),
});

const crashLoopsOfRequest = route({
  method: "GET",
  path: "/requests/request/{requestId}/crashloops",
  summary: "Crash loops of a request",
  access: mayRead,
  answer: list(crashLoopInfoShape),
  handle: (call) => ({
    value: call.state.records.crashLoops.get(call.parameter("requestId"))?.loops ?? [],
  }),
});

export const requestListRoutes: readonly Route[] = [
  listRoute("", undefined),
  listRoute("/active", active),
  listRoute("/paused", ["PAUSED"]),
  listRoute("/cooldown", ["SYSTEM_COOLDOWN"]),
  listRoute("/finished", ["FINISHED"]),
  ids,
  activeIds,
  batch,
  queuedPending,
  queuedCleanup,
  loadBalancerCleanup,
  crashLoops,
  crashLoopsOfRequest,
];
