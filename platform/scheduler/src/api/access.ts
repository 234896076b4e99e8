/**
 * Whether a row's access is granted: what the row says, asked of the rules of groups and scopes.
 *
 * A request that is not known (any more) is treated as one without groups: its history is open to
 * whoever may read such a request, and the row itself answers 404 for what is not there.
 */

import type { AuthorizationScope, UserAction } from "../core/model/enums.ts";
import type { User } from "../core/model/operations.ts";
import type { Request } from "../core/model/request.ts";
import { parsePendingTaskId, parseTaskId } from "../core/model/task-id.ts";
import type { Refusal } from "../core/turn.ts";
import { announce } from "../core/webhooks/announce.ts";
import type { ApiContext, Decider } from "./api-context.ts";
import { defaultUser } from "./auth/authenticate.ts";
import {
  type AskedScope,
  adminSentence,
  globalReaderSentence,
  readerSentence,
  requestSentence,
  userSentence,
} from "./auth/authorize.ts";
import type { Access } from "./route.ts";

export interface Rights {
  readonly user: User;
  readonly context: ApiContext;
  readonly engine: Decider | undefined;
  /** Why the user may not; undefined: he may. */
  sentence(request: Request, scope: AskedScope, action?: UserAction): string | undefined;
  /** For one of many: nothing is noted. */
  mayRead(request: Request): boolean;
}

export function rightsOf(caller: {
  readonly context: ApiContext;
  readonly engine: Decider | undefined;
  readonly user: User | undefined;
}): Rights {
  const { context, engine } = caller;
  const user = caller.user ?? defaultUser;
  const settings = context.auth;
  return {
    user,
    context,
    engine,
    sentence: (request, scope, action) =>
      requestSentence({
        user,
        settings,
        request,
        scope,
        action,
        onElevated: (used) => noteElevatedAccess(engine, user, request.id, used),
      }),
    mayRead: (request) => requestSentence({ user, settings, request, scope: "READ" }) === undefined,
  };
}

/** A request without groups where none of that id is known. */
export function requestOrNone(
  engine: Pick<Decider, "state"> | undefined,
  requestId: string,
): Request {
  const known = engine?.state.records.request.get(requestId)?.request;
  return known ?? { id: requestId, requestType: "WORKER" };
}

/** What a call names. */
export interface Named {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** Refused with 400 when the id of a task is none, else with 403. */
export function accessRefusal(
  access: Access,
  { parameters, query }: Named,
  rights: Rights,
): Refusal | undefined {
  const question = { user: rights.user, settings: rights.context.auth };
  switch (access.kind) {
    case "anybody":
      return undefined;
    case "user":
    case "filtered":
    case "asked":
      return forbidden(userSentence(question));
    case "reader":
      return forbidden(readerSentence(question));
    case "globalReader": {
      const requestId = access.orOfRequest && query.get(access.orOfRequest);
      if (requestId !== undefined && requestId !== null && requestId !== "") {
        return forbidden(rights.sentence(requestOrNone(rights.engine, requestId), "READ"));
      }
      return forbidden(globalReaderSentence(question));
    }
    case "admin":
      return forbidden(adminSentence(question));
    default: {
      const requestId = requestIdOf(access.kind, parameters[access.parameter] ?? "");
      if (requestId.error !== undefined) return { status: 400, message: requestId.error };
      const request = requestOrNone(rights.engine, requestId.value);
      return forbidden(rights.sentence(request, access.scope, access.action));
    }
  }
}

function forbidden(message: string | undefined): Refusal | undefined {
  return message === undefined ? undefined : { status: 403, message };
}

function requestIdOf(
  kind: "request" | "task" | "pendingTask",
  text: string,
): { readonly value: string; readonly error?: never } | { readonly error: string } {
  if (kind === "request") return { value: text };
  const id = kind === "task" ? parseTaskId(text) : parsePendingTaskId(text);
  if (id.error !== undefined) {
    const what = kind === "task" ? "taskId" : "pendingTaskId";
    return { error: `${text} is not a valid ${what}: ${id.error}` };
  }
  return { value: id.value.requestId };
}

/** Told to the webhooks that want to know; the call itself does not wait for it. */
function noteElevatedAccess(
  engine: Decider | undefined,
  user: User,
  requestId: string,
  scope: AuthorizationScope,
): void {
  engine
    ?.decide((turn) =>
      announce(turn, {
        type: "ELEVATED_ACCESS",
        requestId,
        body: { user: user.id, requestId, scope, createdAt: Math.floor(turn.now) },
      }),
    )
    // A scheduler that cannot write any more says so to the call itself.
    .catch(() => undefined);
}
