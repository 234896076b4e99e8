/**
 * Files of sandboxes by their whole path, as links name them: of tasks that run, and of tasks that have
 * ended, for as long as their agent keeps them.
 */

import { text } from "../core/model/shape.ts";
import { parseTaskId } from "../core/model/task-id.ts";
import type { SchedulerState } from "../core/state.ts";
import { refused } from "../core/turn.ts";
import { asked, type Call, needed, one, type QueryTable, type Route, route } from "./route.ts";
import { type AnyCall, agentPortDefault, pathWithin, placeOf, problemOf } from "./sandbox-place.ts";
import type { AgentAddress } from "./task-files.ts";

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
      const found = taskOfPath(call.state, hostname, path) ?? (await endedTaskOfPath(call, path));
      if (found === undefined || !found.hostnames.includes(hostname)) {
        return refused(404, `No task whose sandbox has ${path} runs, or ran, on ${hostname}`);
      }
      const forbidden = call.permit(found.requestId, "READ");
      if (forbidden !== undefined) return forbidden;
      const { agent } = found;
      const file = await call.context.files.download(agent, found.path, call.http.signal);
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

interface SandboxFile {
  readonly requestId: string;
  readonly agent: AgentAddress;
  /** What the agent may be called. */
  readonly hostnames: readonly string[];
  readonly path: string;
}

/** PERF: O(tasks of the agent). */
function taskOfPath(
  state: SchedulerState,
  hostname: string,
  path: string,
): SandboxFile | undefined {
  const normal = pathWithin("", path);
  if (normal === undefined) return undefined;
  for (const { id, host, port = agentPortDefault } of state.records.agent.values()) {
    if (host !== hostname) continue;
    for (const { directory, taskId } of state.tasksOn.get(id)?.values() ?? []) {
      if (directory !== undefined && isBelow(directory, normal)) {
        const agent = { hostname, port };
        return { requestId: taskId.requestId, agent, hostnames: [hostname], path: normal };
      }
    }
  }
  return undefined;
}

/** Of a task that has ended the path itself says which it was: its executor has its id. */
async function endedTaskOfPath(
  call: AnyCall & Pick<Call<unknown, QueryTable>, "mayRead">,
  path: string,
): Promise<SandboxFile | undefined> {
  const normal = pathWithin("", path);
  const executorId = /\/executors\/([^/]+)\/runs\//.exec(normal ?? "")?.[1] ?? "";
  const { value: taskId } = parseTaskId(executorId);
  if (normal === undefined || taskId === undefined || !call.mayRead(taskId.requestId)) {
    return undefined;
  }
  const { value: place } = await placeOf(call, executorId);
  if (place === undefined || !isBelow(place.directory, normal)) return undefined;
  const { requestId, host } = taskId;
  const { agent } = place;
  return { requestId, agent, hostnames: [agent.hostname, host], path: normal };
}

function isBelow(directory: string, path: string): boolean {
  return path.startsWith(`${directory.replace(/\/+$/, "")}/`);
}

export const downloadRoutes: readonly Route[] = [downloadRoute("download"), downloadRoute("open")];
