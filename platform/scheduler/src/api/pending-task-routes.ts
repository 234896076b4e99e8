/**
 * Tasks that wait: for their time, or for a place.
 */

import { requestForDeploy } from "../core/deploys/which-deploy.ts";
import { list, truth } from "../core/model/shape.ts";
import type { PendingTask, TaskRequest } from "../core/model/task.ts";
import { pendingTaskIdShape } from "../core/model/task-id-shape.ts";
import { pendingTaskShape, taskRequestShape } from "../core/model/task-shape.ts";
import { deployKey } from "../core/records.ts";
import type { SchedulerState } from "../core/state.ts";
import { type Outcome, refused } from "../core/turn.ts";
import {
  type Call,
  filtered,
  long,
  mayRead,
  one,
  type QueryTable,
  type Route,
  route,
} from "./route.ts";

type AnyCall = Pick<Call<unknown, QueryTable>, "state" | "mayRead" | "parameter">;

const useWebCache = { useWebCache: one(truth) };

function pendingTasks(call: AnyCall): readonly PendingTask[] {
  return [...call.state.records.pendingTask.values()].filter(({ pendingTaskId }) =>
    call.mayRead(pendingTaskId.requestId),
  );
}

/** Undefined when its request or deploy is gone by now. */
function taskRequestOf(state: SchedulerState, pendingTask: PendingTask): TaskRequest | undefined {
  const { requestId, deployId } = pendingTask.pendingTaskId;
  const request = requestForDeploy(state, pendingTask.pendingTaskId);
  const deploy = state.records.deploy.get(deployKey(requestId, deployId))?.deploy;
  return request && deploy && { request, deploy, pendingTask };
}

function taskRequestsOf(
  state: SchedulerState,
  tasks: Iterable<PendingTask>,
): readonly TaskRequest[] {
  return [...tasks].flatMap((pending) => taskRequestOf(state, pending) ?? []);
}

const scheduled = route({
  method: "GET",
  path: "/tasks/scheduled",
  summary: "Tasks that wait for their time or for a place",
  access: filtered,
  query: useWebCache,
  answer: list(taskRequestShape),
  isFilterable: true,
  handle: ({ state, ...call }) =>
    long(pendingTasks({ state, ...call }), (pending) => {
      const found = taskRequestOf(state, pending);
      return found && taskRequestShape.format(found);
    }),
});

const scheduledIds = route({
  method: "GET",
  path: "/tasks/scheduled/ids",
  summary: "Ids of tasks that wait",
  access: filtered,
  query: useWebCache,
  answer: list(pendingTaskIdShape),
  isFilterable: true,
  handle: (call) =>
    long(pendingTasks(call), ({ pendingTaskId }) => pendingTaskIdShape.format(pendingTaskId)),
});

const scheduledOfRequest = route({
  method: "GET",
  path: "/tasks/scheduled/request/{requestId}",
  summary: "Tasks of a request that wait",
  access: mayRead,
  query: useWebCache,
  answer: list(taskRequestShape),
  isFilterable: true,
  handle: ({ state, parameter }) => ({
    value: taskRequestsOf(state, state.pendingOf.get(parameter("requestId"))?.values() ?? []),
  }),
});

const scheduledTask = route({
  method: "GET",
  path: "/tasks/scheduled/task/{pendingTaskId}",
  summary: "A task that waits",
  access: { kind: "pendingTask", parameter: "pendingTaskId", scope: "READ" },
  answer: taskRequestShape,
  isFilterable: true,
  handle(call) {
    const id = call.parameter("pendingTaskId");
    const pending = call.state.records.pendingTask.get(id);
    const found = pending && taskRequestOf(call.state, pending);
    return found === undefined ? refused(404, `Couldn't find ${id}`) : { value: found };
  },
});

const deleteScheduled = route({
  method: "DELETE",
  path: "/tasks/scheduled/task/{scheduledTaskId}",
  summary: "Forget a run of an on-demand job that waits",
  access: {
    kind: "pendingTask",
    parameter: "scheduledTaskId",
    scope: "WRITE",
    action: "DELETE_SCHEDULED_TASK",
  },
  answer: pendingTaskShape,
  handle: (call) =>
    call.decide((turn): Outcome<PendingTask> => {
      const id = call.parameter("scheduledTaskId");
      const pending = turn.get("pendingTask", id);
      const type =
        pending && turn.get("request", pending.pendingTaskId.requestId)?.request.requestType;
      if (pending === undefined || type === undefined) {
        return refused(404, `Couldn't find ${id}`);
      }
      if (type !== "ON_DEMAND") return refused(400, "Only ON_DEMAND tasks may be deleted.");
      turn.remove("pendingTask", id);
      turn.dirty(pending.pendingTaskId.requestId);
      return { value: pending };
    }),
});

export const pendingTaskRoutes: readonly Route[] = [
  ...[scheduled, scheduledIds, scheduledOfRequest, scheduledTask, deleteScheduled],
];
