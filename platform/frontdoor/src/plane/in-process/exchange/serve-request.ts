/**
 * What becomes of a request: an answer of ours, or an exchange with an instance.
 *
 *     rules --> none: 404 | redirect | respond | refused by a limit: 413, 417, 429, 503
 *          \--> a service --> ForwardedExchange
 */

import { chooseShare } from "../../../core/choose-share.ts";
import type { Decision } from "../../../core/decide.ts";
import { noRule } from "../../../core/refusals.ts";
import { cookieValue } from "../../../core/request-values.ts";
import type { Rule, ServiceName } from "../../../core/rule.ts";
import {
  type ClientExchange,
  type ExchangeListener,
  wouldSeemATunnel,
} from "../client/client-exchange.ts";
import { visibleUri } from "../core/headers/visible-uri.ts";
import { fieldValue } from "../core/message/field-list.ts";
import { ClientFacts } from "./client-facts.ts";
import { ForwardedExchange } from "./forwarded-exchange.ts";
import { answerOurselves, type OwnAnswer } from "./own-answer.ts";
import type { PlaneState } from "./plane-state.ts";
import { RequestRecord } from "./request-record.ts";

type Decided = Extract<Decision, { readonly rule: Rule }>;

export function serveRequest(plane: PlaneState, client: ClientExchange): ExchangeListener {
  const record = new RequestRecord(plane, client.request);
  const asked: Asked = { client, record };
  const decision = plane.routing.decider.decide(new ClientFacts(client.request));
  if (decision.rule === undefined) {
    const { status, body, failure } = noRule(decision);
    return refuse(asked, { status, body }, failure);
  }
  const { rule } = decision;
  record.rule = rule;
  const own = ownAnswer(decision);
  if (own !== undefined && wouldSeemATunnel(client.request, own.status)) {
    return refuse(asked, { status: 400, body: "no WebSocket is here\n" }, "no WebSocket is here");
  }
  if (own !== undefined) {
    record.responseBytes = answerOurselves(client, own);
    record.ended(own.status, undefined);
    return answered;
  }
  const refusal = refusalBy(rule, client);
  if (refusal !== undefined) return refuse(asked, refusal, refusal.body.trim());
  const gate = plane.routing.gates.get(rule.text);
  const closed = gate?.enter(plane.clock.now());
  if (closed !== undefined) {
    const { status, reason, retryAfterMs } = closed;
    const fields = ["retry-after", String(Math.max(1, Math.ceil(retryAfterMs / 1000)))];
    return refuse(asked, { status, body: `${reason}\n`, fields }, reason);
  }
  const { service, setCookie } = chosenService(rule, client, plane);
  record.service = service;
  const { uri } = decision;
  const forwarding = { record, gate, rule, service, setCookie, uri };
  const exchange = new ForwardedExchange(plane, client, forwarding);
  exchange.begin();
  return exchange;
}

interface Asked {
  readonly client: ClientExchange;
  readonly record: RequestRecord;
}

function refuse({ client, record }: Asked, answer: OwnAnswer, failure: string): ExchangeListener {
  record.responseBytes = answerOurselves(client, answer);
  record.ended(answer.status, failure);
  return answered;
}

/** Nobody listens to what a client says after it was answered. */
const answered: ExchangeListener = {
  bodyData() {},
  bodyEnded() {},
  bodyFailed() {},
  drained() {},
  gone() {},
};

function ownAnswer({ rule, location }: Decided): OwnAnswer | undefined {
  const { action, options } = rule;
  if (action.kind !== "redirect" && action.kind !== "respond") return undefined;
  const fields = (options.responseHeaders ?? []).flatMap(({ name, value }) =>
    value === undefined ? [] : [name, value],
  );
  if (action.kind === "redirect") {
    const to = location ?? action.location;
    return {
      status: action.status,
      body: `see ${to}\n`,
      fields: [...fields, "location", visibleUri(to)],
    };
  }
  return { status: action.status, body: action.body, contentType: action.contentType, fields };
}

function refusalBy({ options }: Rule, { request }: ClientExchange): OwnAnswer | undefined {
  const { framing } = request;
  const { bodyBytesMax } = options;
  if (framing.kind === "length" && bodyBytesMax !== undefined && framing.bytes > bodyBytesMax) {
    return { status: 413, body: `the body is longer than ${bodyBytesMax} bytes\n` };
  }
  const expects = fieldValue(request.fields, "expect");
  if (expects !== undefined && expects.toLowerCase() !== "100-continue") {
    return { status: 417, body: "only 100-continue may be expected\n" };
  }
  return undefined;
}

function chosenService(
  { action }: Rule,
  client: ClientExchange,
  plane: PlaneState,
): { readonly service: ServiceName; readonly setCookie: string | undefined } {
  if (action.kind !== "split") {
    return { service: action.kind === "passthru" ? action.service : "", setCookie: undefined };
  }
  const { stickyCookie: name } = action;
  const header = name === undefined ? undefined : fieldValue(client.request.fields, "cookie");
  const had = name === undefined ? undefined : cookieValue(header ?? "", name);
  const { service, cookie } = chooseShare(action, plane.random, had);
  if (cookie === undefined) return { service, setCookie: undefined };
  const secure = client.request.isTls ? "; Secure" : "";
  return { service, setCookie: `${name}=${cookie}; Path=/; HttpOnly; SameSite=Lax${secure}` };
}
