/**
 * Tasks: those that wait, those that run, and what may be done with them.
 */

import { given } from "../core/given.ts";
import { killTaskRequestShape, taskMetadataRequestShape } from "../core/model/actions-shape.ts";
import { taskCountsShape } from "../core/model/answers-shape.ts";
import { list, mapOf, truth, whole } from "../core/model/shape.ts";
import {
  shellCommandShape,
  taskShellCommandHistoryShape,
  taskShellCommandRequestShape,
  taskShellCommandUpdateShape,
} from "../core/model/shell-command-shape.ts";
import type { PendingTask, TaskRequest } from "../core/model/task.ts";
import { pendingTaskIdShape, taskIdShape } from "../core/model/task-id-shape.ts";
import {
  killedTaskIdRecordShape,
  pendingTaskShape,
  taskCleanupShape,
  taskHistoryUpdateShape,
  taskIdsByStatusShape,
  taskRequestShape,
  taskShape,
} from "../core/model/task-shape.ts";
import { isActionDisabled } from "../core/operations/disabled-actions.ts";
import { deployKey, type TaskRecord } from "../core/records.ts";
import type { SchedulerState } from "../core/state.ts";
import { shellCommandAsked } from "../core/tasks/shell-command-asked.ts";
import { taskOf } from "../core/tasks/task-history.ts";
import { taskKillAsked } from "../core/tasks/task-kill-asked.ts";
import { taskMetadataAdded } from "../core/tasks/task-metadata-added.ts";
import { type Outcome, refused } from "../core/turn.ts";
import { shellCommandSentence } from "../core/validation/shell-command-rules.ts";
import { validateTaskMetadata } from "../core/validation/validate-action.ts";
import { taskIdsOf } from "./request-parents.ts";
import {
  admin,
  alias,
  body,
  type Call,
  filtered,
  long,
  mayRead,
  mayReadTask,
  mayWriteTask,
  one,
  optionalBody,
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
  const request = state.records.request.get(requestId)?.request;
  const deploy = state.records.deploy.get(deployKey(requestId, deployId))?.deploy;
  return request && deploy && { request, deploy, pendingTask };
}

function taskRequestsOf(
  state: SchedulerState,
  tasks: Iterable<PendingTask>,
): readonly TaskRequest[] {
  return [...tasks].flatMap((pending) => taskRequestOf(state, pending) ?? []);
}

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

const idsOfRequest = route({
  method: "GET",
  path: "/tasks/ids/request/{requestId}",
  summary: "Ids of a request's tasks by how they are",
  access: mayRead,
  answer: taskIdsByStatusShape,
  handle(call) {
    const requestId = call.parameter("requestId");
    if (!call.state.records.request.has(requestId)) {
      return refused(404, `Couldn't find request with id ${requestId}`);
    }
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
    if (!call.state.records.request.has(requestId)) {
      return refused(404, `Couldn't find request with id ${requestId}`);
    }
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

const killTask = route({
  method: "DELETE",
  path: "/tasks/task/{taskId}",
  summary:
    "End a task; at once with override, after its replacement is healthy where that is asked",
  access: mayWriteTask("KILL_TASK"),
  body: optionalBody(killTaskRequestShape),
  answer: taskCleanupShape,
  handle: (call) =>
    call.decide((turn) => {
      const { body: asked, actor } = call;
      const action = asked.waitForReplacementTask === true ? "BOUNCE_TASK" : "KILL_TASK";
      const disabled = isActionDisabled(turn.state, action);
      if (disabled !== undefined) return refused(409, disabled);
      const sentence = shellCommandSentence(asked.runShellCommandBeforeKill, turn.config);
      if (sentence !== undefined) return refused(400, sentence);
      const taskId = call.parameter("taskId");
      if (turn.get("task", taskId) === undefined) {
        return refused(404, `No active task with id ${taskId}`);
      }
      return taskKillAsked(turn, { ...asked, taskId, ...given({ user: actor }) });
    }),
});

const addMetadata = route({
  method: "POST",
  path: "/tasks/task/{taskId}/metadata",
  summary: "Note something about a task",
  access: mayWriteTask(),
  forbiddenBy: "ADD_METADATA",
  body: body(taskMetadataRequestShape),
  handle: (call) =>
    call.decide((turn) => {
      const valid = validateTaskMetadata(call.body, turn.config);
      if (valid.refusal !== undefined) return valid;
      return taskMetadataAdded(turn, call.parameter("taskId"), valid.value, call.actor);
    }),
});

const queuedCommands = route({
  method: "GET",
  path: "/tasks/commands/queued",
  summary: "Shell commands that no task has answered yet",
  access: admin,
  answer: list(taskShellCommandRequestShape),
  handle: (call) => ({
    value: activeTasks(call)
      .flatMap(({ shellCommands }) => shellCommands ?? [])
      .filter(({ shellUpdates }) => shellUpdates.length === 0)
      .map(({ shellRequest }) => shellRequest),
  }),
});

const runCommand = route({
  method: "POST",
  path: "/tasks/task/{taskId}/command",
  summary: "Run a shell command in a task",
  access: mayWriteTask("RUN_SHELL_COMMAND"),
  forbiddenBy: "RUN_SHELL_COMMAND",
  body: body(shellCommandShape),
  answer: taskShellCommandRequestShape,
  handle: (call) =>
    call.decide((turn) => {
      const taskId = call.parameter("taskId");
      if (turn.get("task", taskId) === undefined) {
        return refused(400, `${taskId} is not an active task, can't run ${call.body.name} on it`);
      }
      const sentence = shellCommandSentence(call.body, turn.config);
      if (sentence !== undefined) return refused(400, sentence);
      return shellCommandAsked(turn, { taskId, user: call.actor, shellCommand: call.body });
    }),
});

const getCommands = route({
  method: "GET",
  path: "/tasks/task/{taskId}/command",
  summary: "Shell commands that were run in a task",
  access: mayReadTask,
  answer: list(taskShellCommandHistoryShape),
  handle: (call) => ({
    value: call.state.records.task.get(call.parameter("taskId"))?.shellCommands ?? [],
  }),
});

const getCommandUpdates = route({
  method: "GET",
  path: "/tasks/task/{taskId}/command/{commandName}/{commandTimestamp}",
  summary: "What became of a shell command",
  access: mayReadTask,
  answer: list(taskShellCommandUpdateShape),
  handle(call) {
    const at = whole.parse(call.parameter("commandTimestamp"), "commandTimestamp");
    if (at.error !== undefined) return refused(400, at.error);
    const commands = call.state.records.task.get(call.parameter("taskId"))?.shellCommands ?? [];
    const command = commands.find(
      ({ shellRequest }) =>
        shellRequest.timestamp === at.value &&
        shellRequest.shellCommand.name === call.parameter("commandName"),
    );
    return { value: command?.shellUpdates ?? [] };
  },
});

const reconcile = route({
  method: "POST",
  path: "/tasks/reconcile/{taskId}",
  summary: "Ask the master how a task is",
  access: admin,
  status: 200,
  handle: (call) =>
    call.decide((turn): Outcome<undefined> => {
      const task = turn.get("task", call.parameter("taskId"));
      if (task === undefined) {
        return refused(404, `No active task with id ${call.parameter("taskId")}`);
      }
      const { taskId, agentId } = task;
      turn.effect({ kind: "reconcile", tasks: [{ taskId: taskId.id, agentId }] });
      return { value: undefined };
    }),
});

export const taskRoutes: readonly Route[] = [
  ...[scheduled, scheduledIds, scheduledOfRequest, scheduledTask, deleteScheduled],
  ...[idsOfRequest, countsOfRequest, activeList, activeIds, activeStates],
  tasksOfAgent,
  alias(tasksOfAgent, { path: "/tasks/active/slave/{agentId}" }),
  taskIdsOfAgent,
  alias(taskIdsOfAgent, { path: "/tasks/active/slave/{agentId}/ids" }),
  ...[cleaning, killed, loadBalancerCleanup, getTask, getCleanup, killTask, addMetadata],
  ...[queuedCommands, runCommand, getCommands, getCommandUpdates, reconcile],
];
