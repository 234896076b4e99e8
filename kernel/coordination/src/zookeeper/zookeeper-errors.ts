/**
 * ZooKeeper's error numbers, and which of our coded errors each becomes.
 *
 * Source: `KeeperException.Code`. Those that a transaction or a read answers with (no node, node
 * exists, bad version, not empty) are outcomes and no errors; whoever calls looks for them first.
 */

import { CodedError } from "@tavola/base";

export const zkErrors = {
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  noChildrenForEphemerals: -108,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  authFailed: -115,
  sessionMoved: -118,
} as const;

const names: Readonly<Record<number, string>> = {
  [-1]: "system error",
  [-2]: "runtime inconsistency",
  [-3]: "data inconsistency",
  [-4]: "connection loss",
  [-5]: "marshalling error",
  [-6]: "unimplemented",
  [-7]: "operation timeout",
  [-8]: "bad arguments",
  [-13]: "new configuration without quorum",
  [-14]: "reconfiguration in progress",
  [zkErrors.noNode]: "no node",
  [zkErrors.noAuth]: "not authorized",
  [zkErrors.badVersion]: "bad version",
  [zkErrors.noChildrenForEphemerals]: "no children for ephemerals",
  [zkErrors.nodeExists]: "node exists",
  [zkErrors.notEmpty]: "not empty",
  [zkErrors.sessionExpired]: "session expired",
  [-113]: "invalid callback",
  [-114]: "invalid ACL",
  [zkErrors.authFailed]: "authentication failed",
  [zkErrors.sessionMoved]: "session moved",
  [-119]: "read-only server",
  [-124]: "session closed and SASL authentication required",
  [-125]: "quota exceeded",
  [-127]: "throttled",
};

/** A server's refusal of a call, as it came. Callers in this folder look at `error`; none leaves it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly error: number;

  constructor(call: string, error: number) {
    super(`ZooKeeper refused ${call}: ${errorName(error)}`);
    this.error = error;
  }
}

/** In ZooKeeper's own words, for logs and messages. */
function errorName(error: number): string {
  return names[error] ?? `error ${error}`;
}

export interface RefusedCall {
  /** What was to be done, to go on "cannot …": `create "/mesos"`. */
  readonly what: string;
  readonly path: string;
  /** The store's description, without passwords. */
  readonly store: string;
  /** Whom we said we are; undefined for nobody. */
  readonly user: string | undefined;
  /** Who may do what at the path, where that is known. */
  readonly rights?: string;
}

/** The sentence for a refusal that is no outcome, with the way out where there is one. */
export function refusalError(error: number, call: RefusedCall): CodedError {
  const { what, path, store, user, rights } = call;
  const details = { path, store, error: errorName(error) };
  const start = `cannot ${what} in ${store}`;
  if (error === zkErrors.noAuth) {
    const who = user === undefined ? "nobody (no user:password in the URL)" : `"${user}"`;
    const allowed = rights === undefined ? "" : ` (allowed: ${rights})`;
    const message = `${start}: it is not open to ${who}${allowed}; give the user and password that it was made with, zk://user:password@…, or use another path`;
    return new CodedError("UNAUTHORIZED", message, details);
  }
  if (error === zkErrors.noChildrenForEphemerals) {
    const message = `${start}: a node in the way belongs to somebody's session and can hold nothing; use another path`;
    return new CodedError("BAD_PATH", message, details);
  }
  if (error === zkErrors.sessionMoved) {
    const message = `${start}: the session moved to another server`;
    return new CodedError("UNAVAILABLE", message, details, { transient: true });
  }
  return new CodedError("UNAVAILABLE", `${start}: ${errorName(error)}`, details, {
    transient: true,
  });
}

/** Nothing was done. `why` goes on after a colon. */
export function unavailableError(store: string, why: string): CodedError {
  const message = `${store} does not answer: ${why}`;
  return new CodedError("UNAVAILABLE", message, { store }, { transient: true });
}

export function outcomeUnknownError(store: string, why: string): CodedError {
  const message = `whether ${store} took the write is unknown: ${why}`;
  return new CodedError("OUTCOME_UNKNOWN", message, { store }, { transient: true });
}

export function expiredError(store: string): CodedError {
  const message = `the session with ${store} is over: it had not heard from us in time`;
  return new CodedError("SESSION_EXPIRED", message, { store });
}

export function closedError(store: string): CodedError {
  return new CodedError("CLOSED", `${store} was closed here`, { store });
}

export function authFailedError(store: string, user: string | undefined): CodedError {
  const message = `${store} does not accept the user and password given (user "${user ?? ""}")`;
  return new CodedError("UNAUTHORIZED", message, { store });
}
