/**
 * One row of the API: what is called, who may call it, what is understood and what is answered.
 *
 * A route is data as far as possible, so that one table serves the router, the checks of rights, the
 * OpenAPI document and the tests that walk all of it. What is left to the handler is the one thing that
 * only it can know.
 *
 * Owns the shape of rows and of calls; `api-handler.ts` carries a call through its stages.
 */

import type { Instant } from "@tavola/base";
import type { HttpRequest, HttpResponse } from "@tavola/host";
import type { DisabledActionType, UserAction } from "../core/model/enums.ts";
import type { User } from "../core/model/operations.ts";
import type { Request } from "../core/model/request.ts";
import type { Shape } from "../core/model/shape.ts";
import type { SchedulerConfig } from "../core/scheduler-config.ts";
import type { SchedulerState } from "../core/state.ts";
import type { Outcome, Refusal, Turn } from "../core/turn.ts";
import type { ApiContext } from "./api-context.ts";
import type { AskedScope } from "./auth/authorize.ts";
import type { LongList } from "./json-answer.ts";
import type { SizeLimits } from "./size-limits.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE" | "HEAD";

/** Who may call it. What a row says here is checked before its handler runs. */
export type Access =
  /** Anybody, without being asked who. */
  | { readonly kind: "anybody" }
  /** Whoever is known. */
  | { readonly kind: "user" }
  /** Only what the user may read is answered; the handler asks `mayRead` about each part. */
  | { readonly kind: "filtered" }
  /** Whoever may read about the cluster. */
  | { readonly kind: "reader" }
  /** Whoever may read about every request; or about the one that this query parameter names. */
  | { readonly kind: "globalReader"; readonly orOfRequest?: string }
  | { readonly kind: "admin" }
  /** Rights to the request that the path names, or whose task it names. */
  | {
      readonly kind: "request" | "task" | "pendingTask";
      readonly parameter: string;
      readonly scope: AskedScope;
      readonly action?: UserAction;
    }
  /** Rights to what the body or the query names: the handler asks `permit`. */
  | { readonly kind: "asked"; readonly about: string };

export const anybody: Access = { kind: "anybody" };
export const anyUser: Access = { kind: "user" };
export const filtered: Access = { kind: "filtered" };
export const reader: Access = { kind: "reader" };
export const admin: Access = { kind: "admin" };
export const mayRead: Access = { kind: "request", parameter: "requestId", scope: "READ" };
export const mayReadTask: Access = { kind: "task", parameter: "taskId", scope: "READ" };
export const mayWrite = (action?: UserAction): Access => ({
  kind: "request",
  parameter: "requestId",
  scope: "WRITE",
  ...(action === undefined ? {} : { action }),
});
export const mayWriteTask = (action?: UserAction): Access => ({
  kind: "task",
  parameter: "taskId",
  scope: "WRITE",
  ...(action === undefined ? {} : { action }),
});
/** Rights to deploy the request. */
export const mayDeploy: Access = { kind: "request", parameter: "requestId", scope: "DEPLOY" };
export const asked = (about: string): Access => ({ kind: "asked", about });

export interface QueryField<T> {
  readonly shape: Shape<unknown>;
  readonly isRepeated: boolean;
  readonly isRequired: boolean;
  /** Never there: it carries the type. */
  readonly value?: T;
}

export function one<T>(shape: Shape<T>): QueryField<T | undefined> {
  return { shape: shape as Shape<unknown>, isRepeated: false, isRequired: false };
}

export function needed<T>(shape: Shape<T>): QueryField<T> {
  return { shape: shape as Shape<unknown>, isRepeated: false, isRequired: true };
}

/** May be given several times; none is an empty list. */
export function many<T>(shape: Shape<T>): QueryField<readonly T[]> {
  return { shape: shape as Shape<unknown>, isRepeated: true, isRequired: false };
}

export type QueryTable = Readonly<Record<string, QueryField<unknown>>>;

export type QueryValues<Q extends QueryTable> = {
  readonly [K in keyof Q]: Q[K] extends QueryField<infer T> ? T : never;
};

/** One call on its way, once its user and its input are known. */
export interface Call<B = undefined, Q extends QueryTable = Record<never, never>> {
  readonly http: HttpRequest;
  readonly user: User;
  /** Who is recorded as having done it; undefined when nobody said. */
  readonly actor: string | undefined;
  readonly query: QueryValues<Q>;
  readonly body: B;
  /** Decoded. The row's path names it, so it is there. */
  parameter(name: string): string;
  readonly context: ApiContext;
  readonly state: SchedulerState;
  readonly config: SchedulerConfig;
  readonly now: Instant;
  /** Resolves once durable. */
  decide<T>(what: (turn: Turn) => T): Promise<T>;
  /** Whether the user may read about that request. */
  mayRead(requestId: string): boolean;
  /** Why the user may not, as a refusal with 403. */
  permit(
    request: Request | string,
    scope: AskedScope,
    action?: UserAction,
  ): { readonly refusal: Refusal } | undefined;
}

export interface RouteSpec<B, Q extends QueryTable, A> {
  readonly method: Method;
  /** Below the API's prefix: `/requests/request/{requestId}`. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly query?: Q;
  readonly body?: Body<B>;
  /** Absent: an empty answer, 204. A value that is undefined is answered 404. */
  readonly answer?: Shape<A>;
  /** What is said when there is no value; default names the path. */
  readonly missing?: string;
  /** Of an answer; default 200, or 204 without `answer`. */
  readonly status?: number;
  /** `property` picks parts of the answer. */
  readonly isFilterable?: boolean;
  /** Answered by whoever is called, leader or not. */
  readonly isLocal?: boolean;
  /** Refused with 409 while operators, or a disaster, have forbidden this. */
  readonly forbiddenBy?: DisabledActionType;
  readonly handle: (call: Call<B, Q>) => HandlerResult<A> | Promise<HandlerResult<A>>;
}

/** A value, a refusal, a list that may be long, or a whole response for what is no JSON. */
export type HandlerResult<A> =
  | Outcome<A | undefined>
  | { readonly long: LongList }
  | { readonly response: HttpResponse };

/** A list as an answer, written piece by piece when it is long. */
export function long<T>(
  items: readonly T[],
  format: (item: T) => string | undefined,
): { readonly long: LongList } {
  return { long: { items, format: format as LongList["format"] } };
}

export interface Body<B> {
  readonly shape: Shape<unknown>;
  /** What an empty body means; absent: it is refused. */
  readonly empty?: () => B;
  /** Not JSON: the whole text is the value. */
  readonly isText?: boolean;
  /** Default: 64 KiB of JSON. */
  readonly limits?: SizeLimits;
  readonly value?: B;
}

/** It must be there. */
export function body<B>(shape: Shape<B>, limits: SizeLimits = {}): Body<B> {
  return { shape: shape as Shape<unknown>, limits };
}

/** None is the same as an empty object. */
export function optionalBody<B extends object>(
  shape: Shape<B>,
  limits: SizeLimits = {},
): Body<Partial<B>> {
  return { shape: shape as Shape<unknown>, empty: () => ({}), limits };
}

export function textBody(shape: Shape<string>): Body<string> {
  return { shape: shape as Shape<unknown>, isText: true };
}

/** A row whose types are known only to itself. */
export interface Route extends Omit<RouteSpec<unknown, QueryTable, unknown>, "handle"> {
  readonly handle: (
    call: Call<unknown, QueryTable>,
  ) => HandlerResult<unknown> | Promise<HandlerResult<unknown>>;
}

export function route<
  A = undefined,
  B = undefined,
  const Q extends QueryTable = Record<never, never>,
>(spec: RouteSpec<B, Q, A>): Route {
  return spec as unknown as Route;
}

/** The same under an older path or another method. */
export function alias(
  of: Route,
  change: Partial<Pick<Route, "method" | "path" | "summary">>,
): Route {
  return { ...of, ...change };
}
