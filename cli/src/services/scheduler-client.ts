/**
 * The scheduler's API as the commands use it: JSON in and out, refusals as errors with its own words.
 */

import { userInfo } from "node:os";
import { CodedError } from "@tavola/base";
import { createHttpClient, type HttpClient } from "@tavola/host";
import type { Terminal } from "../terminal.ts";

/** For the usage texts. */
export const schedulerOptionHelp =
  "  --scheduler=URL      the scheduler, with its context path\n" +
  "                       (default: TAVOLA_SCHEDULER, http://127.0.0.1:7099/singularity)\n";

export interface SchedulerClient {
  /** The parsed answer; undefined when there is no such thing (404). */
  find<T>(path: string): Promise<T | undefined>;
  /** As `find`; rejects when there is no such thing. */
  get<T>(path: string): Promise<T>;
  /** Rejects with SCHEDULER_REFUSED and the scheduler's sentence. */
  call<T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T>;
  readonly url: string;
}

/** Opens a client for the while of `use`. */
export async function askScheduler<T>(
  option: string | undefined,
  terminal: Terminal,
  use: (scheduler: SchedulerClient) => Promise<T>,
): Promise<T> {
  const given = option ?? terminal.environment["TAVOLA_SCHEDULER"] ?? "";
  const url = (given === "" ? "http://127.0.0.1:7099/singularity" : given).replace(/\/+$/, "");
  if (!/^https?:\/\//.test(url)) {
    throw new CodedError("USAGE", `--scheduler is "${url}"; wanted http://HOST:PORT/singularity`);
  }
  const http = createHttpClient();
  try {
    return await use(new HttpSchedulerClient(url, http));
  } finally {
    await http.close();
  }
}

const unreachableCodes: ReadonlySet<string> = new Set(["CONNECTION_REFUSED", "CONNECTION_LOST"]);

class HttpSchedulerClient implements SchedulerClient {
  readonly url: string;
  readonly #http: HttpClient;

  constructor(url: string, http: HttpClient) {
    this.url = url;
    this.#http = http;
  }

  async find<T>(path: string): Promise<T | undefined> {
    const { status, text } = await this.#send("GET", path);
    return status === 404 ? undefined : this.#parsed<T>(status, text);
  }

  async get<T>(path: string): Promise<T> {
    const { status, text } = await this.#send("GET", path);
    return this.#parsed<T>(status, text);
  }

  async call<T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
    const asWhom = `${path.includes("?") ? "&" : "?"}user=${encodeURIComponent(userInfo().username)}`;
    const { status, text } = await this.#send(method, `${path}${asWhom}`, body);
    return this.#parsed<T>(status, text);
  }

  async #send(method: string, path: string, body?: unknown) {
    try {
      const response = await this.#http.request({
        method,
        url: `${this.url}/api${path}`,
        headers: { "content-type": "application/json", accept: "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: Buffer.from(await response.body()).toString() };
    } catch (error) {
      if (!(error instanceof CodedError) || !unreachableCodes.has(error.code)) throw error;
      throw new CodedError(
        "UNAVAILABLE",
        `no scheduler answers at ${this.url}; start one with \`tavola up\`, or name it with --scheduler=URL`,
      );
    }
  }

  #parsed<T>(status: number, text: string): T {
    if (status >= 200 && status < 300) return (text === "" ? undefined : JSON.parse(text)) as T;
    const reason = text.trim() === "" ? `HTTP ${status}` : text.trim();
    throw new CodedError("SCHEDULER_REFUSED", reason, { status });
  }
}
