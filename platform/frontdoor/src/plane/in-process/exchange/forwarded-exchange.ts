/**
 * One request at an instance, or at one after another, and its answer on the way back.
 *
 *     picking --> connecting --> sent --> answering --> over
 *        ^            |            |          |
 *        +-- refused -+- closed ---+          +-- cut: the client's connection is cut, too
 *
 * Bytes go from one side to the other as they come; whichever side is slow stops the other.
 */

import type { Duplex } from "node:stream";
import type { Rule, ServiceName } from "../../../core/rule.ts";
import {
  type ClientExchange,
  type ExchangeListener,
  wouldSeemATunnel,
} from "../client/client-exchange.ts";
import { instanceFailed, instanceSucceeded, isFailureStatus } from "../core/balance/ejection.ts";
import { pickInstance } from "../core/balance/pick-instance.ts";
import { responseFieldsOut } from "../core/headers/response-fields-out.ts";
import { type FailureKind, mayRetry } from "../core/limits/may-retry.ts";
import { hasBody, noBody } from "../core/message/body-framing.ts";
import { type FieldList, fieldValue } from "../core/message/field-list.ts";
import type { ResponseHead } from "../core/message/parse-response-head.ts";
import { planeLimits } from "../core/plane-limits.ts";
import type {
  UpstreamConnection,
  UpstreamFailure,
  UpstreamListener,
} from "../upstream/upstream-connection.ts";
import type { Mirror } from "./mirror.ts";
import { answerOurselves } from "./own-answer.ts";
import type { PlaneState } from "./plane-state.ts";
import { type PreparedHead, prepareHead } from "./request-head-out.ts";
import type { RequestRecord } from "./request-record.ts";
import type { RuleGate } from "./rule-gate.ts";
import { startMirror } from "./start-mirror.ts";
import type { Target } from "./target.ts";
import { joinTunnel } from "./tunnel.ts";

export interface Forwarding {
  readonly record: RequestRecord;
  readonly gate: RuleGate | undefined;
  readonly rule: Rule;
  readonly service: ServiceName;
  /** For whoever is sent to a share of a split for the first time. */
  readonly setCookie: string | undefined;
  readonly uri: string;
}

interface Failure {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly wasReused: boolean;
}

const retryAfterSeconds = "5";

export class ForwardedExchange implements ExchangeListener, UpstreamListener {
  readonly #plane: PlaneState;
  readonly #client: ClientExchange;
  readonly #forwarding: Forwarding;
  readonly #record: RequestRecord;
  readonly #head: PreparedHead;
  readonly #tried: Target[] = [];
  #target: Target | undefined;
  #connection: UpstreamConnection | undefined;
  #cancelConnect: (() => void) | undefined;
  #mirror: Mirror | undefined;
  #status: number | undefined;
  #isBodySent = false;
  /** Those that the rule's `retries` are about. */
  #countedRetries = 0;
  #isOver = false;

  constructor(plane: PlaneState, client: ClientExchange, forwarding: Forwarding) {
    this.#plane = plane;
    this.#client = client;
    this.#forwarding = forwarding;
    this.#record = forwarding.record;
    const isTrusted = plane.isTrusted(client.request.remoteAddress);
    this.#head = prepareHead(client.request, {
      uri: forwarding.uri,
      isTrusted,
      random: plane.random,
      asked: plane.routing.asked,
    });
    this.#record.traceParent = this.#head.traceParent;
  }

  begin(): void {
    this.#plane.retryBudget.requestBegan();
    this.#mirror = startMirror(this.#plane, this.#client.request, {
      rule: this.#forwarding.rule,
      head: this.#head,
    });
    this.#attempt(undefined);
  }

  // What the client does.

  bodyData(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#record.requestBytes += bytes.length;
    const { bodyBytesMax } = this.#forwarding.rule.options;
    if (bodyBytesMax !== undefined && this.#record.requestBytes > bodyBytesMax) {
      this.#refuse(413, `the body is longer than ${bodyBytesMax} bytes`);
      return;
    }
    this.#isBodySent = true;
    this.#mirror?.bodyData(bytes);
    if (this.#connection?.writeBody(bytes) === false) this.#client.pauseBody();
  }

  bodyEnded(trailers: FieldList | undefined): void {
    if (this.#isOver) return;
    this.#isBodySent = true;
    this.#mirror?.bodyEnded(trailers);
    this.#connection?.endBody(trailers);
  }

  bodyFailed(status: 400 | 408): void {
    this.#mirror?.giveUp();
    this.#refuse(status, status === 400 ? "the body is malformed" : "the body stopped coming");
  }

  drained(): void {
    this.#connection?.resume();
  }

  gone(): void {
    if (this.#isOver) return;
    this.#mirror?.giveUp();
    this.#dropConnection();
    this.#over(this.#status ?? 499, "the client went away", "unknown");
  }

  // What the instance does.

  informed(status: number, fields: FieldList): void {
    this.#client.inform(
      status,
      status === 100 ? [] : responseFieldsOut(fields, undefined, undefined),
    );
  }

  answerStarted(head: ResponseHead): void {
    const { status, reason, fields, connection } = head;
    if (isFailureStatus(status)) this.#instanceFailed(`it answered ${status}`);
    else if (this.#target !== undefined) instanceSucceeded(this.#target);
    if (wouldSeemATunnel(this.#client.request, status)) {
      this.#refuse(400, `${this.#forwarding.service} has no WebSocket there`);
      return;
    }
    this.#status = status;
    const { rule, setCookie } = this.#forwarding;
    const out = responseFieldsOut(fields, connection, rule.options.responseHeaders);
    if (setCookie !== undefined) out.push("set-cookie", setCookie);
    const hasNone = head.framing === noBody;
    const announcedBytes =
      hasNone && status !== 204 ? fieldValue(fields, "content-length") : undefined;
    this.#client.respond({ status, reason, fields: out, announcedBytes, framing: head.framing });
  }

  answerData(bytes: Uint8Array): void {
    this.#record.responseBytes += bytes.length;
    if (!this.#client.write(bytes)) this.#connection?.pause();
  }

  answerEnded(trailers: FieldList | undefined): void {
    const status = this.#status as number;
    this.#connection = undefined;
    this.#over(status, undefined, isFailureStatus(status) ? "failed" : "succeeded");
    this.#client.end(trailers);
  }

  upgraded(fields: FieldList, connection: Duplex, ahead: Buffer): void {
    this.#connection = undefined;
    const { handshake, upgrade } = this.#client.request;
    if (handshake?.isAccepted(fields) === false) {
      connection.destroy();
      this.#attemptFailed({ kind: "garbage", reason: "it knows no WebSocket", wasReused: false });
      return;
    }
    if (this.#target !== undefined) instanceSucceeded(this.#target);
    const out = responseFieldsOut(fields, undefined, this.#forwarding.rule.options.responseHeaders);
    const client = this.#client.tunnel(fieldValue(fields, "upgrade") ?? upgrade ?? "", out);
    joinTunnel(
      { client, instance: connection, ahead },
      this.#plane,
      ({ fromClient, fromInstance }) => {
        this.#record.requestBytes += fromClient;
        this.#record.responseBytes += fromInstance;
        this.#over(101, undefined, "succeeded");
      },
    );
  }

  failed(failure: UpstreamFailure): void {
    this.#connection = undefined;
    if (this.#isOver) return;
    if (this.#status !== undefined) {
      this.#instanceFailed(failure.reason);
      this.#over(this.#status, failure.reason, "failed");
      this.#client.abort();
      return;
    }
    this.#attemptFailed(failure);
  }

  bodyDrained(): void {
    this.#client.readBody();
  }

  /** `before`: how the attempt before this one failed. */
  #attempt(before: Failure | undefined): void {
    const { directory, random, clock, timeouts } = this.#plane;
    const candidates = directory.candidates(this.#forwarding.service);
    const target =
      candidates === undefined
        ? undefined
        : pickInstance(candidates, {
            ...{ now: clock.now(), random, tried: this.#tried },
            slowStartMs: timeouts.slowStartMs,
          });
    if (target === undefined) {
      this.#giveUp(before);
      return;
    }
    this.#tried.push(target);
    const { upgrade } = this.#client.request;
    // A tunnel needs a connection that was made for one.
    this.#use(target, upgrade === undefined ? target.pool.take() : undefined);
  }

  #use(target: Target, idle: UpstreamConnection | undefined): void {
    target.active += 1;
    this.#target = target;
    this.#record.instance = target.instance.uri;
    if (idle !== undefined) {
      this.#connected(target, idle);
      return;
    }
    const { options } = this.#forwarding.rule;
    const timeoutMs = options.connectTimeoutMs ?? this.#plane.timeouts.connectMs;
    const mayUpgrade = this.#client.request.upgrade !== undefined;
    this.#cancelConnect = target.pool.connect({ timeoutMs, mayUpgrade }, (made) => {
      this.#cancelConnect = undefined;
      if ("reason" in made) this.#attemptFailed({ ...made, wasReused: false });
      else this.#connected(target, made);
    });
  }

  #connected(target: Target, connection: UpstreamConnection): void {
    const { request } = this.#client;
    const { timeouts } = this.#plane;
    const bodyFollows = hasBody(request.framing);
    this.#connection = connection;
    connection.send(
      {
        head: this.#head.textFor(target.address),
        method: request.method,
        hasBody: bodyFollows,
        isChunked: request.framing.kind === "chunked",
        mayUpgrade: request.upgrade !== undefined,
        answerMs: this.#forwarding.rule.options.timeoutMs ?? timeouts.answerMs,
        bodyIdleMs: timeouts.bodyIdleMs,
      },
      this,
    );
    if (bodyFollows) this.#client.readBody();
  }

  #attemptFailed(failure: Failure): void {
    const target = this.#target as Target;
    // What lay idle may be closed at any time, says nothing of the instance, and cost it nothing.
    const isStale = failure.wasReused && failure.kind === "closed";
    if (!isStale) this.#instanceFailed(failure.reason);
    this.#release();
    const { method } = this.#client.request;
    const may = mayRetry(failure.kind, { method, isBodySent: this.#isBodySent });
    if (!may || !(isStale || this.#mayCostMore())) {
      this.#giveUp(failure);
      return;
    }
    this.#record.retries += 1;
    // Until there is a connection to take it.
    this.#client.pauseBody();
    if (isStale) {
      this.#use(target, undefined);
      return;
    }
    this.#attempt(failure);
  }

  /** Whether the rule and what all requests may cost allow another attempt; counts it. */
  #mayCostMore(): boolean {
    const retriesMax = this.#forwarding.rule.options.retries ?? planeLimits.retriesMax;
    if (this.#countedRetries >= retriesMax || !this.#plane.retryBudget.take()) return false;
    this.#countedRetries += 1;
    return true;
  }

  #giveUp(failure: Failure | undefined): void {
    const { service } = this.#forwarding;
    if (failure === undefined) {
      this.#refuse(503, `no instance of ${service}`);
      return;
    }
    if (failure.kind === "connect" || failure.kind === "connect-timeout") {
      this.#refuse(503, `no instance of ${service} took the request: ${failure.reason}`);
      return;
    }
    const status = failure.kind === "timeout" ? 504 : 502;
    this.#refuse(status, `an instance of ${service} failed: ${failure.reason}`);
  }

  /** Answers in the instance's place; or cuts the client off, when it has begun to answer. */
  #refuse(status: number, reason: string): void {
    if (this.#isOver) return;
    const hadBegun = this.#status !== undefined;
    const outcome = status >= 500 ? "failed" : "unknown";
    this.#mirror?.giveUp();
    this.#dropConnection();
    const shown = status === 503 ? ["retry-after", retryAfterSeconds] : [];
    this.#over(hadBegun ? (this.#status as number) : status, reason, outcome, () => {
      if (hadBegun) this.#client.abort();
      else {
        this.#record.responseBytes = answerOurselves(this.#client, {
          ...{ status, body: `${reason}\n`, fields: shown },
        });
      }
    });
  }

  #dropConnection(): void {
    this.#cancelConnect?.();
    this.#cancelConnect = undefined;
    this.#connection?.destroy();
    this.#connection = undefined;
  }

  #instanceFailed(reason: string): void {
    const { directory, clock, logger } = this.#plane;
    const target = this.#target;
    if (target === undefined) return;
    const members = directory.candidates(this.#forwarding.service)?.members ?? [];
    if (instanceFailed(target, members, { reason, now: clock.now() })) {
      const { service } = this.#forwarding;
      logger.warn(
        { service, uri: target.instance.uri, reason },
        "an instance is left out for a while",
      );
    }
  }

  #release(): void {
    const target = this.#target;
    if (target === undefined) return;
    this.#target = undefined;
    target.active -= 1;
    this.#plane.directory.released(target);
  }

  #over(
    status: number,
    failure: string | undefined,
    outcome: "succeeded" | "failed" | "unknown",
    last: () => void = () => {},
  ): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
    const { gate } = this.#forwarding;
    gate?.left();
    if (outcome === "succeeded") gate?.breaker?.succeeded();
    else if (outcome === "failed") gate?.breaker?.failed(this.#plane.clock.now());
    else gate?.breaker?.gaveUp();
    last();
    this.#record.ended(status, failure);
  }
}
