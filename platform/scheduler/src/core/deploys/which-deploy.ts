/**
 * Which deploy of a request is which.
 */

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
