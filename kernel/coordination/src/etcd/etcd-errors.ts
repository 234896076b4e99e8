/**
 * What an answer of etcd, or none, means for whoever called: the codes of `coordination.ts`.
 *
 * Nothing here looks at a message's text but where etcd has one gRPC status for several cases; those
 * texts are constants of its API (etcd 3.4, etcdserver/api/v3rpc/rpctypes/error.go).
 */

import { CodedError } from "@tavola/base";
import type { ErrorAnswer } from "./etcd-messages.ts";

/**
 * retry: certainly nothing was done, and another member may do it. unknown: it may have been done.
 * token: our token is no longer known. final: what `error` says.
 */
export type Failure =
  | { readonly kind: "retry" | "unknown" | "token"; readonly error: CodedError }
  | { readonly kind: "final"; readonly error: CodedError };

const status = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  outOfRange: 11,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** What a server answers that has no such path. */
const notThere = 404;

/** Texts that tell apart what has the same status. */
const texts = {
  noLeader: "etcdserver: no leader",
  wrongPassword: "etcdserver: authentication failed, invalid user ID or password",
  noUser: "etcdserver: user name is empty",
  oldToken: "etcdserver: revision of authorization in context is old",
  authOff: "etcdserver: authentication is not enabled",
  tooLarge: "etcdserver: request is too large",
  tooManyOperations: "etcdserver: too many operations in txn request",
  full: "etcdserver: mvcc: database space exceeded",
  corrupt: "etcdserver: corrupt cluster",
} as const;

/** etcd's answer with a status other than 200. */
export function failureOfAnswer(server: string, answer: ErrorAnswer): Failure {
  const said = answer.message ?? answer.error ?? "no reason given";
  const details = { server, said, status: answer.code };
  const failure = (
    kind: Failure["kind"],
    code: string,
    text: string,
    transient = false,
  ): Failure => ({ kind, error: new CodedError(code, text, details, { transient }) });
  const text = `etcd at ${server}: ${said}`;

  if (answer.code === undefined && answer.httpStatus === notThere) {
    const way = "it was started with --enable-grpc-gateway=false, or is no etcd 3.4 or later";
    return failure("final", "UNAVAILABLE", `etcd at ${server} has no /v3 API in JSON; ${way}`);
  }
  if (said === texts.wrongPassword) {
    return failure("final", "UNAUTHORIZED", `etcd at ${server} refuses the user or its password`);
  }
  if (said === texts.noUser) {
    const way = "name a user: etcd://user:password@host:port/path";
    return failure("final", "UNAUTHORIZED", `etcd at ${server} asks for a user; ${way}`);
  }
  if (said === texts.authOff) return failure("final", "AUTH_OFF", text);
  if (said === texts.oldToken || answer.code === status.unauthenticated) {
    return failure("token", "UNAUTHORIZED", text);
  }
  if (answer.code === status.permissionDenied) {
    const way = 'its role needs read and write on keys that begin with "tavola/"';
    return failure("final", "UNAUTHORIZED", `etcd at ${server} denies this user the keys; ${way}`);
  }
  if (said === texts.tooLarge || said === texts.tooManyOperations) {
    return failure("final", "TOO_LARGE", text);
  }
  if (said === texts.full) {
    const way =
      "compact and defragment it, raise --quota-backend-bytes, then `etcdctl alarm disarm`";
    return failure("final", "UNAVAILABLE", `etcd at ${server} is full; ${way}`);
  }
  if (said === texts.corrupt) return failure("final", "CORRUPT", text);
  if (answer.code === status.notFound) return failure("final", "NOT_FOUND", text);
  if (answer.code === status.outOfRange) return failure("final", "OUT_OF_RANGE", text);
  if (said === texts.noLeader || answer.code === status.resourceExhausted) {
    return failure("retry", "UNAVAILABLE", text, true);
  }
  if (answer.code === status.invalidArgument || answer.code === status.failedPrecondition) {
    return failure("final", "UNAVAILABLE", text);
  }
  return failure("unknown", "UNAVAILABLE", text, true);
}

/** No whole answer came. `cause`: what the HTTP client threw. */
export function failureOfTransport(server: string, cause: unknown): Failure {
  const refused = cause instanceof CodedError && cause.code === "CONNECTION_REFUSED";
  const gaveUp = cause instanceof CodedError && cause.code === "ABORTED";
  const text = gaveUp
    ? `etcd at ${server} did not answer in time`
    : `cannot reach etcd at ${server}`;
  const options = { cause: gaveUp ? undefined : cause, transient: true };
  const error = new CodedError("UNAVAILABLE", text, { server }, options);
  return { kind: refused ? "retry" : "unknown", error };
}
