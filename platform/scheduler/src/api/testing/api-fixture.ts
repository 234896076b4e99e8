/**
 * The API over a scheduler's state with nothing around it: calls are made as functions, every turn is
 * carried to its end, agents and history are made up.
 */

import {
  createHttpClient,
  createMetrics,
  type HttpRequest,
  silentLogger,
  systemClock,
} from "@tavola/host";
import { finishTurn } from "../../core/finish-turn.ts";
import type { Request } from "../../core/model/request.ts";
import type { SchedulerConfig } from "../../core/scheduler-config.ts";
import { fileRecord } from "../../core/state.ts";
import { Fixture } from "../../core/testing/fixture.ts";
import type { HistoryStore } from "../../history/history-store.ts";
import { createMemoryHistory } from "../../history/open-history.ts";
import type { ApiContext, Decider } from "../api-context.ts";
import { type ApiHandler, createApiHandler } from "../api-handler.ts";
import { type AuthSettings, defaultAuthSettings } from "../auth/auth-settings.ts";
import { apiRoutes } from "../routes.ts";
import type { TaskFiles } from "../task-files.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Fails when the text is none. */
  json<T = unknown>(): T;
}

export interface ApiFixtureOptions {
  readonly config?: Partial<SchedulerConfig>;
  readonly auth?: Partial<AuthSettings>;
  readonly context?: Partial<ApiContext>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ApiFixture {
  readonly core: Fixture;
  readonly history: HistoryStore;
  readonly context: ApiContext;
  /** What agents say of where sandboxes are. */
  readonly directories = new Map<string, string>();
  readonly #handler: ApiHandler;

  constructor({ config = {}, auth = {}, context = {} }: ApiFixtureOptions = {}) {
    this.core = new Fixture(config);
    this.history = createMemoryHistory();
    const engine = this.#decider();
    this.context = {
      contextPath: "/singularity",
      engine: () => engine,
      leaderUrl: () => "http://leader.example/singularity",
      http: createHttpClient(),
      history: this.history,
      auth: { ...defaultAuthSettings, ...auth },
      files: { ...fakeFiles, directories: async () => ({ value: this.directories }) },
      clock: systemClock(),
      logger: silentLogger,
      metrics: createMetrics(),
      hostState: () => ({
        master: true,
        uptime: 1,
        driverStatus: "DRIVER_RUNNING",
        hostAddress: "127.0.0.1",
        hostname: "here",
        mesosMaster: "master:5050",
        mesosConnected: true,
        offerCacheSize: 0,
        availableCachedCpus: 0,
        availableCachedMemory: 0,
      }),
      allowTestResourceCalls: false,
      ...context,
    };
    this.#handler = createApiHandler(this.context, apiRoutes);
  }

  #decider(): Decider {
    const { core } = this;
    return {
      state: core.state,
      config: core.config,
      get now() {
        return core.now;
      },
      trouble: undefined,
      decide: async (what) =>
        core.turn((turn) => {
          const result = what(turn);
          finishTurn(turn);
          return result;
        }),
    };
  }

  /** `target` is below `/singularity/api`, with its query. */
  async call(method: string, target: string, options: CallOptions = {}): Promise<Answer> {
    const url = new URL(`http://here/singularity/api${target}`);
    const { body } = options;
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    const request: HttpRequest = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: options.headers ?? {},
      remoteAddress: "127.0.0.1",
      body: async () => Buffer.from(text),
      signal: new AbortController().signal,
    };
    const response = await this.#handler(request);
    if (response === undefined) throw new Error(`${target} is not the API's`);
    const bytes: Uint8Array[] = [];
    if ("pull" in response) for await (const piece of response.pull) bytes.push(piece);
    else if ("body" in response && response.body !== undefined)
      bytes.push(Buffer.from(response.body as string));
    const said = Buffer.concat(bytes).toString();
    return {
      status: response.status,
      headers: response.headers ?? {},
      text: said,
      json: () => JSON.parse(said),
    };
  }

  /** Every request is held to its rules, as after a restart. A rule that throws fails the test. */
  touchAll(): void {
    this.core.turn((turn) => {
      for (const id of turn.state.records.request.keys()) turn.dirty(id);
      finishTurn(turn);
    });
  }

  addRequest(request: Partial<Request> & { readonly id: string }): void {
    fileRecord(this.core.state, "request", request.id, {
      request: { requestType: "SERVICE", ...request },
      state: "ACTIVE",
      timestamp: this.core.now,
    });
  }
}

const fakeFiles: Omit<TaskFiles, "directories"> = {
  browse: async (_agent, path) => ({
    value: [{ path: `${path}/stdout`, mode: "-rw-r--r--", mtime: 1, size: 12 }],
  }),
  read: async (_agent, path, { offset }) => {
    if (path.endsWith("/nothing")) return { problem: "notFound", message: "No such file" };
    return {
      value: offset === undefined ? { data: "", offset: 12 } : { data: "one\ntwo\nten\n", offset },
    };
  },
  download: async () => ({
    value: { status: 200, headers: { "Content-Type": "text/plain" }, body: "content" },
  }),
  statistics: async () => ({ value: { cpus_limit: 1, mem_rss_bytes: 1000, timestamp: 1 } }),
};
