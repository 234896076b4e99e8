/**
 * Requests for tests of handlers, without a server.
 */

import type { HttpHandler, HttpRequest, HttpResponse } from "@tavola/host";

export interface RequestShape {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** `target` is a path with its query, as on the request line. Default method: GET. */
export function requestOf(target: string, shape: RequestShape = {}): HttpRequest {
  const [path = "/", query = ""] = target.split("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(shape.headers ?? {})) {
    headers[name.toLowerCase()] = value;
  }
  return {
    method: shape.method ?? "GET",
    path,
    query: new URLSearchParams(query),
    headers,
    remoteAddress: "127.0.0.1",
    body: async () => Buffer.from(shape.body ?? ""),
    signal: new AbortController().signal,
  };
}

export interface TextAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** A handler's plain answer, its body as bytes and as text. */
export async function ask(
  handle: HttpHandler,
  target: string,
  shape: RequestShape = {},
): Promise<TextAnswer> {
  const response: HttpResponse = await handle(requestOf(target, shape));
  if ("stream" in response || "pull" in response) throw new Error(`${target} answers a stream`);
  const bytes = Buffer.from(response.body ?? "");
  return { status: response.status, headers: response.headers ?? {}, bytes, text: `${bytes}` };
}
