/**
 * What is asked of agents themselves: files of sandboxes, where these are, and what tasks use.
 *
 * Agents speak Mesos's HTTP endpoints; the sandbox's directory, in particular, only they know. What
 * answers at an agent's address may be anything: what is not of the expected form is a `problem`, and
 * what of it cannot be read is left out.
 */

import { CodedError, describeError } from "@tavola/base";
import type { Clock, HttpClient, HttpClientResponse, HttpResponse } from "@tavola/host";
import type {
  AgentAddress,
  AgentFile,
  Directories,
  Fetched,
  TaskFiles,
} from "../api/task-files.ts";
import type { MesosFileChunkObject, MesosTaskStatisticsObject } from "../core/model/answers.ts";
import { bodyUpTo } from "./body-up-to.ts";
import { clipText } from "./clip-text.ts";

/** For an answer; of a download, until it has begun. */
const patienceMs = 5000;

const mebi = 1024 * 1024;
/** What is taken of an answer: several times what the largest agents say. */
const answerBytesMax = {
  /** 160 bytes a file. */
  "/files/browse": 32 * mebi,
  /** Agents give 64 KiB at a time. */
  "/files/read": 8 * mebi,
  /** 3 KiB a task. */
  "/monitor/statistics": 32 * mebi,
  "/metrics/snapshot": 8 * mebi,
  /** All tasks that it remembers. */
  "/state": 128 * mebi,
} as const;
type Asked = keyof typeof answerBytesMax;
const refusalBytesMax = 64 * 1024;

export interface AgentHttpOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
}

export class AgentHttp implements TaskFiles {
  readonly #http: HttpClient;
  readonly #clock: Clock;

  constructor({ http, clock }: AgentHttpOptions) {
    this.#http = http;
    this.#clock = clock;
  }

  async browse(agent: AgentAddress, path: string): Promise<Fetched<readonly AgentFile[]>> {
    const found = await this.#json(
      agent,
      `/files/browse?path=${encodeURIComponent(path)}`,
      listOf<AgentFile>,
    );
    if (found.problem !== undefined) return found;
    return { value: found.value.filter((file) => typeof file.path === "string") };
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
    return this.#json(agent, `/files/read?${query.join("&")}`, objectOf<MesosFileChunkObject>);
  }

  async download(
    agent: AgentAddress,
    path: string,
    signal: AbortSignal,
  ): Promise<Fetched<HttpResponse>> {
    const question = `/files/download?path=${encodeURIComponent(path)}`;
    // It may take long; only its beginning is waited for with patience.
    const answer = await this.#patiently((end) =>
      this.#ask(agent, question, AbortSignal.any([signal, end])),
    );
    if (answer.problem !== undefined) return answer;
    const { status, headers } = answer.value;
    const kept = ["content-type", "content-length"];
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
    const answer = await this.#json(agent, "/monitor/statistics", listOf<ExecutorStatistics>);
    if (answer.problem !== undefined) return answer;
    const found = new Map<string, MesosTaskStatisticsObject>();
    for (const { executor_id: id, source, statistics } of answer.value) {
      if (objectOf(statistics) === undefined) continue;
      if (source !== undefined && source !== "") found.set(source, statistics);
      found.set(id, statistics);
    }
    return { value: found };
  }

  /** The agent's own gauges and counters, by name. */
  async metrics(agent: AgentAddress): Promise<Fetched<Readonly<Record<string, number>>>> {
    const answer = await this.#json(agent, "/metrics/snapshot", objectOf<object>);
    if (answer.problem !== undefined) return answer;
    return {
      value: Object.fromEntries(
        Object.entries(answer.value).filter(([, value]) => Number.isFinite(value)),
      ),
    };
  }

  async directories(agent: AgentAddress, frameworkId: string): Promise<Fetched<Directories>> {
    const answer = await this.#json(agent, "/state", objectOf<AgentState>);
    if (answer.problem !== undefined) return answer;
    const found = new Map<string, string>();
    // On an agent where nothing of it runs any more, the framework itself counts as completed.
    const { frameworks, completed_frameworks: left } = answer.value;
    for (const framework of [...entries(left), ...entries(frameworks)]) {
      if (framework.id !== frameworkId) continue;
      const { executors, completed_executors: ended } = framework;
      for (const { id, directory, tasks } of [...entries(ended), ...entries(executors)]) {
        if (typeof directory !== "string") continue;
        found.set(id, directory);
        // Of an executor with tasks of its own: they share its sandbox.
        for (const task of entries(tasks)) found.set(task.id, directory);
      }
    }
    return { value: found };
  }

  #json<T>(
    agent: AgentAddress,
    path: Asked | `${Asked}?${string}`,
    read: (json: unknown) => T | undefined,
  ): Promise<Fetched<T>> {
    const bytesMax = answerBytesMax[path.split("?")[0] as Asked];
    return this.#patiently(async (end) => {
      const answer = await this.#ask(agent, path, end);
      if (answer.problem !== undefined) return answer;
      try {
        const value = read(JSON.parse((await bodyUpTo(answer.value, bytesMax)).toString()));
        if (value !== undefined) return { value };
        return {
          problem: "unreachable",
          message: `${nameOf(agent)}${path} is not what agents say`,
        };
      } catch (error) {
        return { problem: "unreachable", message: `${nameOf(agent)}: ${describeError(error)}` };
      }
    });
  }

  async #patiently<T>(run: (end: AbortSignal) => Promise<T>): Promise<T> {
    const end = new AbortController();
    const timer = this.#clock.after(patienceMs, () => end.abort());
    try {
      return await run(end.signal);
    } finally {
      timer.cancel();
    }
  }

  async #ask(
    agent: AgentAddress,
    path: string,
    signal: AbortSignal,
  ): Promise<Fetched<HttpClientResponse>> {
    try {
      const response = await this.#http.request({
        method: "GET",
        url: `http://${nameOf(agent)}${path}`,
        signal,
      });
      if (response.status === 200) return { value: response };
      const said = (await bodyUpTo(response, refusalBytesMax)).toString().trim();
      const problem = response.status === 404 ? "notFound" : "unreachable";
      return { problem, message: said === "" ? `HTTP ${response.status}` : clipText(said) };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return { problem: "unreachable", message: `${nameOf(agent)}: ${describeError(error)}` };
    }
  }
}

/** Undefined: it is none. */
function objectOf<T>(json: unknown): T | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as T)
    : undefined;
}

/** The objects of a list; undefined: it is none. */
function listOf<T>(json: unknown): readonly T[] | undefined {
  return Array.isArray(json) ? json.filter((each) => objectOf(each) !== undefined) : undefined;
}

/** Of what may be missing. */
function entries<T>(list: readonly T[] | undefined): readonly T[] {
  return listOf<T>(list) ?? [];
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
