/** A data plane that carries nothing, and remembers what it was told. */

import { CodedError } from "@tavola/base";
import type { RuleSet, Services } from "../core/routing-table.ts";
import type { DataPlane, EndedRequest, RequestObserver } from "../plane/data-plane.ts";

export class ScriptedPlane implements DataPlane {
  readonly kind = "in-process";
  readonly urls = ["http://127.0.0.1:1"];
  readonly told: (RuleSet | Services)[] = [];
  rules: RuleSet | undefined;
  services: Services = new Map();
  reloads = 0;
  isClosed = false;
  /** What the next call of `setRules` is refused with. */
  refusal: CodedError | undefined;
  readonly #observer: RequestObserver;

  constructor(observer: RequestObserver) {
    this.#observer = observer;
  }

  async setRules(rules: RuleSet): Promise<void> {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal !== undefined) throw refusal;
    this.rules = rules;
    this.told.push(rules);
  }

  async setServices(services: Services): Promise<void> {
    this.services = services;
    this.told.push(services);
  }

  async reloadCertificates(): Promise<void> {
    this.reloads += 1;
  }

  health() {
    return [...this.services].flatMap(([service, instances]) =>
      instances.map((instance) => ({ service, instance, state: "up" as const, active: 0 })),
    );
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  /** As if a request had ended. */
  ended(request: Partial<EndedRequest>): void {
    this.#observer.ended(endedRequest(request));
  }
}

export function endedRequest(request: Partial<EndedRequest> = {}): EndedRequest {
  return {
    method: "GET",
    uri: "/",
    host: "www.example.com",
    remoteAddress: "192.0.2.1",
    line: 1,
    service: "a",
    instance: "http://127.0.0.1:2",
    status: 200,
    durationMs: 3,
    requestBytes: 0,
    responseBytes: 10,
    retries: 0,
    failure: undefined,
    traceParent: undefined,
    ...request,
  };
}

export function refusedByPlane(): CodedError {
  return new CodedError("PLANE_REFUSES", "it has a pattern that is too long");
}
