/**
 * One call to a discovery server, answered whole within a bound.
 *
 * Knows neither retries nor which server to ask.
 */

import { CodedError } from "@tavola/base";
import type { OpenWorld } from "../world.ts";

export interface ServerCall {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  /** Shown to the server: what was announced with a key, nobody changes without it. */
  readonly key?: string;
  /** JSON. */
  readonly body?: string;
  readonly withinMs: number;
  readonly signal?: AbortSignal;
}

export interface ServerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Rejects with CodedErrors: those of the HTTP client, and NOT_ANSWERED (transient). */
export async function askServer(world: OpenWorld, call: ServerCall): Promise<ServerAnswer> {
  const { method, url, key, body, withinMs, signal } = call;
  const late = new AbortController();
  const timer = world.clock.after(withinMs, () => late.abort());
  const forward = (): void => late.abort();
  signal?.addEventListener("abort", forward, { once: true });
  if (signal?.aborted === true) forward();
  try {
    const response = await world.http.request({
      method,
      url,
      headers: {
        accept: "application/json",
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      // An announcement has its id, so that it may arrive twice; so may a withdrawal.
      isIdempotent: true,
      signal: late.signal,
      ...(body === undefined ? {} : { body }),
    });
    const text = Buffer.from(await response.body()).toString("utf8");
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    if (!late.signal.aborted || signal?.aborted === true) throw error;
    const seconds = Math.round(withinMs / 1000);
    const message = `${url} was not answered within ${seconds} s`;
    throw new CodedError("NOT_ANSWERED", message, { url }, { transient: true, cause: error });
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", forward);
  }
}

/** The error for an answer that is no success; 4xx but 404 and 429 are for good. */
export function refusalOfAnswer({ method, url }: ServerCall, answer: ServerAnswer): CodedError {
  const { status, text } = answer;
  const isRefusal = status >= 400 && status < 500 && ![404, 408, 410, 429].includes(status);
  const reason = reasonIn(text).slice(0, 500);
  return new CodedError(
    isRefusal ? "CALL_REFUSED" : "UNAVAILABLE",
    `${method} ${url} was answered ${status}${reason === "" ? "" : `: ${reason}`}`,
    { status, url, reason },
    { transient: !isRefusal },
  );
}

/** The server's own words: those of its JSON, or all it said. */
function reasonIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    if (typeof error === "string") return error;
  } catch {
    // Not all that answers is a discovery server.
  }
  return text.trim();
}

/** As a part of a call. */
export function keyed(key: string | undefined): { readonly key?: string } {
  return key === undefined ? {} : { key };
}
