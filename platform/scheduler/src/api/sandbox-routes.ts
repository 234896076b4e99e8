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
import type { SchedulerState } from "../core/state.ts";
import { type Outcome, refused } from "../core/turn.ts";
import { grepLines } from "./grep-lines.ts";
import {
  alias,
  anyUser,
  asked,
  body,
  type Call,
  mayRead,
  mayReadTask,
  needed,
  one,
  type QueryTable,
  type Route,
  route,
} from "./route.ts";
import type { AgentAddress, Fetched } from "./task-files.ts";
import { taskHistoryById } from "./task-histories.ts";

type AnyCall = Pick<Call<unknown, QueryTable>, "state" | "context" | "parameter">;

/** Where an agent of Mesos listens, when none is known. */
const agentPortDefault = 5051;

interface TaskPlace {
  readonly agent: AgentAddress;
  /** Of its sandbox, without a slash at its end. */
  readonly directory: string;
}

async function placeOf(call: AnyCall): Promise<Outcome<TaskPlace>> {
  const taskId = call.parameter("taskId");
  const history = await taskHistoryById(call, taskId);
  if (history === undefined) return refused(404, `No history for task ${taskId}`);
  const agent = agentOf(call.state, history);
  const found = history.directory ?? (await directoryAt(call, agent, taskId));
  if (found === undefined) {
    return refused(
      400,
      `Task ${taskId} does not have a directory yet - check again soon (enqueued request to refetch)`,
    );
  }
  return { value: { agent, directory: found.replace(/\/+$/, "") } };
}

/** A job that ended at once had gone to the history before anybody asked where it was. */
async function directoryAt(
  { state, context }: AnyCall,
  agent: AgentAddress,
  taskId: string,
): Promise<string | undefined> {
  const known = await context.files.directories(agent, state.link.frameworkId ?? "");
  return known.value?.get(taskId);
}

function agentOf(state: SchedulerState, { task }: TaskHistory): AgentAddress {
  const offer = task.offer ?? task.offers[0];
  const agentId = task.mesosTask.agentId?.value ?? offer?.agentId?.value;
  const agent = agentId === undefined ? undefined : state.records.agent.get(agentId);
  return {
    hostname: offer?.hostname ?? agent?.host ?? task.taskId.host,
    port: agent?.port ?? agentPortDefault,
  };
}

/** The path below the sandbox; undefined when it leads out of it. */
function pathWithin(directory: string, path: string): string | undefined {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (names.pop() === undefined) return undefined;
    } else names.push(name);
  }
  return [directory, ...names].join("/");
}

function outside(path: string) {
  return refused(400, `${path} is not within the task's sandbox`);
}

/** Clients look for Singularity's words; ours say why. */
function problemOf(
  { problem, message }: Exclude<Fetched<unknown>, { readonly value: unknown }>,
  { hostname }: AgentAddress,
): Outcome<never> {
  return refused(
    404,
    problem === "notFound"
      ? message
      : `Slave @ ${hostname} was not found, it is probably offline (${message})`,
  );
}

const browse = route({
  method: "GET",
  path: "/sandbox/{taskId}/browse",
  summary: "The files of a task's sandbox",
  access: mayReadTask,
  query: { path: one(text) },
  answer: sandboxShape,
  async handle(call): Promise<Outcome<Sandbox>> {
    const place = await placeOf(call);
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
    const place = await placeOf(call);
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
    return found.problem === undefined ? { value: found.value } : problemOf(found, agent);
  },
});

/** A file by its whole path: only below the sandbox of a task that the caller may read. */
function downloadRoute(name: "download" | "open"): Route {
  return route({
    method: "GET",
    path: `/tasks/${name}`,
    summary: name === "download" ? "A file, to be saved" : "A file, to be looked at",
    access: asked("READ of the task in whose sandbox the file is"),
    query: { slaveHostname: one(text), agentHostname: one(text), path: needed(text) },
    async handle(call) {
      const { path, agentHostname, slaveHostname } = call.query;
      const hostname = agentHostname ?? slaveHostname;
      if (hostname === undefined) return refused(400, "query parameter agentHostname is missing");
      const task = taskOfPath(call.state, hostname, path);
      if (task === undefined) {
        return refused(404, `No task whose sandbox has ${path} runs on ${hostname}`);
      }
      const forbidden = call.permit(task.requestId, "READ");
      if (forbidden !== undefined) return forbidden;
      const agent = { hostname, port: task.port };
      const file = await call.context.files.download(agent, task.path, call.http.signal);
      if (file.problem !== undefined) return problemOf(file, agent);
      const fileName = path.split("/").at(-1) ?? path;
      const headers =
        name === "download" ? { "Content-Disposition": attachment(fileName) } : looked;
      return { response: { ...file.value, headers: { ...file.value.headers, ...headers } } };
    },
  });
}

/** A task may write what it likes: a page of its own must not act as if it were the scheduler's. */
const looked = {
  "Content-Disposition": "inline",
  "Content-Security-Policy": "sandbox",
  "X-Content-Type-Options": "nosniff",
};

/** RFC 6266: a name for those who read ASCII only, and all of it for the others. */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^ -~]|["\\%]/g, "_");
  const encoded = encodeURIComponent(fileName.toWellFormed()).replace(/['()*]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** PERF: O(tasks of the agent). */
function taskOfPath(state: SchedulerState, hostname: string, path: string) {
  const normal = pathWithin("", path);
  if (normal === undefined) return undefined;
  for (const { id, host, port = agentPortDefault } of state.records.agent.values()) {
    if (host !== hostname) continue;
    for (const { directory, taskId } of state.tasksOn.get(id)?.values() ?? []) {
      if (directory !== undefined && normal.startsWith(`${directory.replace(/\/+$/, "")}/`)) {
        return { requestId: taskId.requestId, port, path: normal };
      }
    }
  }
  return undefined;
}

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
  ...[browse, read, statistics, downloadRoute("download"), downloadRoute("open")],
  ...[trackTask, trackRun, logsOfTask, logsOfRequest, searchLogs],
  alias(logsOfRequest, { path: "/logs/request/{requestId}/deploy/{deployId}" }),
];
