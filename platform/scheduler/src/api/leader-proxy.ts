/**
 * Passes a call on to the scheduler that leads, as it came, and its answer back.
 *
 * Only the leader holds the state, so every call but the few local ones goes to it. A call that has
 * been passed on once is not passed on again: two that take each other for the leader would play
 * ball with it.
 */

import { describeError } from "@tavola/base";
import type { HttpClient, HttpRequest, HttpResponse } from "@tavola/host";
import { textAnswer } from "./json-answer.ts";

/** Marks a call that has been passed on. */
const proxiedHeader = "x-tavola-proxied";

/** Of one connection, or decided by the client and server between themselves. */
const ownHeaders = new Set([
  ...["connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"],
  ...["host", "content-length", "content-encoding", "accept-encoding", "expect"],
]);

export interface Forwarding {
  readonly http: HttpClient;
  /** Context path included, no slash at its end. */
  readonly leaderUrl: string | undefined;
  /** Below the context path, with its query. */
  readonly target: string;
  /** Why nobody leads, as far as known. */
  readonly trouble: string | undefined;
}

export async function passOn(request: HttpRequest, to: Forwarding): Promise<HttpResponse> {
  if (to.leaderUrl === undefined) {
    const why = to.trouble === undefined ? "" : `: ${to.trouble}`;
    return textAnswer(503, `No scheduler leads at the moment${why}; try again in a few seconds`);
  }
  if (request.headers[proxiedHeader] !== undefined) {
    return textAnswer(
      503,
      "The scheduler that was taken for the leader does not lead (any more); try again in a few seconds",
    );
  }
  const body = await request.body();
  try {
    const response = await to.http.request({
      method: request.method,
      url: `${to.leaderUrl}${to.target}`,
      headers: { ...passedHeaders(request.headers), [proxiedHeader]: "true" },
      ...(body.byteLength > 0 ? { body } : {}),
      signal: request.signal,
    });
    return {
      status: response.status,
      headers: passedHeaders(response.headers),
      pull: response.chunks(),
    };
  } catch (error) {
    return textAnswer(
      503,
      `The leading scheduler at ${to.leaderUrl} did not answer: ${describeError(error)}`,
    );
  }
}

function passedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name)));
}
