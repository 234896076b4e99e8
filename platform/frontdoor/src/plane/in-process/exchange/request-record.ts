/** What is told of a request when it has ended: once, however it ended. */

import type { Instant } from "@tavola/base";
import type { Rule, ServiceName } from "../../../core/rule.ts";
import type { ClientRequest } from "../client/client-exchange.ts";
import { fieldValue } from "../core/message/field-list.ts";
import type { PlaneState } from "./plane-state.ts";

export class RequestRecord {
  readonly #plane: PlaneState;
  readonly #request: ClientRequest;
  readonly #beganAt: Instant;
  #isEnded = false;
  rule: Rule | undefined;
  service: ServiceName | undefined;
  instance: string | undefined;
  requestBytes = 0;
  responseBytes = 0;
  retries = 0;
  traceParent: string | undefined;

  constructor(plane: PlaneState, request: ClientRequest) {
    this.#plane = plane;
    this.#request = request;
    this.#beganAt = plane.clock.now();
  }

  ended(status: number, failure: string | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { method, uri, authority, remoteAddress, protocol, fields } = this.#request;
    this.#plane.observer.ended({
      method,
      uri,
      host: authority,
      remoteAddress,
      line: this.rule?.line,
      service: this.service,
      instance: this.instance,
      status,
      durationMs: this.#plane.clock.now() - this.#beganAt,
      requestBytes: this.requestBytes,
      responseBytes: this.responseBytes,
      retries: this.retries,
      failure,
      traceParent: this.traceParent,
      protocol,
      referer: fieldValue(fields, "referer"),
      userAgent: fieldValue(fields, "user-agent"),
    });
  }
}
