/**
 * Requests to a handler without a socket, and what came back as text.
 */

import type { HttpHandler, HttpRequest, StreamSink } from "@tavola/host";

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Set when the answer is a stream. */
  readonly stream: ((sink: StreamSink) => void) | undefined;
}

/** `target` is a path with a query, if any. */
export async function ask(
  handle: HttpHandler,
  target: string,
  { method = "GET", headers = {}, body = "" }: Asked = {},
): Promise<Answer> {
  const [path = "/", query = ""] = target.split("?");
  const request: HttpRequest = {
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    remoteAddress: "127.0.0.1",
    body: async () => Buffer.from(body),
    signal: new AbortController().signal,
  };
  const response = await handle(request);
  const bytes = await bodyOf(response);
  return {
    status: response.status,
    headers: response.headers ?? {},
    text: bytes.toString(),
    bytes,
    stream: "stream" in response ? response.stream : undefined,
  };
}

async function bodyOf(response: Awaited<ReturnType<HttpHandler>>): Promise<Buffer> {
  if ("pull" in response) return Buffer.concat(await Array.fromAsync(response.pull));
  return "body" in response ? Buffer.from(response.body ?? "") : Buffer.alloc(0);
}

export async function post(handle: HttpHandler, path: string, call: unknown): Promise<Answer> {
  return await ask(handle, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof call === "string" ? call : JSON.stringify(call),
  });
}
