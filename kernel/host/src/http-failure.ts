/**
 * What a client is told when a handler fails, and what the log says of it.
 */

import { CodedError, describeError } from "@tavola/base";
import type { Logger } from "./logger.ts";

const statusByCode: Readonly<Record<string, number>> = {
  BODY_TOO_LARGE: 413,
  BODY_MALFORMED: 400,
  BODY_TIMED_OUT: 408,
};

export interface FailedRequest {
  readonly method: string;
  readonly path: string;
  readonly isClientGone: boolean;
}

/** The handler threw, or its response cannot be written. */
export function failureResponse(
  logger: Logger,
  { method, path, isClientGone }: FailedRequest,
  error: unknown,
): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
} {
  const status = (error instanceof CodedError && statusByCode[error.code]) || 500;
  // What fails because nobody waits for it any more is no failure.
  if (isClientGone) {
    logger.debug({ method, path, error }, "HTTP client went away before it was answered");
  } else if (status === 500) {
    logger.error({ method, path, error }, "HTTP handler failed");
  }
  const headers = { "Content-Type": "text/plain; charset=utf-8" };
  return { status, headers, body: Buffer.from(describeError(error)) };
}
