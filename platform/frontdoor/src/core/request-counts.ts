/**
 * What has come through, by line and by service: rates, errors, latencies. Lines are those of the rules
 * in effect; with new rules their counts begin anew, since line 3 is another one then.
 */

import type { EndedRequest } from "../plane/data-plane.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import type { ServiceName } from "./rule.ts";

export type StatusClass = "1xx" | "2xx" | "3xx" | "4xx" | "5xx";

export class TrafficCounts {
  readonly byClass = new Map<StatusClass, number>();
  readonly latency = new LatencyHistogram();
  retries = 0;
  /** Those of which the front door itself says that something went wrong. */
  failures = 0;
  requestBytes = 0;
  responseBytes = 0;

  record(request: EndedRequest): void {
    const statusClass =
      `${Math.min(5, Math.max(1, Math.floor(request.status / 100)))}xx` as StatusClass;
    this.byClass.set(statusClass, (this.byClass.get(statusClass) ?? 0) + 1);
    this.latency.record(request.durationMs);
    this.retries += request.retries;
    if (request.failure !== undefined) this.failures += 1;
    this.requestBytes += request.requestBytes;
    this.responseBytes += request.responseBytes;
  }

  get requests(): number {
    let sum = 0;
    for (const count of this.byClass.values()) sum += count;
    return sum;
  }
}

export class RequestCounts {
  readonly all = new TrafficCounts();
  readonly byLine = new Map<number, TrafficCounts>();
  readonly byService = new Map<ServiceName, TrafficCounts>();
  /** Requests that no line took. */
  unmatched = 0;

  /** PERF: O(1), 100,000 a second. */
  record(request: EndedRequest): void {
    this.all.record(request);
    const { line, service } = request;
    if (line === undefined) this.unmatched += 1;
    else if (line > 0) countsOf(this.byLine, line).record(request);
    if (service !== undefined) countsOf(this.byService, service).record(request);
  }

  /** New rules: services that none of them names are forgotten. */
  rulesChanged(services: ReadonlySet<ServiceName>): void {
    this.byLine.clear();
    for (const service of this.byService.keys()) {
      if (!services.has(service)) this.byService.delete(service);
    }
  }
}

function countsOf<K>(counts: Map<K, TrafficCounts>, key: K): TrafficCounts {
  let found = counts.get(key);
  if (found === undefined) {
    found = new TrafficCounts();
    counts.set(key, found);
  }
  return found;
}
