/**
 * Sandboxes, logs, files of agents, and where a run has got to.
 *
 * A file is always asked of the agent that has it. Paths are confined to the sandbox of the task that
 * the caller may read: one that leads out of it is refused.
 */

import { given } from "../core/given.ts";
import type { Sandbox } from "../core/model/answers.ts";
import { object, optional, required } from "../core/model/fields.ts";
import {
  mesosFileChunkObjectShape,
  mesosTaskStatisticsObjectShape,
  sandboxShape,
} from "../core/model/sandbox-shape.ts";
import { anything, list, mapOf, type Shape, text, truth, whole } from "../core/model/shape.ts";
import type { TaskHistory, TrackedTask } from "../core/model/task.ts";
import { trackedTaskShape } from "../core/model/task-shape.ts";
import { type Outcome, refused } from "../core/turn.ts";
import { taskStatisticsOf } from "../core/usage/task-statistics.ts";
import { grepLines } from "./grep-lines.ts";
import { alias, anyUser, body, mayRead, mayReadTask, one, type Route, route } from "./route.ts";
import { downloadRoutes } from "./sandbox-downloads.ts";
import { agentPortDefault, pathWithin, placeOf, problemOf } from "./sandbox-place.ts";
import { taskHistoryById } from "./task-histories.ts";

function outside(path: string) {
  return refused(400, `${path} is not within the task's sandbox`);
}

const browse = route({
  method: "GET",
  path: "/sandbox/{taskId}/browse",
  summary: "The files of a task's sandbox",
  access: mayReadTask,
  query: { path: one(text) },
  answer: sandboxShape,
  async handle(call): Promise<Outcome<Sandbox>> {
    const place = await placeOf(call, call.parameter("taskId"));
    if (place.refusal !== undefined) return place;
    const { agent, directory } = place.value;
    const asked = call.query.path ?? "";
    const path = pathWithin(directory, asked);
    if (path === undefined) return outside(asked);
    const files = await call.context.files.browse(agent, path);
    if (files.problem !== undefined) return problemOf(files, agent);
    return {
      value: {
        files: files.value.map(({ path: file, mtime, size, mode }) => ({
          name: file.startsWith(`${path}/`) ? file.slice(path.length + 1) : file,
          mtime,
          size,
          mode,
        })),
        fullPathToRoot: directory,
        currentDirectory: path.slice(directory.length + 1),
        agentHostname: agent.hostname,
      },
    };
  },
});

const read = route({
  method: "GET",
  path: "/sandbox/{taskId}/read",
  summary: "Part of a file; without an offset, how long it is",
  access: mayReadTask,
  query: { path: one(text), grep: one(text), offset: one(whole), length: one(whole) },
  answer: mesosFileChunkObjectShape,
  async handle(call) {
    const { path: asked, grep, offset, length } = call.query;
    if (asked === undefined) return refused(400, "Must specify 'path'");
    const place = await placeOf(call, call.parameter("taskId"));
    if (place.refusal !== undefined) return place;
    const path = pathWithin(place.value.directory, asked);
    if (path === undefined) return outside(asked);
    const range = given({ offset, length });
    const chunk = await call.context.files.read(place.value.agent, path, range);
    if (chunk.problem === "notFound") {
      return refused(404, `File ${path} does not exist for task ID ${call.parameter("taskId")}`);
    }
    if (chunk.problem !== undefined) return problemOf(chunk, place.value.agent);
    const { data = "", offset: from = 0 } = chunk.value;
    if (grep === undefined) return { value: chunk.value };
    const lines = grepLines(data, grep);
    if (lines.error !== undefined) return refused(400, lines.error);
    return {
      value: {
        data: lines.value.map((line) => `${line}\n`).join(""),
        offset: from,
        nextOffset: from + Buffer.byteLength(data),
      },
    };
  },
});

const statistics = route({
  method: "GET",
  path: "/tasks/task/{taskId}/statistics",
  summary: "What its agent measures of a task that runs",
  access: mayReadTask,
  answer: mesosTaskStatisticsObjectShape,
  async handle(call) {
    const taskId = call.parameter("taskId");
    const task = call.state.records.task.get(taskId);
    if (task === undefined) return refused(404, `No active task with id ${taskId}`);
    const port = call.state.records.agent.get(task.agentId)?.port ?? agentPortDefault;
    const agent = { hostname: task.hostname, port };
    const found = await call.context.files.statistics(agent, taskId);
    if (found.problem === "notFound") {
      return refused(
        404,
        `Couldn't find executor ${taskId} for ${taskId} on agent ${task.hostname}`,
      );
    }
    if (found.problem !== undefined) return problemOf(found, agent);
    return { value: taskStatisticsOf(found.value) };
  },
});

function tracked(history: TaskHistory): TrackedTask {
  const { taskRequest, taskId } = history.task;
  return {
    taskId,
    pending: false,
    taskHistory: history.taskUpdates,
    pendingTaskId: taskRequest.pendingTask.pendingTaskId,
    ...given({
      runId: taskRequest.pendingTask.runId,
      currentState: history.taskUpdates.at(-1)?.taskState,
    }),
  };
}

const trackTask = route({
  method: "GET",
  path: "/track/task/{taskId}",
  summary: "Where a task has got to",
  access: mayReadTask,
  answer: trackedTaskShape,
  async handle(call) {
    const history = await taskHistoryById(call, call.parameter("taskId"));
    return { value: history && tracked(history) };
  },
});

const trackRun = route({
  method: "GET",
  path: "/track/run/{requestId}/{runId}",
  summary: "Where a run has got to: waiting, running or ended",
  access: mayRead,
  answer: trackedTaskShape,
  async handle(call) {
    const [requestId, runId] = [call.parameter("requestId"), call.parameter("runId")];
    for (const { taskId, pendingTask } of call.state.tasksOf.get(requestId)?.values() ?? []) {
      if (pendingTask.runId !== runId) continue;
      const history = await taskHistoryById(call, taskId.id);
      if (history !== undefined) return { value: tracked(history) };
    }
    for (const { pendingTaskId, runId: planned } of call.state.pendingOf.get(requestId)?.values() ??
      []) {
      if (planned === runId)
        return { value: { pendingTaskId, runId, taskHistory: [], pending: true } };
    }
    for (const history of call.state.records.outboxTask.values()) {
      const { taskId, taskRequest } = history.task;
      if (taskId.requestId === requestId && taskRequest.pendingTask.runId === runId) {
        return { value: tracked(history) };
      }
    }
    const history = await call.context.history.taskOfRun(requestId, runId);
    return { value: history && tracked(history) };
  },
});

interface S3Search {
  readonly requestsAndDeploys?: Readonly<Record<string, readonly string[]>>;
  readonly taskIds?: readonly string[];
}

const s3SearchShape: Shape<S3Search> = object("SingularityS3SearchRequest", {
  requestsAndDeploys: optional(mapOf(list(text))),
  taskIds: optional(list(text)),
});

interface S3SearchResult {
  readonly continuationTokens: Readonly<Record<string, unknown>>;
  readonly lastPage: boolean;
  readonly results: readonly unknown[];
}

const s3SearchResultShape: Shape<S3SearchResult> = object("SingularityS3SearchResult", {
  continuationTokens: required(mapOf(anything)),
  lastPage: required(truth),
  results: required(list(anything)),
});

const noArchive = "S3 configuration was absent";

const logQuery = {
  start: one(whole),
  end: one(whole),
  excludeMetadata: one(truth),
  list: one(truth),
  maxPerPage: one(whole),
};

const logsOfTask = route({
  method: "GET",
  path: "/logs/task/{taskId}",
  summary: "Archived logs of a task; as when no archive is configured",
  access: mayReadTask,
  query: logQuery,
  answer: list(anything),
  handle: () => refused(404, noArchive),
});

const logsOfRequest = route({
  method: "GET",
  path: "/logs/request/{requestId}",
  summary: "Archived logs of a request; as when no archive is configured",
  access: mayRead,
  query: logQuery,
  answer: list(anything),
  handle: () => refused(404, noArchive),
});

const searchLogs = route({
  method: "POST",
  path: "/logs/search",
  summary: "Archived logs of several; as when no archive is configured",
  access: anyUser,
  body: body(s3SearchShape),
  answer: s3SearchResultShape,
  handle: () => refused(404, noArchive),
});

export const sandboxRoutes: readonly Route[] = [
  ...[browse, read, statistics, ...downloadRoutes],
  ...[trackTask, trackRun, logsOfTask, logsOfRequest, searchLogs],
  alias(logsOfRequest, { path: "/logs/request/{requestId}/deploy/{deployId}" }),
];
