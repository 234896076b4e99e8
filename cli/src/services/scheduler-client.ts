/**
 * The scheduler's API as the commands use it: JSON in and out, refusals as errors with its own words.
 */

import { userInfo } from "node:os";
import { CodedError } from "@tavola/base";
import { createHttpClient, type HttpClient } from "@tavola/host";
import type { Terminal } from "../terminal.ts";

/** Where the scheduler wants to know who calls: a token of its own, or all of an Authorization header. */
const tokenName = "TAVOLA_SCHEDULER_TOKEN";

/** A call that is not answered by then never will be. */
const answerMsMax = 60_000;

/** For the usage texts. */
export const schedulerOptionHelp =
  "  --scheduler=URL      the scheduler, with its context path\n" +
  "                       (default: TAVOLA_SCHEDULER, http://127.0.0.1:7099/singularity)\n";

export interface SchedulerClient {
  /** The parsed answer; undefined when there is no such thing (404). */
  find<T>(path: string): Promise<T | undefined>;
  /** As `find`; rejects when there is no such thing. */
  get<T>(path: string): Promise<T>;
  /**
   * Rejects with SCHEDULER_REFUSED and the scheduler's sentence. Of all three: transient where none leads
   * just now, and UNAVAILABLE, transient too, where nobody answers.
   */
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
    return await use(createSchedulerClient({ url, http, token: terminal.environment[tokenName] }));
  } finally {
    await http.close();
  }
}

const unreachableCodes: ReadonlySet<string> = new Set([
  "CONNECTION_REFUSED",
  "CONNECTION_LOST",
  "ABORTED",
]);

export interface SchedulerClientOptions {
  readonly url: string;
  readonly http: HttpClient;
  readonly token?: string | undefined;
}

export function createSchedulerClient(options: SchedulerClientOptions): SchedulerClient {
  return new HttpSchedulerClient(options);
}

class HttpSchedulerClient implements SchedulerClient {
  readonly url: string;
  readonly #http: HttpClient;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, http, token = "" }: SchedulerClientOptions) {
    this.url = url;
    this.#http = http;
    const authorization = token.includes(" ") ? token : `Token ${token}`;
    this.#headers = {
      "content-type": "application/json",
      accept: "application/json",
      ...(token === "" ? {} : { authorization }),
    };
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
    const { status, text } = await this.#send(method, path, body);
    return this.#parsed<T>(status, text);
  }

  async #send(method: string, path: string, body?: unknown) {
    const asWhom = `${path.includes("?") ? "&" : "?"}user=${encodeURIComponent(userInfo().username)}`;
    try {
      const response = await this.#http.request({
        method,
        url: `${this.url}/api${path}${asWhom}`,
        headers: this.#headers,
        signal: AbortSignal.timeout(answerMsMax),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: Buffer.from(await response.body()).toString() };
    } catch (error) {
      if (!(error instanceof CodedError) || !unreachableCodes.has(error.code)) throw error;
      throw new CodedError(
        "UNAVAILABLE",
        `no scheduler answers at ${this.url}; start one with \`tavola up\`, or name it with --scheduler=URL`,
        {},
        { transient: true },
      );
    }
  }

  #parsed<T>(status: number, text: string): T {
    if (status >= 200 && status < 300) return (text === "" ? undefined : JSON.parse(text)) as T;
    const reason = text.trim() === "" ? `HTTP ${status}` : text.trim();
    throw new CodedError("SCHEDULER_REFUSED", reason, { status }, { transient: status === 503 });
  }
}
