/** What is told of a request, of what HAProxy logged of it. */

import { noInstance, noRule, upstreamTimedOut } from "../../core/refusals.ts";
import type { Rule, ServiceName } from "../../core/rule.ts";
import type { EndedRequest } from "../data-plane.ts";
import type { LoggedRequest } from "./log-line.ts";

export interface RequestContext {
  readonly rule: Rule | undefined;
  readonly service: ServiceName | undefined;
  readonly instance: string | undefined;
}

export function endedRequest(logged: LoggedRequest, context: RequestContext): EndedRequest {
  const { rule, service, instance } = context;
  const status = statusOf(logged);
  return {
    method: logged.method,
    uri: logged.uri,
    host: logged.host,
    remoteAddress: logged.remoteAddress,
    line: rule?.line,
    service,
    instance,
    status,
    durationMs: logged.durationMs,
    requestBytes: logged.requestBytes,
    responseBytes: logged.responseBytes,
    retries: logged.retries,
    failure: failureOf(logged, context),
    traceParent: logged.traceParent,
    protocol: logged.protocol,
  };
}

/** As the client got it; HAProxy says 400 or nothing of who went away. */
function statusOf({ status, termination }: LoggedRequest): number {
  if (/^[Cc][RHCQ]/.test(termination)) return termination[0] === "c" ? 408 : 499;
  return status;
}

function failureOf(logged: LoggedRequest, { rule, service }: RequestContext): string | undefined {
  const { termination, status, server } = logged;
  const [who, when] = termination;
  if (service !== undefined && server === "<NOSRV>" && status === 503 && who === "S") {
    return noInstance(service).failure;
  }
  switch (who) {
    case "C":
      return "the client went away";
    case "c":
      return "the client was too slow";
    case "S":
      return when === "C" ? "connection refused" : "the instance broke the connection";
    case "s":
      if (when === "C") return "no connection in time";
      return service === undefined ? "no answer in time" : upstreamTimedOut(service).failure;
    case "P":
      return "the request or the answer is malformed";
    case "R":
    case "I":
      return "HAProxy has reached a limit of its own";
    default:
      break;
  }
  if (rule === undefined) return noRule({ rule: undefined, why: "no line" }).failure;
  if (who !== "L" || service === undefined || status < 400) return undefined;
  if (status === 503) return `concurrency of line ${rule.line}`;
  return status === 429 ? `rate of line ${rule.line}` : `max-body of line ${rule.line}`;
}

/** Whether the instance did not answer, or said that there is none behind it. */
export function isInstanceFailure({ termination, status }: LoggedRequest): boolean {
  if (/^[Ss][CH]/.test(termination)) return true;
  return termination.startsWith("-") && (status === 502 || status === 503 || status === 504);
}
