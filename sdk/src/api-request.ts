/**
 * One call to a v1 API over HTTP: encoding, headers, and what an answer that is no success means.
 *
 * Owns the mapping of status codes to `CodedError`s. Knows neither leaders nor retries.
 */

import { CodedError, type Result } from "@tavola/base";
import type { HttpClient, HttpClientResponse } from "@tavola/host";
import {
  decodeMessage,
  encodeBody,
  type MessageFormat,
  type MessageType,
  mediaTypes,
  parseMessageJson,
} from "@tavola/protocol";

export interface ApiRequest<T> {
  readonly url: string;
  readonly type: MessageType<T>;
  readonly call: T;
  readonly format: MessageFormat;
  readonly headers?: Readonly<Record<string, string>>;
  /** As in `HttpClientRequest`. */
  readonly isIdempotent?: boolean;
  readonly signal?: AbortSignal;
}

export function decodeAs<T>(
  format: MessageFormat,
  type: MessageType<T>,
  bytes: Uint8Array,
): Result<T> {
  return format === "json"
    ? parseMessageJson(type, Buffer.from(bytes).toString("utf8"))
    : decodeMessage(type, bytes);
}

/** Resolves with whatever the peer answers; rejects with the HTTP client's CodedErrors. */
export function sendCall<T>(http: HttpClient, request: ApiRequest<T>): Promise<HttpClientResponse> {
  const mediaType = mediaTypes[request.format];
  return http.request({
    method: "POST",
    url: request.url,
    headers: { ...request.headers, "content-type": mediaType, accept: mediaType },
    body: encodeBody(request.type, request.format, request.call),
    ...(request.isIdempotent === undefined ? {} : { isIdempotent: request.isIdempotent }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
}

/**
 * The error for an answer that is not a success. Consumes the body.
 *
 * UNAVAILABLE (503; transient), CALL_REFUSED (other 4xx, 501), SERVER_FAILED (other 5xx). `details`
 * has `status`, `call` and `reason`, the peer's own words.
 */
export async function refusalOf(call: string, response: HttpClientResponse): Promise<CodedError> {
  const { status } = response;
  const reason = Buffer.from(await response.body())
    .toString("utf8")
    .trim();
  const code =
    status === 503
      ? "UNAVAILABLE"
      : status < 500 || status === 501
        ? "CALL_REFUSED"
        : "SERVER_FAILED";
  return new CodedError(
    code,
    `${call} was answered ${status}${reason === "" ? "" : `: ${reason}`}`,
    { status, call, reason },
    { transient: status === 503 },
  );
}
