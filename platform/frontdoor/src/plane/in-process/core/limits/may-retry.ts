/**
 * Whether a request that failed may be tried on another instance.
 *
 * A connection that was not made has carried nothing, so any request may. Else the instance may have
 * begun to act: only what is the same when done twice (RFC 9110 9.2.2), nothing of whose body has
 * left us, and to which no answer has begun. A time-out is no reason: the instance still works on it.
 */

export type FailureKind = "connect" | "connect-timeout" | "closed" | "garbage" | "timeout";

const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

export function mayRetry(
  failure: FailureKind,
  request: { readonly method: string; readonly isBodySent: boolean },
): boolean {
  if (failure === "connect" || failure === "connect-timeout") return true;
  return failure === "closed" && !request.isBodySent && idempotent.has(request.method);
}
