/**
 * What is asked of agents themselves: files of sandboxes, where these are, and what tasks use.
 *
 * Agents speak Mesos's HTTP endpoints; the sandbox's directory, in particular, only they know.
 */

import { CodedError, describeError } from "@tavola/base";
import type { HttpClient, HttpClientResponse, HttpResponse } from "@tavola/host";
import type {
  AgentAddress,
  AgentFile,
  Directories,
  Fetched,
  TaskFiles,
} from "../api/task-files.ts";
import type { MesosFileChunkObject, MesosTaskStatisticsObject } from "../core/model/answers.ts";

export interface AgentHttpOptions {
  readonly http: HttpClient;
  /** Until an answer has begun. Default 5 s. */
  readonly timeoutMs?: number;
}

export class AgentHttp implements TaskFiles {
  readonly #http: HttpClient;
  readonly #timeoutMs: number;

  constructor({ http, timeoutMs = 5000 }: AgentHttpOptions) {
    this.#http = http;
    this.#timeoutMs = timeoutMs;
  }

  async browse(agent: AgentAddress, path: string): Promise<Fetched<readonly AgentFile[]>> {
    return this.#json<readonly AgentFile[]>(
      agent,
      `/files/browse?path=${encodeURIComponent(path)}`,
    );
  }

  async read(
    agent: AgentAddress,
    path: string,
    { offset, length }: { readonly offset?: number; readonly length?: number },
  ): Promise<Fetched<MesosFileChunkObject>> {
    const query = [
      `path=${encodeURIComponent(path)}`,
      ...(offset === undefined ? [] : [`offset=${offset}`]),
      ...(length === undefined ? [] : [`length=${length}`]),
    ];
    return this.#json<MesosFileChunkObject>(agent, `/files/read?${query.join("&")}`);
  }

  async download(
    agent: AgentAddress,
    path: string,
    signal: AbortSignal,
  ): Promise<Fetched<HttpResponse>> {
    const answer = await this.#ask(
      agent,
      `/files/download?path=${encodeURIComponent(path)}`,
      signal,
    );
    if (answer.problem !== undefined) return answer;
    const { status, headers } = answer.value;
    const kept = ["content-type", "content-length", "content-disposition"];
    return {
      value: {
        status,
        headers: Object.fromEntries(
          kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
        ),
        pull: answer.value.chunks(),
      },
    };
  }

  async statistics(
    agent: AgentAddress,
    taskId: string,
  ): Promise<Fetched<MesosTaskStatisticsObject>> {
    const all = await this.allStatistics(agent);
    if (all.problem !== undefined) return all;
    const found = all.value.get(taskId);
    return found === undefined
      ? { problem: "notFound", message: `the agent measures no task ${taskId}` }
      : { value: found };
  }

  /** Of every executor of the agent, by its source or id: for command tasks, the task's id. */
  async allStatistics(
    agent: AgentAddress,
  ): Promise<Fetched<ReadonlyMap<string, MesosTaskStatisticsObject>>> {
    const answer = await this.#json<readonly ExecutorStatistics[]>(agent, "/monitor/statistics");
    if (answer.problem !== undefined) return answer;
    const found = new Map<string, MesosTaskStatisticsObject>();
    for (const { executor_id: id, source, statistics } of answer.value) {
      if (source !== undefined && source !== "") found.set(source, statistics);
      found.set(id, statistics);
    }
    return { value: found };
  }

  /** The agent's own gauges and counters, by name. */
  async metrics(agent: AgentAddress): Promise<Fetched<Readonly<Record<string, number>>>> {
    return this.#json<Readonly<Record<string, number>>>(agent, "/metrics/snapshot");
  }

  async directories(agent: AgentAddress, frameworkId: string): Promise<Fetched<Directories>> {
    const answer = await this.#json<AgentState>(agent, "/state");
    if (answer.problem !== undefined) return answer;
    const found = new Map<string, string>();
    // On an agent where nothing of it runs any more, the framework itself counts as completed.
    const { frameworks = [], completed_frameworks: left = [] } = answer.value;
    for (const { id, executors = [], completed_executors: ended = [] } of [
      ...left,
      ...frameworks,
    ]) {
      if (id !== frameworkId) continue;
      for (const executor of [...ended, ...executors]) {
        found.set(executor.id, executor.directory);
        // Of an executor with tasks of its own: they share its sandbox.
        for (const task of executor.tasks ?? []) found.set(task.id, executor.directory);
      }
    }
    return { value: found };
  }

  async #json<T>(agent: AgentAddress, path: string): Promise<Fetched<T>> {
    const answer = await this.#ask(agent, path);
    if (answer.problem !== undefined) return answer;
    try {
      return { value: JSON.parse(Buffer.from(await answer.value.body()).toString()) as T };
    } catch (error) {
      return { problem: "unreachable", message: `${nameOf(agent)}: ${describeError(error)}` };
    }
  }

  async #ask(
    agent: AgentAddress,
    path: string,
    signal?: AbortSignal,
  ): Promise<Fetched<HttpClientResponse>> {
    const patience = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await this.#http.request({
        method: "GET",
        url: `http://${nameOf(agent)}${path}`,
        // A download may take long; only its beginning is waited for with patience.
        signal: signal ?? patience,
      });
      if (response.status === 200) return { value: response };
      const said = Buffer.from(await response.body())
        .toString()
        .trim();
      const problem = response.status === 404 ? "notFound" : "unreachable";
      return { problem, message: said === "" ? `HTTP ${response.status}` : said };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return { problem: "unreachable", message: `${nameOf(agent)}: ${describeError(error)}` };
    }
  }
}

function nameOf({ hostname, port }: AgentAddress): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

interface ExecutorStatistics {
  readonly executor_id: string;
  readonly source?: string;
  readonly statistics: MesosTaskStatisticsObject;
}

interface AgentState {
  readonly frameworks?: readonly FrameworkState[];
  readonly completed_frameworks?: readonly FrameworkState[];
}

interface FrameworkState {
  readonly id: string;
  readonly executors?: readonly ExecutorState[];
  readonly completed_executors?: readonly ExecutorState[];
}

interface ExecutorState {
  readonly id: string;
  readonly directory: string;
  readonly tasks?: readonly { readonly id: string }[];
}
