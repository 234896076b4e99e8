/**
 * Calls to an etcd cluster: to the member that answered last, and to the next when it does not.
 *
 * What only reads, or does no harm twice, is asked of one member after the other until the time is up.
 * A write is sent again only when it certainly was not done; otherwise it rejects with
 * OUTCOME_UNKNOWN. Owns the members' order, the user's token and the HTTP connections. Knows nothing
 * of sessions.
 */

import { CodedError, type Random, randomInt } from "@tavola/base";
import {
  type Clock,
  createHttpClient,
  type HttpClient,
  type HttpClientResponse,
} from "@tavola/host";
import type { StoreUrl } from "../store-url.ts";
import { type Failure, failureOfAnswer, failureOfTransport } from "./etcd-errors.ts";
import type { ErrorAnswer } from "./etcd-messages.ts";

export interface EtcdClientOptions {
  readonly url: StoreUrl;
  readonly clock: Clock;
  readonly random: Random;
  /** What one call may take, all its attempts together. */
  readonly callMs: number;
  /** What one member may take for what can be asked of another as well. */
  readonly attemptMs: number;
}

export interface CallOptions {
  /** "write": not to be done twice. */
  readonly kind: "read" | "write";
  /** Instead of the client's. */
  readonly callMs?: number;
  /** Waits behind no other calls: the session's own. */
  readonly isUrgent?: boolean;
}

/** Calls under way at a time; more wait their turn, in order. */
const callsMax = 64;
/** Answers are at most a few values. */
const bodyBytesMax = 256 * 1024 * 1024;
const retryPauseMs = 50;
/** New tokens that one call asks for before it gives up. */
const tokensMax = 3;

export class EtcdClient {
  readonly #options: EtcdClientOptions;
  readonly #http: HttpClient = createHttpClient({ bodyBytesMax });
  readonly #servers: readonly string[];
  readonly #closing = new AbortController();
  readonly #moves = new Set<() => void>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #current: number;
  #token: string | undefined;
  /** Shared by all calls that find the token gone. */
  #authenticating: Promise<void> | undefined;

  constructor(options: EtcdClientOptions) {
    this.#options = options;
    this.#servers = options.url.servers.map(({ host, port }) =>
      host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
    );
    this.#current = randomInt(options.random, this.#servers.length);
  }

  /** Where the next call goes. */
  get server(): string {
    return this.#servers[this.#current] as string;
  }

  /** Called whenever calls go to another member than before. */
  onMove(run: () => void): void {
    this.#moves.add(run);
  }

  /** Goes on to the next member, unless others did already. */
  leave(server: string): void {
    if (this.server !== server || this.#servers.length === 1) return;
    this.#current = (this.#current + 1) % this.#servers.length;
    for (const run of this.#moves) run();
  }

  /**
   * Rejects with UNAVAILABLE, UNAUTHORIZED, TOO_LARGE, CORRUPT, NOT_FOUND (a lease), CLOSED, and,
   * for writes, OUTCOME_UNKNOWN. Bounded by `callMs`.
   */
  async call<Answer>(path: string, body: object, options: CallOptions): Promise<Answer> {
    const until = this.#options.clock.now() + (options.callMs ?? this.#options.callMs);
    if (this.#closing.signal.aborted) throw closedError();
    if (options.isUrgent)
      return this.#callUntil<Answer>(path, JSON.stringify(body), options, until);
    await this.#turn();
    try {
      return await this.#callUntil<Answer>(path, JSON.stringify(body), options, until);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Opens a streaming call at the current member. Whoever reads it ends it by `signal`. */
  async stream(path: string, body: string, signal: AbortSignal): Promise<HttpClientResponse> {
    const server = this.server;
    if (this.#options.url.credentials !== undefined && this.#token === undefined) {
      await this.#authenticate(server);
    }
    const response = await this.#post(server, path, body, signal);
    if (response.status === 200) return response;
    const failure = failureOfAnswer(server, await errorOf(response));
    if (failure.kind === "token") this.#token = undefined;
    throw failure.error;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#http.close();
  }

  async #callUntil<Answer>(
    path: string,
    body: string,
    options: CallOptions,
    until: number,
  ): Promise<Answer> {
    let tokens = 0;
    for (let attempt = 1; ; attempt += 1) {
      const server = this.server;
      const result = await this.#attempt<Answer>(server, path, body, options, until);
      if ("answer" in result) return result.answer;
      const { failure } = result;
      if (this.#closing.signal.aborted) throw closedError();
      if (failure.kind === "final") throw failure.error;
      if (failure.kind === "token") {
        tokens += 1;
        if (tokens > tokensMax) throw failure.error;
        this.#token = undefined;
        continue;
      }
      this.leave(server);
      if (failure.kind === "unknown" && options.kind === "write") {
        throw new CodedError(
          "OUTCOME_UNKNOWN",
          `cannot tell whether etcd at ${server} did the write`,
          { server },
          { cause: failure.error, transient: true },
        );
      }
      const isRoundOver = attempt % this.#servers.length === 0;
      if (this.#options.clock.now() + retryPauseMs >= until) throw failure.error;
      if (isRoundOver) await this.#pause(retryPauseMs);
    }
  }

  async #attempt<Answer>(
    server: string,
    path: string,
    body: string,
    options: CallOptions,
    until: number,
  ): Promise<{ readonly answer: Answer } | { readonly failure: Failure }> {
    const left = until - this.#options.clock.now();
    if (left <= 0) return { failure: waitedTooLong(server) };
    const limitMs = options.kind === "write" ? left : Math.min(left, this.#options.attemptMs);
    const controller = new AbortController();
    const timer = this.#options.clock.after(limitMs, () => controller.abort());
    const signal = AbortSignal.any([controller.signal, this.#closing.signal]);
    try {
      if (this.#options.url.credentials !== undefined && this.#token === undefined) {
        await this.#authenticate(server);
      }
      const response = await this.#post(server, path, body, signal);
      if (response.status !== 200) {
        return { failure: failureOfAnswer(server, await errorOf(response)) };
      }
      return { answer: JSON.parse(Buffer.from(await response.body()).toString("utf8")) as Answer };
    } catch (error) {
      if (error instanceof TokenRefused) return { failure: error.failure };
      return { failure: failureOfTransport(server, error) };
    } finally {
      timer.cancel();
    }
  }

  #post(
    server: string,
    path: string,
    body: string,
    signal: AbortSignal,
  ): Promise<HttpClientResponse> {
    const headers: Record<string, string> = {
      "Content-Type": "application/json",
      // Watches of a member that lost its cluster end, instead of staying silent.
      "Grpc-Metadata-Hasleader": "true",
    };
    if (this.#token !== undefined && this.#token !== "") headers["Authorization"] = this.#token;
    return this.#http.request({
      method: "POST",
      url: `http://${server}${path}`,
      headers,
      body,
      signal,
    });
  }

  /** Gets a token; "" when etcd asks nobody who he is. Throws TokenRefused. */
  #authenticate(server: string): Promise<void> {
    this.#authenticating ??= this.#askForToken(server).finally(() => {
      this.#authenticating = undefined;
    });
    return this.#authenticating;
  }

  async #askForToken(server: string): Promise<void> {
    const { user, password } = this.#options.url.credentials ?? { user: "", password: "" };
    const body = JSON.stringify({ name: user, password });
    const signal = AbortSignal.any([
      AbortSignal.timeout(this.#options.attemptMs),
      this.#closing.signal,
    ]);
    const response = await this.#post(server, "/v3/auth/authenticate", body, signal).catch(
      (error: unknown) => {
        const { error: coded } = failureOfTransport(server, error);
        throw new TokenRefused({ kind: "retry", error: coded });
      },
    );
    if (response.status === 200) {
      const answer = JSON.parse(Buffer.from(await response.body()).toString("utf8"));
      this.#token = (answer as { token?: string }).token ?? "";
      return;
    }
    const failure = failureOfAnswer(server, await errorOf(response));
    if (failure.error.code === "AUTH_OFF") this.#token = "";
    else if (failure.kind === "final") throw new TokenRefused(failure);
    // Nothing was written yet, whatever it was that failed.
    else throw new TokenRefused({ kind: "retry", error: failure.error });
  }

  /** Waits until fewer than `callsMax` calls are under way. */
  async #turn(): Promise<void> {
    this.#running += 1;
    if (this.#running <= callsMax) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(ms, resolve));
  }
}

/** Carries the failure of the call for a token through the one it was for. */
class TokenRefused extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.error.message, { cause: failure.error });
    this.failure = failure;
  }
}

export function closedError(): CodedError {
  return new CodedError("CLOSED", "the connection to etcd was closed by its owner");
}

/** Its turn never came. */
function waitedTooLong(server: string): Failure {
  const text = `too many calls to etcd at ${server} are under way`;
  return { kind: "retry", error: new CodedError("UNAVAILABLE", text, { server }) };
}

async function errorOf(response: HttpClientResponse): Promise<ErrorAnswer> {
  const text = Buffer.from(await response.body()).toString("utf8");
  try {
    return { ...(JSON.parse(text) as ErrorAnswer), httpStatus: response.status };
  } catch {
    const message = `HTTP status ${response.status}: ${text.slice(0, 200)}`;
    return { message, httpStatus: response.status };
  }
}
