/**
 * Which deploy of a request is which.
 */

import type { Request } from "../model/request.ts";
import { type DeployRecord, deployKey } from "../records.ts";
import type { SchedulerState } from "../state.ts";

/** The one whose tasks are wanted. */
export function activeDeployOf(state: SchedulerState, requestId: string): DeployRecord | undefined {
  const marker = state.records.requestDeploys.get(requestId)?.active;
  return marker && state.records.deploy.get(deployKey(requestId, marker.deployId));
}

/** The one on trial beside it. */
export function pendingDeployOf(
  state: SchedulerState,
  requestId: string,
): DeployRecord | undefined {
  const marker = state.records.requestDeploys.get(requestId)?.pending?.deployMarker;
  return marker && state.records.deploy.get(deployKey(requestId, marker.deployId));
}

/**
 * The request as tasks of that deploy go by it: a deploy on trial may bring another (`updatedRequest`),
 * which is everybody's once it has succeeded. PERF: O(1).
 */
export function requestForDeploy(
  state: SchedulerState,
  { requestId, deployId }: { readonly requestId: string; readonly deployId: string },
): Request | undefined {
  const pending = state.records.requestDeploys.get(requestId)?.pending;
  if (pending?.updatedRequest !== undefined && pending.deployMarker.deployId === deployId) {
    return pending.updatedRequest;
  }
  return state.records.request.get(requestId)?.request;
}
