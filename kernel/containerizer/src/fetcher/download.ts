/**
 * HTTP and HTTPS downloads into an open file: redirects, and giving up on a stalled one.
 */

import type { FileHandle } from "node:fs/promises";
import { CodedError } from "@tavola/base";
import type { Clock, HttpClient, HttpClientRequest, HttpClientResponse } from "@tavola/host";

export interface DownloadOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** Without a byte for so long, it is given up. */
  readonly stallMsMax: number;
  readonly signal: AbortSignal;
}

const redirectsMax = 20;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Rejects with CodedError DOWNLOAD_FAILED, whose message says why. */
export async function download(
  url: string,
  file: FileHandle,
  options: DownloadOptions,
): Promise<void> {
  const stall = new AbortController();
  const signal = AbortSignal.any([options.signal, stall.signal]);
  let timer = watch();
  function watch(): { cancel(): void } {
    return options.clock.after(options.stallMsMax, () => stall.abort());
  }
  try {
    const response = await follow(url, options.http, signal);
    for await (const chunk of response.chunks()) {
      timer.cancel();
      await writeAll(file, chunk);
      timer = watch();
    }
  } catch (cause) {
    if (!stall.signal.aborted) throw failedBecause(cause);
    const seconds = options.stallMsMax / 1000;
    throw downloadFailed(`Error downloading resource: nothing came for ${seconds} s`);
  } finally {
    timer.cancel();
  }
}

async function follow(
  url: string,
  http: HttpClient,
  signal: AbortSignal,
): Promise<HttpClientResponse> {
  let at = url;
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const response = await http.request({ method: "GET", ...credentialsApart(at), signal });
    const { location } = response.headers;
    if (!redirectStatuses.has(response.status) || location === undefined) {
      if (response.status === 200) return response;
      await response.body();
      throw downloadFailed(
        `Error downloading resource, received HTTP return code ${response.status}`,
      );
    }
    await response.body();
    const next = URL.parse(location, at);
    if (next === null || !/^https?:$/.test(next.protocol)) {
      throw downloadFailed(`Error downloading resource: it redirects to '${location}'`);
    }
    at = next.href;
  }
  throw downloadFailed(`Error downloading resource: more than ${redirectsMax} redirects`);
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < chunk.length) {
    offset += (await file.write(chunk, offset)).bytesWritten;
  }
}

/** A password in the URL goes where HTTP wants it, and into no message of ours. */
function credentialsApart(url: string): Pick<HttpClientRequest, "url" | "headers"> {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === "" && password === "") return { url };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  parsed.username = "";
  parsed.password = "";
  const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
  return { url: parsed.href, headers: { authorization } };
}

function failedBecause(cause: unknown): CodedError {
  if (cause instanceof CodedError && cause.code === "DOWNLOAD_FAILED") return cause;
  return new CodedError("DOWNLOAD_FAILED", "Error downloading resource", {}, { cause });
}

function downloadFailed(message: string): CodedError {
  return new CodedError("DOWNLOAD_FAILED", message);
}
