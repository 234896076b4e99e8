/**
 * Tasks that run, and those that are to end.
 */

import { given } from "../core/given.ts";
import { taskCountsShape } from "../core/model/answers-shape.ts";
import { list, mapOf, truth } from "../core/model/shape.ts";
import { taskIdShape } from "../core/model/task-id-shape.ts";
import {
  killedTaskIdRecordShape,
  taskCleanupShape,
  taskHistoryUpdateShape,
  taskIdsByStatusShape,
  taskShape,
} from "../core/model/task-shape.ts";
import type { TaskRecord } from "../core/records.ts";
import { knownRequest } from "../core/requests/known-request.ts";
import type { SchedulerState } from "../core/state.ts";
import { taskOf } from "../core/tasks/task-history.ts";
import { type Outcome, refused } from "../core/turn.ts";
import { taskIdsOf } from "./request-parents.ts";
import {
  alias,
  type Call,
  filtered,
  long,
  mayRead,
  mayReadTask,
  one,
  type QueryTable,
  type Route,
  route,
} from "./route.ts";

type AnyCall = Pick<Call<unknown, QueryTable>, "state" | "mayRead" | "parameter">;

const useWebCache = { useWebCache: one(truth) };

function activeTasks(call: AnyCall): readonly TaskRecord[] {
  const tasks: TaskRecord[] = [];
  for (const [requestId, ofRequest] of call.state.tasksOf) {
    if (call.mayRead(requestId)) tasks.push(...ofRequest.values());
  }
  return tasks;
}

/** Tasks whose request or deploy is gone by now are left out. */
function taskFormat(state: SchedulerState): (record: TaskRecord) => string | undefined {
  return (record) => {
    const task = taskOf(state, record);
    return task && taskShape.format(task);
  };
}

const idsOfRequest = route({
  method: "GET",
  path: "/tasks/ids/request/{requestId}",
  summary: "Ids of a request's tasks by how they are",
  access: mayRead,
  answer: taskIdsByStatusShape,
  handle(call) {
    const requestId = call.parameter("requestId");
    const known = knownRequest(call, requestId);
    if (known.refusal !== undefined) return known;
    return { value: taskIdsOf(call.state, requestId) };
  },
});

const countsOfRequest = route({
  method: "GET",
  path: "/tasks/counts/request/{requestId}",
  summary: "How many tasks a request has",
  access: mayRead,
  answer: taskCountsShape,
  handle(call) {
    const requestId = call.parameter("requestId");
    const known = knownRequest(call, requestId);
    if (known.refusal !== undefined) return known;
    const tasks = [...(call.state.tasksOf.get(requestId)?.values() ?? [])];
    return {
      value: {
        requestId,
        active: tasks.length,
        pending: call.state.pendingOf.get(requestId)?.size ?? 0,
        cleaning: tasks.filter(({ cleanup }) => cleanup !== undefined).length,
      },
    };
  },
});

const activeList = route({
  method: "GET",
  path: "/tasks/active",
  summary: "Tasks that run",
  access: filtered,
  query: useWebCache,
  answer: list(taskShape),
  isFilterable: true,
  handle: (call) => long(activeTasks(call), taskFormat(call.state)),
});

const activeIds = route({
  method: "GET",
  path: "/tasks/active/ids",
  summary: "Ids of tasks that run",
  access: filtered,
  query: useWebCache,
  answer: list(taskIdShape),
  isFilterable: true,
  handle: (call) => long(activeTasks(call), ({ taskId }) => taskIdShape.format(taskId)),
});

const activeStates = route({
  method: "GET",
  path: "/tasks/active/states",
  summary: "What happened to each task that runs",
  access: filtered,
  query: useWebCache,
  answer: mapOf(list(taskHistoryUpdateShape)),
  isFilterable: true,
  handle: (call) => ({
    value: Object.fromEntries(activeTasks(call).map(({ taskId, updates }) => [taskId.id, updates])),
  }),
});

function tasksOnAgent(call: AnyCall): Outcome<readonly TaskRecord[]> {
  const agentId = call.parameter("agentId");
  if (!call.state.records.agent.has(agentId)) {
    return refused(404, `Couldn't find a agent in any state with id ${agentId}`);
  }
  const tasks = [...(call.state.tasksOn.get(agentId)?.values() ?? [])];
  return { value: tasks.filter(({ taskId }) => call.mayRead(taskId.requestId)) };
}

const tasksOfAgent = route({
  method: "GET",
  path: "/tasks/active/agent/{agentId}",
  summary: "Tasks that run on an agent",
  access: filtered,
  query: useWebCache,
  answer: list(taskShape),
  handle(call) {
    const found = tasksOnAgent(call);
    return found.refusal === undefined ? long(found.value, taskFormat(call.state)) : found;
  },
});

const taskIdsOfAgent = route({
  method: "GET",
  path: "/tasks/active/agent/{agentId}/ids",
  summary: "Ids of tasks that run on an agent",
  access: filtered,
  query: useWebCache,
  answer: list(taskIdShape),
  handle(call) {
    const found = tasksOnAgent(call);
    if (found.refusal !== undefined) return found;
    return { value: found.value.map(({ taskId }) => taskId) };
  },
});

const cleaning = route({
  method: "GET",
  path: "/tasks/cleaning",
  summary: "Tasks that are to end",
  access: filtered,
  query: useWebCache,
  answer: list(taskCleanupShape),
  isFilterable: true,
  handle: (call) => ({ value: activeTasks(call).flatMap(({ cleanup }) => cleanup ?? []) }),
});

const killed = route({
  method: "GET",
  path: "/tasks/killed",
  summary: "Tasks that were told to stop and have not yet",
  access: filtered,
  answer: list(killedTaskIdRecordShape),
  handle: (call) => ({
    value: activeTasks(call).flatMap(({ taskId, kill, cleanup }) =>
      kill === undefined
        ? []
        : {
            taskId,
            timestamp: kill.lastAt,
            originalTimestamp: kill.firstAt,
            retries: Math.max(0, kill.times - 1),
            ...given({ taskCleanupType: cleanup?.cleanupType }),
          },
    ),
  }),
});

const loadBalancerCleanup = route({
  method: "GET",
  path: "/tasks/lbcleanup",
  summary: "Tasks that are being taken out of the load balancer",
  access: filtered,
  answer: list(taskIdShape),
  isFilterable: true,
  handle: () => ({ value: [] }),
});

/** A task that runs, or 404. */
function activeTask(call: AnyCall): Outcome<TaskRecord> {
  const taskId = call.parameter("taskId");
  const task = call.state.records.task.get(taskId);
  return task === undefined ? refused(404, `No active task with id ${taskId}`) : { value: task };
}

const getTask = route({
  method: "GET",
  path: "/tasks/task/{taskId}",
  summary: "A task that runs",
  access: mayReadTask,
  answer: taskShape,
  handle(call) {
    const found = activeTask(call);
    if (found.refusal !== undefined) return found;
    return { value: taskOf(call.state, found.value) };
  },
});

const getCleanup = route({
  method: "GET",
  path: "/tasks/task/{taskId}/cleanup",
  summary: "Why a task is to end",
  access: mayReadTask,
  answer: taskCleanupShape,
  handle: (call) => ({ value: call.state.records.task.get(call.parameter("taskId"))?.cleanup }),
});

export const taskRoutes: readonly Route[] = [
  ...[idsOfRequest, countsOfRequest, activeList, activeIds, activeStates],
  tasksOfAgent,
  alias(tasksOfAgent, { path: "/tasks/active/slave/{agentId}" }),
  taskIdsOfAgent,
  alias(taskIdsOfAgent, { path: "/tasks/active/slave/{agentId}/ids" }),
  ...[cleaning, killed, loadBalancerCleanup, getTask, getCleanup],
];
