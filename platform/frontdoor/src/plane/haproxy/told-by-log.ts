/** What a line of HAProxy's log tells: a request that ended, and how its instance did. */

import type { Rule, ServiceName } from "../../core/rule.ts";
import type { EndedRequest } from "../data-plane.ts";
import type { CompiledRules } from "./compiled-rules.ts";
import { endedRequest, isInstanceFailure } from "./ended-request.ts";
import { backendNames } from "./format-frontend.ts";
import { parseLogLine } from "./log-line.ts";
import type { Server } from "./server-book.ts";

export type ToldByLog =
  | {
      readonly kind: "request";
      readonly ended: EndedRequest;
      /** Undefined: it came to none that we know. */
      readonly server: Server | undefined;
      /** Undefined: the instance did well. */
      readonly failure: string | undefined;
    }
  /** The in-process plane tells of what it was handed. */
  | { readonly kind: "handed-on" }
  /** Words of HAProxy's own, for whoever looks for a mistake. */
  | { readonly kind: "words" };

/** By what the process was started with that wrote the line. */
export interface LogContext {
  readonly rules: readonly Rule[];
  readonly compiled: CompiledRules;
  serverOf(name: string): Server | undefined;
}

/** PERF: some microseconds, for each request that HAProxy carries. */
export function toldByLog(line: string, { rules, compiled, serverOf }: LogContext): ToldByLog {
  const logged = parseLogLine(line);
  if (logged === undefined) return { kind: "words" };
  if (logged.backend === backendNames.handedOn) return { kind: "handed-on" };
  const server = serverOf(logged.server);
  const ended = endedRequest(logged, {
    rule: rules[logged.rule - 1],
    service: serviceOf(compiled, logged.backend),
    instance: server?.instance.uri,
  });
  const failure = isInstanceFailure(logged) ? (ended.failure ?? "it fails") : undefined;
  return { kind: "request", ended, server, failure };
}

/** `service-3` is the third backend. */
function serviceOf({ serviceBackends }: CompiledRules, backend: string): ServiceName | undefined {
  if (!backend.startsWith("service-")) return undefined;
  return serviceBackends[Number(backend.slice("service-".length)) - 1]?.service;
}
