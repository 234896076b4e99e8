/**
 * Asks agents for files and measurements over HTTP, as any agent of Mesos answers.
 *
 * An agent that does not answer in time is told of as such; nothing is retried, because a person waits.
 */

import { describeError } from "@tavola/base";
import type { HttpClient, HttpClientResponse } from "@tavola/host";
import type { MesosTaskStatisticsObject } from "../core/model/answers.ts";
import { object, optional, required } from "../core/model/fields.ts";
import {
  mesosFileChunkObjectShape,
  mesosTaskStatisticsObjectShape,
} from "../core/model/sandbox-shape.ts";
import { list, parseText, type Shape, text, whole } from "../core/model/shape.ts";
import type { AgentAddress, AgentFile, Fetched, TaskFiles } from "./task-files.ts";

export interface AgentFilesOptions {
  readonly http: HttpClient;
  /** Until the headers of an answer are there. Default 2 s; Singularity's, too. */
  readonly timeoutMs?: number;
}

const agentFileShape: Shape<AgentFile> = object("AgentFile", {
  path: required(text),
  mode: required(text),
  mtime: required(whole),
  size: required(whole),
});

interface Monitored {
  readonly executor_id: string;
  readonly statistics?: MesosTaskStatisticsObject;
}

const monitoredShape: Shape<Monitored> = object("Monitored", {
  executor_id: required(text),
  statistics: optional(mesosTaskStatisticsObjectShape),
});

export function createAgentFiles({ http, timeoutMs = 2000 }: AgentFilesOptions): TaskFiles {
  async function get(
    { hostname, port }: AgentAddress,
    path: string,
    query: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Fetched<HttpClientResponse>> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    try {
      const response = await http.request({
        method: "GET",
        url: `http://${host}:${port}${path}?${new URLSearchParams(query)}`,
        signal: signal === undefined ? timeout : signal,
      });
      if (response.status === 200) return { value: response };
      const said = Buffer.from(await response.body())
        .toString()
        .slice(0, 200);
      if (response.status === 404) return { problem: "notFound", message: said };
      return unreachable(hostname, `it answered ${response.status}: ${said}`);
    } catch (error) {
      return unreachable(hostname, describeError(error));
    }
  }

  async function getJson<T>(
    agent: AgentAddress,
    path: string,
    query: Readonly<Record<string, string>>,
    shape: Shape<T>,
  ): Promise<Fetched<T>> {
    const response = await get(agent, path, query);
    if (response.problem !== undefined) return response;
    try {
      const said = Buffer.from(await response.value.body()).toString();
      const parsed = parseText(shape, said);
      return parsed.error === undefined
        ? { value: parsed.value }
        : unreachable(agent.hostname, parsed.error);
    } catch (error) {
      return unreachable(agent.hostname, describeError(error));
    }
  }

  return {
    browse: (agent, path) => getJson(agent, "/files/browse", { path }, list(agentFileShape)),
    read: (agent, path, { offset, length }) =>
      getJson(
        agent,
        "/files/read",
        {
          path,
          ...(offset === undefined ? {} : { offset: String(offset) }),
          ...(length === undefined ? {} : { length: String(length) }),
        },
        mesosFileChunkObjectShape,
      ),
    async download(agent, path, signal) {
      const response = await get(agent, "/files/download", { path }, signal);
      if (response.problem !== undefined) return response;
      const { headers } = response.value;
      const type = headers["content-type"] ?? "application/octet-stream";
      const length = headers["content-length"];
      return {
        value: {
          status: 200,
          headers: {
            "Content-Type": type,
            ...(length === undefined ? {} : { "Content-Length": length }),
          },
          pull: response.value.chunks(),
        },
      };
    },
    async statistics(agent, taskId) {
      const all = await getJson(agent, "/monitor/statistics", {}, list(monitoredShape));
      if (all.problem !== undefined) return all;
      const found = all.value.find(({ executor_id }) => executor_id === taskId)?.statistics;
      return found === undefined
        ? { problem: "notFound", message: `the agent runs no executor ${taskId}` }
        : { value: found };
    },
  };
}

function unreachable(hostname: string, why: string) {
  return {
    problem: "unreachable",
    message: `Slave @ ${hostname} was not found, it is probably offline (${why})`,
  } as const;
}
