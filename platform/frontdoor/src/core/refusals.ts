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

/** `more.failure`: what is more than the client is told. */
function refusal(
  status: number,
  text: string,
  more: Partial<Pick<Refusal, "failure" | "retryAfterSeconds">> = {},
): Refusal {
  return { status, body: `${text}\n`, failure: text, ...more };
}

export function noRule({ why }: Extract<Decision, { readonly rule: undefined }>): Refusal {
  if (why === "no line") {
    return refusal(404, "no rule takes this request", { failure: "no rule" });
  }
  if (why === "rewritten out of its path") {
    return refusal(400, "the path leads out of where it is rewritten to", { failure: why });
  }
  return refusal(500, "too many rules rewrite this request", { failure: why });
}

export function noInstance(service: ServiceName): Refusal {
  return refusal(503, `no instance of ${service}`, { retryAfterSeconds });
}

export function rateExceeded(line: number): Refusal {
  const failure = `rate of line ${line}`;
  return refusal(429, "too many requests a second", { failure, retryAfterSeconds: 1 });
}

export function concurrencyExceeded(line: number): Refusal {
  const failure = `concurrency of line ${line}`;
  return refusal(503, "too many requests at once", { failure, retryAfterSeconds: 1 });
}

export function bodyTooLarge(line: number): Refusal {
  return refusal(413, "the body is too large", { failure: `max-body of line ${line}` });
}

export function upstreamFailed(service: ServiceName, failure: string): Refusal {
  return refusal(502, `${service} did not answer properly`, { failure });
}

export function upstreamTimedOut(service: ServiceName): Refusal {
  return refusal(504, `${service} did not answer in time`);
}
