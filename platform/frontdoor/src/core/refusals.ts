/**
 * What the front door itself answers when it cannot hand a request on: the same from every data plane.
 * None of it repeats what the client sent.
 */

import type { Decision } from "./decide.ts";
import type { ServiceName } from "./rule.ts";

export interface Refusal {
  readonly status: number;
  /** Plain text, one line. */
  readonly body: string;
  /** For `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** For metrics and the access log. */
  readonly failure: string;
}

const retryAfterSeconds = 5;

export function noRule({ why }: Extract<Decision, { readonly rule: undefined }>): Refusal {
  if (why === "no line") {
    return { status: 404, body: "no rule takes this request\n", failure: "no rule" };
  }
  if (why === "rewritten out of its path") {
    return { status: 400, body: "the path leads out of where it is rewritten to\n", failure: why };
  }
  return { status: 500, body: "too many rules rewrite this request\n", failure: why };
}

export function noInstance(service: ServiceName): Refusal {
  const failure = `no instance of ${service}`;
  return { status: 503, body: `${failure}\n`, retryAfterSeconds, failure };
}

export function rateExceeded(line: number): Refusal {
  return {
    status: 429,
    body: "too many requests a second\n",
    retryAfterSeconds: 1,
    failure: `rate of line ${line}`,
  };
}

export function concurrencyExceeded(line: number): Refusal {
  return {
    status: 503,
    body: "too many requests at once\n",
    retryAfterSeconds: 1,
    failure: `concurrency of line ${line}`,
  };
}

export function bodyTooLarge(line: number): Refusal {
  return { status: 413, body: "the body is too large\n", failure: `max-body of line ${line}` };
}

export function upstreamFailed(service: ServiceName, failure: string): Refusal {
  return { status: 502, body: `${service} did not answer properly\n`, failure };
}

export function upstreamTimedOut(service: ServiceName): Refusal {
  return {
    status: 504,
    body: `${service} did not answer in time\n`,
    failure: `${service} did not answer in time`,
  };
}
