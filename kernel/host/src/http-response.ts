/**
 * Writes a handler's response to the wire.
 *
 * Owns the rules that Mesos keeps for every response: `Date` always, `Content-Length` unless it is a
 * stream, text as `text/plain; charset=utf-8` unless said otherwise, gzip when the client admits it
 * and the body is worth it. A header that Node deems illegal (a line break in it) never reaches the
 * wire: the write throws before a byte is sent, and the server answers 500 instead.
 */

import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { constants, gzip as gzipCallback } from "node:zlib";
import { acceptsEncoding } from "./accept-headers.ts";
import type { HttpResponse, PlainResponse, PulledResponse, StreamingResponse } from "./http.ts";
import { createStreamSink } from "./http-stream-sink.ts";

const gzip = promisify(gzipCallback);

/** Mesos's GZIP_MINIMUM_BODY_LENGTH. */
const gzipBodyBytesMin = 1024;

const empty = Buffer.alloc(0);

export interface ResponseContext {
  readonly method: string;
  readonly acceptEncoding: string | undefined;
  readonly streamBufferBytesMax: number;
  /** Tells when the client is gone. */
  readonly onGone: (run: () => void) => void;
}

/** Resolves once the response was handed to the socket. Rejects when the headers are illegal. */
export async function writeResponse(
  out: ServerResponse,
  response: HttpResponse,
  context: ResponseContext,
): Promise<void> {
  if ("stream" in response) writeStream(out, response, context);
  else if ("pull" in response) await writePulled(out, response, context);
  else await writePlain(out, response, context);
}

function writeStream(
  out: ServerResponse,
  response: StreamingResponse,
  context: ResponseContext,
): void {
  out.writeHead(response.status, { ...response.headers });
  if (context.method === "HEAD") {
    out.end();
    return;
  }
  response.stream(
    createStreamSink(out, { bufferBytesMax: context.streamBufferBytesMax, onGone: context.onGone }),
  );
  // PERF: after the callback, so that what it writes leaves with the headers in one system call.
  if (!out.writableEnded) out.flushHeaders();
}

/**
 * For a response that nobody will get: its source lets go of what it holds. A generator that was
 * never asked does not run its `finally`, so it is asked once.
 */
export async function dismissResponse(response: HttpResponse): Promise<void> {
  if (!("pull" in response)) return;
  const source = response.pull[Symbol.asyncIterator]();
  await source.next();
  await source.return?.();
}

async function writePulled(
  out: ServerResponse,
  response: PulledResponse,
  context: ResponseContext,
): Promise<void> {
  out.writeHead(response.status, { ...response.headers });
  if (context.method === "HEAD") {
    await dismissResponse(response);
    out.end();
    return;
  }
  await pipeline(response.pull, out);
}

async function writePlain(
  out: ServerResponse,
  response: PlainResponse,
  context: ResponseContext,
): Promise<void> {
  const { status, headers, body } = await preparePlain(response, context.acceptEncoding);
  if (isBodiless(status)) {
    out.writeHead(status, headers).end();
    return;
  }
  out.writeHead(status, { ...headers, "Content-Length": body.length });
  if (context.method === "HEAD" || body.length === 0) out.end();
  else out.end(body);
}

/** With the body's type and compression decided; no length yet. */
export async function preparePlain(
  response: PlainResponse,
  acceptEncoding: string | undefined,
): Promise<{
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}> {
  const { status } = response;
  const headers: Record<string, string> = { ...response.headers };
  const body = bytesOf(response.body);
  if (typeof response.body === "string" && !hasHeader(headers, "content-type")) {
    headers["Content-Type"] = "text/plain; charset=utf-8";
  }
  const isWorthIt = body.length >= gzipBodyBytesMin && acceptsEncoding(acceptEncoding, "gzip");
  if (!isWorthIt || hasHeader(headers, "content-encoding")) return { status, headers, body };
  headers["Content-Encoding"] = "gzip";
  return { status, headers, body: await gzip(body, { level: constants.Z_BEST_SPEED }) };
}

function bytesOf(body: Uint8Array | string | undefined): Uint8Array {
  if (body === undefined) return empty;
  return typeof body === "string" ? Buffer.from(body) : body;
}

/** RFC 9110: these never have a body, and 204 not even a length. */
function isBodiless(status: number): boolean {
  return status === 204 || status === 304 || status < 200;
}

function hasHeader(headers: Readonly<Record<string, string>>, lowerCaseName: string): boolean {
  for (const name of Object.keys(headers)) {
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return true;
  }
  return false;
}
