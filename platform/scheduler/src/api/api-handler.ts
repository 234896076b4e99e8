/**
 * A call's way through the API.
 *
 *     context path ─► route ─► leader? ─► who calls ─► rights ─► query, body ─► handler ─► answer
 *
 * Owns the stages and what each refuses; what is done is the rows' business. Every refusal is a plain
 * text with Singularity's status code. What fails on our side is 503 when trying again may help, else
 * 500, with as much of the reason as helps the caller.
 */

import { CodedError, describeError } from "@tavola/base";
import type { HttpHandler, HttpRequest, HttpResponse } from "@tavola/host";
import type { User } from "../core/model/operations.ts";
import { isActionDisabled } from "../core/operations/disabled-actions.ts";
import { refused } from "../core/turn.ts";
import { accessRefusal, requestOrNone, rightsOf } from "./access.ts";
import type { ApiContext, Decider } from "./api-context.ts";
import { actorOf, authenticate } from "./auth/authenticate.ts";
import { userOfToken } from "./auth/tokens.ts";
import { WebhookVerdicts } from "./auth/webhook-authenticator.ts";
import { declaredTooLarge, parameterRefusal, readBody, readQuery } from "./call-input.ts";
import { jsonAnswer, type LongList, listAnswer, refusalAnswer, textAnswer } from "./json-answer.ts";
import { passOn } from "./leader-proxy.ts";
import { createPropertyFilter } from "./property-filter.ts";
import type { Call, QueryTable, Route } from "./route.ts";
import { type Match, Router } from "./router.ts";
import { untilDurable } from "./until-durable.ts";

const prefix = "/api";

/** Answers everything below `<context path>/api`; undefined: the path is not the API's. */
export type ApiHandler = (request: HttpRequest) => Promise<HttpResponse> | undefined;

export function createApiHandler(context: ApiContext, routes: readonly Route[]): ApiHandler {
  const router = new Router(routes);
  const verdicts = new WebhookVerdicts();
  const base = `${context.contextPath}${prefix}`;
  const { metrics, clock } = context;
  const answers = metrics.timer("scheduler/api_answer");
  return (request) => {
    if (request.path !== base && !request.path.startsWith(`${base}/`)) return undefined;
    const path = request.path.slice(base.length);
    const startedAt = clock.now();
    return answer(request, path, { context, router, verdicts })
      .catch((error: unknown) => failureAnswer(error, context))
      .then((response) => {
        answers.record(clock.now() - startedAt);
        metrics.counter(`scheduler/api_${Math.floor(response.status / 100)}xx`).increment();
        return response;
      });
  };
}

/** For a server; `others` answers what is not the API's, by default that there is nothing. */
export function asHttpHandler(
  handler: ApiHandler,
  others: HttpHandler = () => textAnswer(404, "Not found"),
): HttpHandler {
  return (request) => handler(request) ?? others(request);
}

interface Parts {
  readonly context: ApiContext;
  readonly router: Router;
  readonly verdicts: WebhookVerdicts;
}

async function answer(request: HttpRequest, path: string, parts: Parts): Promise<HttpResponse> {
  const found = parts.router.find(request.method, path);
  if (found.kind === "notFound") return textAnswer(404, `Nothing is at ${request.path}`);
  if (found.kind === "otherMethods") {
    const methods = found.methods.join(", ");
    const text = `${request.method} is not understood at ${request.path}; it takes ${methods}`;
    return { ...textAnswer(405, text), headers: { "Content-Type": "text/plain", Allow: methods } };
  }
  const { context } = parts;
  const tooLarge = declaredTooLarge(request, context.bodyBytesMax);
  if (tooLarge !== undefined) return refusalAnswer(tooLarge);
  const engine = context.engine();
  if (engine === undefined && found.match.route.isLocal !== true) {
    const query = request.query.toString();
    const target = `${prefix}${path}${query === "" ? "" : `?${query}`}`;
    const leaderUrl = context.leaderUrl();
    return passOn(request, {
      http: context.http,
      leaderUrl,
      target,
      trouble: context.storeTrouble?.(),
    });
  }
  const user = await authenticate(request, {
    settings: context.auth,
    http: context.http,
    verdicts: parts.verdicts,
    now: context.clock.now(),
    userOfToken: (token) => engine && userOfToken(engine.state, token),
  });
  if (user.error !== undefined && found.match.route.access.kind !== "anybody") {
    return textAnswer(401, user.error);
  }
  return carryOut(request, found.match, { context, engine, user: user.value });
}

interface Caller {
  readonly context: ApiContext;
  readonly engine: Decider | undefined;
  readonly user: User | undefined;
}

async function carryOut(
  request: HttpRequest,
  { route, parameters }: Match,
  caller: Caller,
): Promise<HttpResponse> {
  const { user, engine, context } = caller;
  const rights = rightsOf(caller);
  const refusal =
    parameterRefusal(parameters) ??
    accessRefusal(route.access, { parameters, query: request.query }, rights);
  if (refusal !== undefined) return refusalAnswer(refusal);
  const forbidden =
    route.forbiddenBy && engine && isActionDisabled(engine.state, route.forbiddenBy);
  if (forbidden !== undefined) return textAnswer(409, forbidden);
  const query = readQuery(request, route.query ?? {});
  if (query.refusal !== undefined) return refusalAnswer(query.refusal);
  const read = await readBody(request, route, context.bodyBytesMax);
  if (read.refusal !== undefined) return refusalAnswer(read.refusal);
  const call: Call<unknown, QueryTable> = {
    http: request,
    user: rights.user,
    actor: user && actorOf(user),
    query: query.value,
    body: read.value,
    parameter: (name) => parameters[name] ?? "",
    context,
    get state() {
      return leading(engine).state;
    },
    get config() {
      return leading(engine).config;
    },
    get now() {
      return leading(engine).now;
    },
    decide(what) {
      const decider = leading(engine);
      return untilDurable(decider.decide(what), decider, context.clock);
    },
    mayRead: (requestId) => rights.mayRead(requestOrNone(engine, requestId)),
    permit(about, scope, action) {
      const of = typeof about === "string" ? requestOrNone(engine, about) : about;
      const sentence = rights.sentence(of, scope, action);
      return sentence === undefined ? undefined : refused(403, sentence);
    },
  };
  return respond(request, route, await route.handle(call));
}

/** Rows that are not local are only reached while this scheduler leads. */
function leading(engine: Decider | undefined): Decider {
  if (engine !== undefined) return engine;
  throw new CodedError("NOT_LEADING", "this scheduler does not lead", {}, { transient: true });
}

function respond(
  request: HttpRequest,
  route: Route,
  result: Awaited<ReturnType<Route["handle"]>>,
): HttpResponse {
  if ("response" in result) return result.response;
  const filter = filterOf(request, route);
  if ("long" in result) return listAnswer(filteredList(result.long, filter));
  if (result.refusal !== undefined) return refusalAnswer(result.refusal);
  if (route.answer === undefined) return { status: route.status ?? 204 };
  const { value } = result;
  if (value === undefined) return textAnswer(404, route.missing ?? `Nothing is at ${request.path}`);
  const text = route.answer.format(value);
  return jsonAnswer(route.status ?? 200, filter === undefined ? text : filtered(text, filter));
}

function filterOf(request: HttpRequest, route: Route): ((json: unknown) => unknown) | undefined {
  if (route.isFilterable !== true) return undefined;
  return createPropertyFilter(request.query.getAll("property"));
}

/** Item by item, so that a long list holds up nobody. */
function filteredList(list: LongList, filter: ((json: unknown) => unknown) | undefined): LongList {
  if (filter === undefined) return list;
  const format = (item: unknown) => {
    const text = list.format(item);
    return text === undefined ? undefined : filtered(text, filter);
  };
  return { ...list, format };
}

function filtered(text: string, filter: (json: unknown) => unknown): string {
  return JSON.stringify(filter(JSON.parse(text))) ?? "null";
}

function failureAnswer(error: unknown, { logger, failed }: ApiContext): HttpResponse {
  if (error instanceof CodedError) {
    if (error.code === "BODY_TOO_LARGE") return textAnswer(413, error.message);
    failed?.(error);
    const isPassing = error.transient || passingCodes.has(error.code);
    return textAnswer(isPassing ? 503 : 500, describeError(error));
  }
  logger.error({ error: describeError(error) }, "a call of the API failed");
  return textAnswer(500, "Something went wrong here; it is in the scheduler's log");
}

/** Another scheduler will lead soon, or this one again. */
const passingCodes = new Set(["CLOSED", "FENCED", "OUTCOME_UNKNOWN", "SCHEDULER_BROKEN"]);
