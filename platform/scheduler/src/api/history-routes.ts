/**
 * What was: tasks that ended, changes of requests, deploys.
 *
 * Every list has a twin, `…/withmetadata`, that says how long it is. What is on its way to the database
 * is in the answers, too.
 */

import { deployHistoryOf } from "../core/deploys/tell-deploy.ts";
import { given } from "../core/given.ts";
import type { DeployHistory } from "../core/model/deploy-progress.ts";
import { deployHistoryShape } from "../core/model/deploy-progress-shape.ts";
import { taskStates } from "../core/model/enums.ts";
import type { RequestHistory } from "../core/model/request.ts";
import { requestHistoryShape } from "../core/model/request-shape.ts";
import { list, oneOf, text, truth, whole } from "../core/model/shape.ts";
import { sanitizeForTaskId } from "../core/model/task-id.ts";
import { taskHistoryShape, taskIdHistoryShape } from "../core/model/task-shape.ts";
import { deployKey } from "../core/records.ts";
import { type Outcome, refused } from "../core/turn.ts";
import type { Slice, TaskHistoryQuery } from "../history/history-store.ts";
import { countDeploys, listDeploys } from "./deploy-histories.ts";
import { pagedRoutes } from "./paged-routes.ts";
import { pagingQuery, sliceBlended, sliceOf } from "./paging.ts";
import {
  type Access,
  admin,
  type Call,
  filtered,
  mayRead,
  mayReadTask,
  needed,
  one,
  type QueryValues,
  type Route,
  route,
} from "./route.ts";
import {
  activeTaskHistory,
  countEndedTasks,
  endedTasks,
  taskHistoryById,
} from "./task-histories.ts";

const taskQuery = {
  ...pagingQuery,
  requestId: one(text),
  deployId: one(text),
  runId: one(text),
  host: one(text),
  lastTaskStatus: one(oneOf(taskStates)),
  startedBefore: one(whole),
  startedAfter: one(whole),
  updatedBefore: one(whole),
  updatedAfter: one(whole),
  orderDirection: one(oneOf<"ASC" | "DESC">(["ASC", "DESC"])),
};

function taskQueryOf(query: QueryValues<typeof taskQuery>): TaskHistoryQuery {
  const { requestId, deployId, runId, host, lastTaskStatus } = query;
  const { startedBefore, startedAfter, updatedBefore, updatedAfter } = query;
  return given({
    ...{ requestId, deployId, runId, startedBefore, startedAfter, updatedBefore, updatedAfter },
    host: host === undefined ? undefined : sanitizeForTaskId(host),
    lastTaskState: lastTaskStatus,
  });
}

function tasksOf(
  path: string,
  summary: string,
  access: Access,
  narrow: (call: Pick<Call, "parameter">) => TaskHistoryQuery,
): readonly Route[] {
  return pagedRoutes({
    path,
    summary,
    access,
    query: taskQuery,
    item: taskIdHistoryShape,
    slice: (call, slice) =>
      endedTasks(
        call,
        { ...taskQueryOf(call.query), ...narrow(call) },
        slice,
        call.query.orderDirection,
      ),
    count: (call) => countEndedTasks(call, { ...taskQueryOf(call.query), ...narrow(call) }),
  });
}

const getTask = route({
  method: "GET",
  path: "/history/task/{taskId}",
  summary: "All that is known of a task, running or ended",
  access: mayReadTask,
  answer: taskHistoryShape,
  async handle(call) {
    const taskId = call.parameter("taskId");
    const found = await taskHistoryById(call, taskId);
    return found === undefined ? refused(404, `No history for task ${taskId}`) : { value: found };
  },
});

const activeTasks = route({
  method: "GET",
  path: "/history/request/{requestId}/tasks/active",
  summary: "Tasks of a request that run",
  access: mayRead,
  answer: list(taskIdHistoryShape),
  handle: (call) => ({
    value: [...(call.state.tasksOf.get(call.parameter("requestId"))?.values() ?? [])].map(
      activeTaskHistory,
    ),
  }),
});

const activeTasksOfDeploy = route({
  method: "GET",
  path: "/history/request/{requestId}/deploy/{deployId}/tasks/active",
  summary: "Tasks of a deploy that run",
  access: mayRead,
  answer: list(taskIdHistoryShape),
  handle: (call) => ({
    value: [...(call.state.tasksOf.get(call.parameter("requestId"))?.values() ?? [])]
      .filter(({ taskId }) => taskId.deployId === call.parameter("deployId"))
      .map(activeTaskHistory),
  }),
});

const taskOfRun = route({
  method: "GET",
  path: "/history/request/{requestId}/run/{runId}",
  summary: "The task of a run, ended or running",
  access: mayRead,
  answer: taskIdHistoryShape,
  async handle(call) {
    const [requestId, runId] = [call.parameter("requestId"), call.parameter("runId")];
    for (const task of call.state.tasksOf.get(requestId)?.values() ?? []) {
      if (task.pendingTask.runId === runId) return { value: activeTaskHistory(task) };
    }
    const found = await endedTasks(call, { requestId, runId }, { offset: 0, limit: 1 });
    return { value: found[0] };
  },
});

const getDeploy = route({
  method: "GET",
  path: "/history/request/{requestId}/deploy/{deployId}",
  summary: "A deploy and how it ended",
  access: mayRead,
  answer: deployHistoryShape,
  async handle(call) {
    const [requestId, deployId] = [call.parameter("requestId"), call.parameter("deployId")];
    const key = deployKey(requestId, deployId);
    const record = call.state.records.deploy.get(key);
    const found =
      (record && deployHistoryOf(record)) ??
      call.state.records.outboxDeploy.get(key) ??
      (await call.context.history.deploy(requestId, deployId));
    return found === undefined
      ? refused(404, `Deploy history for request ${requestId} and deploy ${deployId} not found`)
      : { value: found };
  },
});

const deployRoutes = pagedRoutes<typeof pagingQuery, DeployHistory>({
  path: "/history/request/{requestId}/deploys",
  summary: "Deploys of a request",
  access: mayRead,
  query: pagingQuery,
  item: deployHistoryShape,
  slice: (call, slice) => listDeploys(call, call.parameter("requestId"), slice),
  count: (call) => countDeploys(call, call.parameter("requestId")),
});

const requestQuery = { ...pagingQuery, createdBefore: one(whole), createdAfter: one(whole) };

function requestEventsHere(
  call: Pick<Call<undefined, typeof requestQuery>, "state" | "parameter" | "query">,
): readonly RequestHistory[] {
  const { createdBefore = Number.POSITIVE_INFINITY, createdAfter = 0 } = call.query;
  return [...call.state.records.outboxRequest.values()]
    .filter(
      ({ request, createdAt }) =>
        request.id === call.parameter("requestId") &&
        createdAt < createdBefore &&
        createdAt > createdAfter,
    )
    .sort((a, b) => b.createdAt - a.createdAt);
}

const requestRoutes = pagedRoutes<typeof requestQuery, RequestHistory>({
  path: "/history/request/{requestId}/requests",
  summary: "What happened to a request",
  access: mayRead,
  query: requestQuery,
  item: requestHistoryShape,
  slice(call, slice) {
    const { createdBefore, createdAfter } = call.query;
    const query = {
      requestId: call.parameter("requestId"),
      ...given({ createdBefore, createdAfter }),
    };
    const there = (part: Slice) => call.context.history.requestEvents(query, part);
    return sliceBlended({ here: requestEventsHere(call), there }, slice);
  },
  async count(call) {
    const { createdBefore, createdAfter } = call.query;
    const query = {
      requestId: call.parameter("requestId"),
      ...given({ createdBefore, createdAfter }),
    };
    return requestEventsHere(call).length + (await call.context.history.countRequestEvents(query));
  },
});

const search = route({
  method: "GET",
  path: "/history/requests/search",
  summary: "Ids of requests that ever were and begin so",
  access: filtered,
  query: { ...pagingQuery, requestIdLike: needed(text), useWebCache: one(truth) },
  answer: list(text),
  async handle(call): Promise<Outcome<readonly string[]>> {
    const slice = sliceOf(call.query);
    if (slice.refusal !== undefined) return slice;
    const prefix = call.query.requestIdLike;
    const { offset, limit } = slice.value;
    const present = [...call.state.records.request.keys()].filter((id) => id.startsWith(prefix));
    const former = await call.context.history.requestIds(prefix, {
      offset: 0,
      limit: Math.min(1000, offset + limit),
    });
    const ids = [...new Set([...present, ...former])].sort().filter((id) => call.mayRead(id));
    return { value: ids.slice(offset, offset + limit) };
  },
});

const commandLineArguments = route({
  method: "GET",
  path: "/history/request/{requestId}/command-line-args",
  summary: "What the latest tasks of a request were started with",
  access: mayRead,
  query: { count: one(whole), skipZk: one(truth) },
  answer: list(list(text)),
  async handle(call) {
    const slice = sliceOf({ count: call.query.count });
    if (slice.refusal !== undefined) return slice;
    const requestId = call.parameter("requestId");
    const running = [...(call.state.tasksOf.get(requestId)?.values() ?? [])].map(
      ({ pendingTask }) => pendingTask.cmdLineArgsList ?? [],
    );
    const limit = Math.max(1, slice.value.limit);
    const former = await call.context.history.commandLineArguments(requestId, limit);
    const each = new Map(
      [...running, ...former]
        .filter((list) => list.length > 0)
        .map((list) => [JSON.stringify(list), list]),
    );
    return { value: [...each.values()] };
  },
});

/** Singularity moves what older versions wrote; here there is nothing of the kind. */
const backfill = route({
  method: "POST",
  path: "/history/sql-backfill",
  summary: "Nothing is to be moved here: answered 200",
  access: admin,
  query: { batchSize: one(whole) },
  status: 200,
  handle: () => ({ value: undefined }),
});

export const historyRoutes: readonly Route[] = [
  getTask,
  ...tasksOf(
    "/history/tasks",
    "Tasks that ended",
    { kind: "globalReader", orOfRequest: "requestId" },
    () => ({}),
  ),
  ...tasksOf(
    "/history/request/{requestId}/tasks",
    "Tasks of a request that ended",
    mayRead,
    ({ parameter }) => ({ requestId: parameter("requestId") }),
  ),
  ...tasksOf(
    "/history/request/{requestId}/deploy/{deployId}/tasks/inactive",
    "Tasks of a deploy that ended",
    mayRead,
    ({ parameter }) => ({ requestId: parameter("requestId"), deployId: parameter("deployId") }),
  ),
  activeTasks,
  activeTasksOfDeploy,
  taskOfRun,
  getDeploy,
  ...deployRoutes,
  ...requestRoutes,
  search,
  commandLineArguments,
  backfill,
];
