/**
 * Calls of an operator API: one request, one answer, with the patience that a leader election asks for.
 *
 * Owns redirects (the body is sent again to the leader), passing over masters that do not answer, and
 * waiting while the answer is 503. Knows no particular call.
 */

import { CodedError } from "@tavola/base";
import type { HttpClientResponse } from "@tavola/host";
import type { MessageFormat, MessageType } from "@tavola/protocol";
import { decodeAs, refusalOf, sendCall } from "../api-request.ts";
import { backoffMs } from "../backoff.ts";
import type { LeaderDetector } from "../leader.ts";
import { delay } from "../subscription.ts";
import type { OpenWorld } from "../world.ts";

const redirectsMax = 5;
const backoff = { firstMs: 50, maxMs: 1000 } as const;

export interface ApiCallsOptions<Call, Response> {
  readonly detector: LeaderDetector;
  readonly callType: MessageType<Call>;
  readonly responseType: MessageType<Response>;
  readonly format: MessageFormat;
  /** How long a 503 is worth asking again. */
  readonly patienceMs: number;
  readonly world: OpenWorld;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

const apiPath = "/api/v1";

export class ApiCalls<Call extends { readonly type?: string }, Response> {
  readonly #options: ApiCallsOptions<Call, Response>;

  constructor(options: ApiCallsOptions<Call, Response>) {
    this.#options = options;
  }

  /** The answer's message; undefined when a success has no body. */
  async call(call: Call, options: CallOptions = {}): Promise<Response | undefined> {
    const response = await this.open(call, options.signal);
    const body = await response.body();
    if (body.length === 0) return undefined;
    const { format, responseType } = this.#options;
    const decoded = decodeAs(format, responseType, body);
    if (decoded.error === undefined) return decoded.value;
    throw new CodedError(
      "ANSWER_MALFORMED",
      `the answer to ${call.type} cannot be read: ${decoded.error}`,
    );
  }

  /** The 2xx answer, its body unread: for streams. */
  async open(call: Call, signal?: AbortSignal): Promise<HttpClientResponse> {
    const { world, patienceMs, detector } = this.#options;
    const givesUpAt = world.clock.now() + patienceMs;
    let failures = 0;
    for (let attempt = 0; ; attempt += 1) {
      let url: string | undefined;
      try {
        url = await detector.current(signal);
        return await this.#attempt(call, signal);
      } catch (error) {
        if (!(error instanceof CodedError) || !error.transient || signal?.aborted === true)
          throw error;
        if (url !== undefined) detector.failed(url);
        const isAway = error.code !== "UNAVAILABLE";
        if (isAway) failures += 1;
        if (isAway && failures >= detector.candidates) throw error;
        if (world.clock.now() >= givesUpAt) throw error;
        const isFixed = Number.isFinite(detector.candidates);
        if (!isAway || !isFixed)
          await delay(world.clock, backoffMs(attempt, backoff, world.random), signal);
      }
    }
  }

  async #attempt(call: Call, signal: AbortSignal | undefined): Promise<HttpClientResponse> {
    const { detector, world, callType, format } = this.#options;
    const name = call.type ?? "UNKNOWN";
    for (let hop = 0; hop <= redirectsMax; hop += 1) {
      const response = await sendCall(world.http, {
        url: (await detector.current(signal)) + apiPath,
        type: callType,
        call,
        format,
        ...(signal === undefined ? {} : { signal }),
      });
      if (response.status >= 200 && response.status < 300) return response;
      if (response.status !== 307) throw await refusalOf(name, response);
      await response.body();
      detector.redirected(response.headers["location"] ?? "");
    }
    throw new CodedError("REDIRECT_LOOP", `${name} was redirected ${redirectsMax + 1} times`);
  }
}
