/**
 * What an update may not change about a request.
 */

import type { Request } from "../model/request.ts";
import { isLongRunning } from "../requests/long-running.ts";
import { when } from "./rules.ts";

export function requestChangeSentence(request: Request, existing: Request): string | undefined {
  return (
    when(
      request.requestType !== existing.requestType && !isSameKind(request, existing),
      `Request can not change requestType from ${existing.requestType} to ${request.requestType}`,
    ) ??
    when(
      (request.loadBalanced ?? false) !== (existing.loadBalanced ?? false),
      "Request can not change whether it is load balanced",
    )
  );
}

/** A service may become a worker and back, as long as no traffic comes to it through a load balancer. */
function isSameKind(request: Request, existing: Request): boolean {
  if (!isLongRunning(request) || !isLongRunning(existing)) return false;
  const service = request.requestType === "SERVICE" ? request : existing;
  return service.loadBalanced !== true;
}
